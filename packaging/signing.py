"""Signatures of Authenticode's, by osslsigncode, with a certificate that is given from outside.

What is signed comes out the same each time too, as long as no timestamp is asked for: the time in a signature is that of
the sources, and RSA's signatures have nothing random in them.
"""
import os
import subprocess
import tempfile

from reproducible import PackagingError, read, write

VARIABLES = """VMEVENTS_SIGN_PKCS12 (a file with certificate and key), or VMEVENTS_SIGN_CERTIFICATE and VMEVENTS_SIGN_KEY
(files in PEM); if there is a password, VMEVENTS_SIGN_PASSWORD (a file with it); and for a timestamp
VMEVENTS_SIGN_TIMESTAMP (the address of a server by RFC 3161)"""


def given(name):
    path = os.environ.get("VMEVENTS_SIGN_" + name)
    if path and not os.path.exists(path):
        raise PackagingError("VMEVENTS_SIGN_%s is %s, and there is no such file" % (name, path))
    return path


class Signer:
    def __init__(self, date):
        pkcs12, certificate, key = given("PKCS12"), given("CERTIFICATE"), given("KEY")
        if pkcs12:
            self.options = ["-pkcs12", pkcs12]
        elif certificate and key:
            self.options = ["-certs", certificate, "-key", key]
        else:
            raise PackagingError("--sign needs a certificate: set " + VARIABLES.replace("\n", " "))
        password, timestamp = given("PASSWORD"), os.environ.get("VMEVENTS_SIGN_TIMESTAMP")
        if password:
            self.options += ["-readpass", password]
        if timestamp:
            self.options += ["-ts", timestamp]
        self.options += ["-h", "sha256", "-n", "vmevents", "-time", str(date)]

    def sign(self, name, content):
        """The file with a signature; `name` tells what it is by its ending."""
        with tempfile.TemporaryDirectory() as folder:
            plain, signed = (os.path.join(folder, part, os.path.basename(name)) for part in ("plain", "signed"))
            write(plain, content)
            os.mkdir(os.path.dirname(signed))
            done = subprocess.run(["osslsigncode", "sign", *self.options, "-in", plain, "-out", signed],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode or not os.path.exists(signed):
                raise PackagingError("%s could not be signed: %s" % (name, (done.stderr + done.stdout).strip()))
            return read(signed)
