"""Signatures with a certificate that is made here: they are verified, and one of a file that was changed is not."""
import os
import re
import shutil
import sys
import unittest

from unpacked import BUILDS, ROOT, RUNNER, VERSION, WORK, main, need, run

FOLDER = os.path.join(WORK, "signing")


def make_signed(output, **environment):
    return run(sys.executable, "-B", os.path.join(ROOT, "packaging/make.py"), "--build", BUILDS[64], "--build", BUILDS[32],
               "--output", output, "--only", "x86.msi$|win32.zip$", "--sign", "--runner", *RUNNER,
               env=dict(os.environ, **environment), code=None)


class Signing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.makedirs(FOLDER)
        cls.key, cls.certificate = os.path.join(FOLDER, "key.pem"), os.path.join(FOLDER, "certificate.pem")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cls.key, "-out", cls.certificate,
            "-days", "36500", "-not_before", "20000101000000Z", "-subj", "/CN=vmevents tests",
            "-addext", "extendedKeyUsage=codeSigning", code=None)
        if not os.path.exists(cls.certificate):
            # An older OpenSSL cannot say from when.
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cls.key, "-out", cls.certificate,
                "-days", "36500", "-subj", "/CN=vmevents tests", "-addext", "extendedKeyUsage=codeSigning")
        cls.said = make_signed(os.path.join(FOLDER, "packages"), VMEVENTS_SIGN_CERTIFICATE=cls.certificate,
                               VMEVENTS_SIGN_KEY=cls.key)

    def verify(self, path, code=0):
        return run("osslsigncode", "verify", "-CAfile", self.certificate, "-TSA-CAfile", self.certificate, "-in", path,
                   code=code)

    def test_installer_and_what_is_in_it(self):
        installer = os.path.join(FOLDER, "packages", "vmevents-%s-x86.msi" % VERSION)
        self.assertTrue(os.path.exists(installer), self.said)
        self.verify(installer)
        run("msiextract", "-C", os.path.join(FOLDER, "extracted"), installer)
        programs = [os.path.join(parent, name) for parent, _, names in os.walk(os.path.join(FOLDER, "extracted"))
                    for name in names if re.search(r"\.(dll|exe)$", name)]
        self.assertGreaterEqual(len(programs), 3)
        for program in programs:
            self.verify(program)

    def test_changed_file(self):
        run("unzip", "-q", "-o", os.path.join(FOLDER, "packages", "vmevents-%s-win32.zip" % VERSION), "-d", FOLDER)
        program = os.path.join(FOLDER, "vmevents-%s-win32" % VERSION, "bin", "vmwatch.exe")
        self.verify(program)
        with open(program, "r+b") as file:
            file.seek(4096)
            byte = file.read(1)
            file.seek(4096)
            file.write(bytes([byte[0] ^ 1]))
        self.verify(program, code=1)

    def test_what_is_missing_is_named(self):
        said = make_signed(os.path.join(FOLDER, "none"))
        self.assertIn("VMEVENTS_SIGN_CERTIFICATE", said)
        said = make_signed(os.path.join(FOLDER, "none"), VMEVENTS_SIGN_CERTIFICATE="/nowhere", VMEVENTS_SIGN_KEY=self.key)
        self.assertIn("/nowhere", said)


if __name__ == "__main__":
    need("openssl", "osslsigncode", "msiextract")
    main()
