"""The assembly for .NET: a C# program built of the NuGet package alone, and run with the DLL that is in it."""
import glob
import os
import shutil
import sys
import unittest
import xml.etree.ElementTree as xml

from unpacked import ROOT, RUNNER, SKIPPED, VERSION, main, unpack, windows_path, wine

sys.path.insert(0, os.path.join(ROOT, "packaging"))

import interop  # noqa: E402

SDK = os.environ["VMEVENTS_DOTNET"]
RUNTIME = '{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "3.1.0" } } }\n'


class Assembly(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = unpack("vmevents.%s.nupkg", "assembly")
        cls.library = os.path.join(cls.folder, "lib/netstandard2.0")

    def test_whoever_references_it_is_told_of_no_dependency(self):
        nuspec = xml.parse(os.path.join(self.folder, "vmevents.nuspec")).getroot()
        groups = [each for each in nuspec.iter() if each.tag.endswith("}group")]
        self.assertIn(".NETStandard2.0", [each.get("targetFramework") for each in groups])
        self.assertEqual([list(each) for each in groups], [[]] * len(groups))

    def test_members_are_described(self):
        members = {each.get("name") for each in xml.parse(os.path.join(self.library, "VMEvents.Interop.xml")).iter("member")}
        self.assertIn("M:VMEvents.Interop.IVMEventSink.OnReset", members)

    def test_version_resource(self):
        with open(os.path.join(self.library, "VMEvents.Interop.dll"), "rb") as file:
            content = file.read()
        for text in ("FileDescription\0VMEvents.Interop\0", "ProductVersion\0%s\0" % VERSION, "ProductName\0vmevents\0"):
            name, value, _ = text.split("\0")
            place = content.find((name + "\0").encode("utf-16-le"))
            self.assertNotEqual(place, -1, name)
            self.assertIn((value + "\0").encode("utf-16-le"), content[place:place + 120], name)

    def test_consumer(self):
        work = os.path.join(self.folder, "consumer")
        os.mkdir(work)
        for path in (os.path.join(self.library, "VMEvents.Interop.dll"),
                     os.path.join(self.folder, "runtimes/win-x64/native/vmevents.dll")):
            shutil.copy(path, work)
        references = os.path.join(SDK, "packs/Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1")
        # Microsoft's marks of 3.1 on all that has to do with IDispatch, which .NET 5 has taken back.
        interop.compile_cs(SDK, RUNNER, work, "consumer.dll", ["/target:exe", "/langversion:8.0", "/nowarn:618"],
                           [*sorted(glob.glob(references + "/*.dll")), os.path.join(work, "VMEvents.Interop.dll")],
                           [os.path.join(ROOT, "tests/packaging/assembly.cs")])
        with open(os.path.join(work, "consumer.runtimeconfig.json"), "w", encoding="ascii") as config:
            config.write(RUNTIME)
        output = wine(os.path.join(SDK, "dotnet.exe"), "exec", windows_path(os.path.join(work, "consumer.dll")))
        self.assertEqual(output.replace("\r\n", "\n"), (
            "assembly %s.0\n"
            "references netstandard 2.0.0.0\n"
            "0 have not come\n"
            "OnGuestLogoff(logoffType=vmLogoff_Forced)\n"
            'OnConfigurationChanged(configKey="hardware/memory/ram_size", configData=2048)\n') % VERSION)


if __name__ == "__main__":
    if not interop.is_there(SDK):
        print("SKIP: the .NET SDK for Windows is not there; npm is needed to fetch it")
        sys.exit(SKIPPED)
    main()
