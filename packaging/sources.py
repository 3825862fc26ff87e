"""The sources, as an archive: of a checkout what git knows, of an unpacked archive all that was in it."""
import os
import subprocess

from reproducible import in_folder, read, tar_archive

MADE = ("build", ".cache")


def paths(root):
    # Not of a checkout that it may lie in.
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                check=True, capture_output=True)
        return [path for path in listed.stdout.decode().split("\0") if path]
    found = []
    for parent, folders, names in os.walk(root):
        if parent == root:
            folders[:] = [name for name in folders if name not in MADE]
        found += [os.path.relpath(os.path.join(parent, name), root) for name in names if not name.endswith(".pyc")]
    return found


def make(release, root):
    there = sorted(path for path in set(paths(root)) if os.path.isfile(os.path.join(root, path)))
    folder = "vmevents-%s" % release.version
    files = in_folder(folder, {path: read(os.path.join(root, path)) for path in there})
    executable = {"%s/%s" % (folder, path) for path in there if os.access(os.path.join(root, path), os.X_OK)}
    return tar_archive(files, release.date, executable)
