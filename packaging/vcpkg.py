"""The vcpkg port: an overlay with the sources in it."""
import os

import sources
from reproducible import in_folder, read, zip_archive


def make(release, root):
    files = {"vmevents-%s-source.tar.gz" % release.version: sources.make(release, root)}
    for name in ("vcpkg.json", "portfile.cmake"):
        text = read(os.path.join(root, "packaging/vcpkg", name + ".in")).decode()
        files[name] = text.replace("@VERSION@", release.version).encode()
    files["usage"] = read(os.path.join(root, "packaging/vcpkg/usage"))
    return zip_archive(in_folder("ports/vmevents", files), release.date)
