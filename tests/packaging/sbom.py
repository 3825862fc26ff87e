"""The bill of materials against what the programs themselves and the linker's command lines say."""
import hashlib
import json
import os
import re
import unittest
import zipfile

from unpacked import BUILDS, ROOT, TRIPLETS, main, package, run

# What the bill calls what comes out of .cache.
NAMES = {"jansson": "jansson", "libuv1": "libuv", "sqlite3": "SQLite"}


def symbols(bits, path, *options):
    out = run(TRIPLETS[bits] + "-nm", *options, path)
    return {line.split()[-1] for line in out.splitlines() if re.search(r" [TD] \S+$", line)}


def link_line(bits, program):
    with open(os.path.join(BUILDS[bits], "build.ninja"), encoding="utf-8") as file:
        text = file.read()
    rule = re.search(r"^build bin/%s(?: \S+)*: .*\n((?:  .*\n)+)" % re.escape(program), text, re.M)
    return re.search(r"^  LINK_LIBRARIES = (.*)$", rule[1], re.M)[1].split()


class BillOfMaterials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(package("vmevents-%s.spdx.json"), encoding="utf-8") as file:
            cls.bill = json.load(file)
        cls.names = {each["SPDXID"]: each["name"] for each in cls.bill["packages"]}
        cls.files = {each["SPDXID"]: each for each in cls.bill["files"]}

    def related(self, file, kind):
        return {self.names[each["relatedSpdxElement"]] for each in self.bill["relationships"]
                if each["spdxElementId"] == file and each["relationshipType"] == kind}

    def programs(self):
        for identifier, file in self.files.items():
            match = re.fullmatch(r"\./win(\d+)/bin/(.*)", file["fileName"])
            if match:
                yield int(match[1]), match[2], identifier, file

    def test_form(self):
        self.assertEqual(self.bill["spdxVersion"], "SPDX-2.3")
        known = set(self.names) | set(self.files) | {"SPDXRef-DOCUMENT"}
        for each in self.bill["relationships"]:
            self.assertLessEqual({each["spdxElementId"], each["relatedSpdxElement"]}, known)
        for each in self.bill["packages"]:
            self.assertTrue({"SPDXID", "name", "downloadLocation", "licenseConcluded"} <= set(each), each)
        extracted = {each["licenseId"] for each in self.bill["hasExtractedLicensingInfos"]}
        used = {word for each in self.bill["packages"] for word in each["licenseDeclared"].split()
                if word.startswith("LicenseRef-")}
        self.assertEqual(extracted, used)

    def test_files_are_those_of_the_archives(self):
        for bits in BUILDS:
            with zipfile.ZipFile(package("vmevents-%%s-win%d.zip" % bits)) as archive:
                packed = {name.partition("/bin/")[2]: archive.read(name) for name in archive.namelist()
                          if re.search(r"/bin/.*\.(dll|exe)$", name)}
            named = {}
            for its_bits, program, _, file in self.programs():
                if its_bits == bits:
                    named[program] = {each["algorithm"]: each["checksumValue"] for each in file["checksums"]}
            self.assertEqual({name: {"SHA1": hashlib.sha1(content).hexdigest(),
                                     "SHA256": hashlib.sha256(content).hexdigest()}
                              for name, content in packed.items()}, named)

    def test_the_other_files_are_those_of_the_nuget_package(self):
        with zipfile.ZipFile(package("vmevents.%s.nupkg")) as archive:
            packed = {"./" + name: hashlib.sha256(archive.read(name)).hexdigest()
                      for name in archive.namelist() if name.startswith("lib/") and name.endswith(".dll")}
        named = {file["fileName"]: file["checksums"][1]["checksumValue"] for file in self.files.values()}
        self.assertEqual({name: digest for name, digest in named.items() if not name.startswith("./win")}, packed)

    def test_imports(self):
        for bits, program, _, file in self.programs():
            out = run(TRIPLETS[bits] + "-objdump", "-p", os.path.join(BUILDS[bits], "bin", program))
            imported = set(re.findall(r"DLL Name: (\S+)", out))
            self.assertTrue(imported)
            self.assertEqual(set(file["comment"].partition(": ")[2].split(", ")), imported)

    def test_what_is_linked_in(self):
        """By the names in each program: a library is in it when one of its functions is."""
        seen = set()
        for bits, program, identifier, _ in self.programs():
            inside = symbols(bits, os.path.join(BUILDS[bits], "bin", program))
            linked = self.related(identifier, "STATIC_LINK")
            for word in link_line(bits, program):
                match = re.search(r"/\.cache/([^/]+)/.*\.a$", word)
                if match:
                    path = word if word.startswith("/") else os.path.join(BUILDS[bits], word)
                    there = bool(symbols(bits, path, "--defined-only", "--extern-only") & inside)
                    self.assertEqual(NAMES[match[1]] in linked, there, (bits, program, match[1]))
                    seen.add(NAMES[match[1]])
            self.assertIn("MinGW-w64 runtime", linked)
        self.assertLessEqual({"jansson", "libuv"}, seen)
        self.assertEqual({name for name in self.names.values() if name in NAMES.values()}, seen)

    def test_versions_and_digests(self):
        with open(os.path.join(ROOT, "scripts/libraries.sh"), encoding="utf-8") as file:
            pins = set(re.findall(r'"(\S+)\s+(\S+)\s+([0-9a-f]{64})"', file.read()))
        for each in self.bill["packages"]:
            for library, name in NAMES.items():
                if each["name"] == name:
                    self.assertIn((library, each["versionInfo"], each["checksums"][0]["checksumValue"]), pins)


if __name__ == "__main__":
    main()
