"""The vcpkg port: an overlay with the sources in it."""
import json
import os

import sources
import third_party
from reproducible import in_folder, read, zip_archive


def libraries(release):
    """[(vcpkg's name, CMake's variable)] of the libraries that are linked in."""
    linked = {part.name for _, part in release.parts}
    return sorted((port, variable) for name, _, _, _, port, variable in third_party.LIBRARIES.values() if name in linked)


def make(release, root):
    words = {
        "@VERSION@": release.version,
        "@DEPENDENCIES@": "".join("    %s,\n" % json.dumps(port) for port, _ in libraries(release)),
        "@ROOTS@": "".join('\n    "-D%s=${CURRENT_INSTALLED_DIR}"' % variable for _, variable in libraries(release)),
    }
    files = {"vmevents-%s-source.tar.gz" % release.version: sources.make(release, root)}
    for name in ("vcpkg.json", "portfile.cmake"):
        text = read(os.path.join(root, "packaging/vcpkg", name + ".in")).decode()
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        files[name] = text.encode()
    files["usage"] = read(os.path.join(root, "packaging/vcpkg/usage"))
    return zip_archive(in_folder("ports/vmevents", files), release.date)
