"""Certificates for tests, made by openssl: right ones, and each kind of wrong ones."""
import base64
import pathlib
import subprocess

PASSWORD = "no secret"
# What a certificate of a server's has to say.
SERVER = "extendedKeyUsage=serverAuth"
CLIENT = "extendedKeyUsage=clientAuth"
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign"
HERE = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, f"openssl {words}: {done.stderr}"
    return done.stdout


def is_short(key):
    """Whether one of its numbers has fewer bytes than it could have. (One that begins with a high bit is shown with a zero
    before it.)"""
    numbers = {}
    for line in openssl("rsa", "-in", key, "-noout", "-text").splitlines():
        if not line.startswith(" "):
            name = line
        else:
            numbers[name] = numbers.get(name, "") + line.strip()
    sizes = {name: len(bytes.fromhex(text.replace(":", "")).lstrip(b"\0")) for name, text in numbers.items()}
    return any(size not in (128, 256) for size in sizes.values())


def make_key(path):
    """Wine 8 takes a key in for another one when one of its numbers is short, as in one of fifty."""
    while True:
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path)
        if not is_short(path):
            return


class Certificate:
    """A certificate and its key, in PEM, and the chain that a server shows: itself, and those between it and its CA."""

    def __init__(self, folder, name, extensions, issuer=None, key=None, subject=None, dates=None):
        self.name, self.issuer = name, issuer
        self.path = folder / f"{name}-cert.pem"
        self.key = key.key if key else folder / f"{name}-key.pem"
        request, wanted = folder / f"{name}.csr", folder / f"{name}.ext"
        if not key:
            make_key(self.key)
        wanted.write_text(extensions + "\n")
        openssl("req", "-new", "-key", self.key, "-subj", f"/CN={subject or name}", "-out", request)
        if dates:
            self.sign_for(dates, request, issuer, wanted)
        else:
            signer = ["-CA", issuer.path, "-CAkey", issuer.key, "-CAcreateserial"] if issuer else ["-signkey", self.key]
            openssl("x509", "-req", "-in", request, *signer, "-days", 30, "-extfile", wanted, "-out", self.path)
        self.show([self])

    def sign_for(self, dates, request, issuer, wanted):
        """By the one command whose older versions let dates be chosen; newer ones of others refuse days that are over."""
        begin, end = dates
        index, config = request.with_suffix(".index"), request.with_suffix(".conf")
        index.write_text("")
        config.write_text(f"[ca]\ndefault_ca=own\n[own]\ndatabase={index}\nnew_certs_dir={request.parent}\n"
                          "default_md=sha256\nrand_serial=yes\npolicy=any\n[any]\ncommonName=supplied\n")
        openssl("ca", "-batch", "-config", config, "-in", request, "-cert", issuer.path, "-keyfile", issuer.key,
                "-notext", "-startdate", begin, "-enddate", end, "-extfile", wanted, "-out", self.path)

    def show(self, certificates):
        """The chain that a server shows."""
        self.chain = self.path.with_name(f"{self.name}-chain.pem")
        self.chain.write_text("".join(certificate.path.read_text() for certificate in certificates))
        return self

    def der(self):
        path = self.path.with_suffix(".der")
        openssl("x509", "-in", self.path, "-outform", "DER", "-out", path)
        return path

    def pkcs12(self):
        path = self.path.with_suffix(".p12")
        openssl("pkcs12", "-export", "-in", self.path, "-inkey", self.key, "-passout", f"pass:{PASSWORD}", "-out", path)
        return path

    def with_wrong_signature(self):
        """The last bytes of a certificate are its signature's."""
        bytes = bytearray(self.der().read_bytes())
        bytes[-5] ^= 1
        text = base64.encodebytes(bytes).decode()
        self.path.write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
        return self.show([self])


class Certificates:
    """All that the tests need. Servers have one key, since it takes a while to make one."""

    def __init__(self, folder):
        self.folder = folder = pathlib.Path(folder)
        self.ca = Certificate(folder, "ca", CA)
        self.other_ca = Certificate(folder, "other-ca", CA)
        self.server = Certificate(folder, "server", f"{HERE}\n{SERVER}", self.ca)
        self.client = Certificate(folder, "client", CLIENT, self.ca)
        self.other_client = Certificate(folder, "other-client", CLIENT, self.other_ca)

        def server(name, extensions, issuer=self.ca, **options):
            return Certificate(folder, name, extensions, issuer, key=self.server, **options)

        self.expired = server("expired", f"{HERE}\n{SERVER}", dates=("20200101000000Z", "20200131000000Z"))
        self.wildcard = server("wildcard", f"subjectAltName=DNS:*.example.org\n{SERVER}")
        self.nameless = server("nameless", SERVER, subject="localhost")
        self.for_clients = server("for-clients", f"{HERE}\n{CLIENT}")
        self.self_signed = server("self-signed", f"{HERE}\n{SERVER}", issuer=None)
        self.forged = server("forged", f"{HERE}\n{SERVER}").with_wrong_signature()
        self.between = Certificate(folder, "between", CA, self.ca)
        self.below = server("below", f"{HERE}\n{SERVER}", self.between)
        self.below_shown = server("below-shown", f"{HERE}\n{SERVER}", self.between)
        self.below_shown.show([self.below_shown, self.between])
        # Signed by a server, which is no CA.
        self.by_server = server("by-server", f"{HERE}\n{SERVER}", self.server)
        self.by_server.show([self.by_server, self.server])
        self.twice = folder / "twice.pem"
        self.twice.write_text("# of two CAs\n" + self.other_ca.path.read_text() + "\n" + self.ca.path.read_text())
        self.garbage = folder / "garbage.pem"
        self.garbage.write_text("-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n")
        self.empty = folder / "empty.pem"
        self.empty.write_text("")
