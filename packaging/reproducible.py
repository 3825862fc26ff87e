"""Files, archives and names that come out byte for byte the same each time."""
import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import time
import uuid
import zipfile

# All that is named here hangs below this name: the same inputs give the same identifiers on each machine.
NAMESPACE = uuid.UUID("0f9c40a1-6b0e-5d0c-9c52-6b7c2f0a4d11")


class PackagingError(Exception):
    """What is wrong with what was given, and what would be right."""


def name_id(*parts):
    """A UUID made of these words."""
    return uuid.uuid5(NAMESPACE, "/".join(parts))


def braced(identifier):
    return "{%s}" % str(identifier).upper()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sha1(data):
    return hashlib.sha1(data).hexdigest()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def source_date(root):
    """When the sources were changed last, in seconds since 1970: SOURCE_DATE_EPOCH, or the time of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        if not given.isdigit():
            raise PackagingError("SOURCE_DATE_EPOCH is %r; it has to be a number of seconds since 1970" % given)
        return int(given)
    try:
        if not os.path.exists(os.path.join(root, ".git")):
            raise ValueError
        return int(subprocess.run(["git", "-C", root, "log", "-1", "--format=%ct"], check=True, capture_output=True,
                                  text=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        raise PackagingError("%s is no checkout of git's, so SOURCE_DATE_EPOCH has to be set" % root) from None


def tree(folder):
    """{path below the folder: content} of all files in it."""
    files = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            files[os.path.relpath(path, folder)] = read(path)
    return files


def zip_archive(files, date):
    """The bytes of a zip with {path: content} in it, sorted, each with the same date and rights."""
    # A zip cannot say a time before 1980, and says it in steps of two seconds.
    moment = max(time.gmtime(date)[:6], (1980, 1, 1, 0, 0, 0))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[path])
    return out.getvalue()


def tar_archive(files, date, executable=frozenset()):
    """The bytes of a .tar.gz with {path: content} in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path])
            entry.mtime = date
            entry.mode = 0o755 if path in executable else 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    return gzip.compress(out.getvalue(), compresslevel=9, mtime=date)


def in_folder(folder, files):
    return {"%s/%s" % (folder, path): content for path, content in files.items()}
