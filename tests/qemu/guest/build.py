#!/usr/bin/python3
"""Builds the guest of the live tests: a kernel and an initramfs, from Debian packages that lie in a folder.

    build.py PACKAGES OUTPUT

PACKAGES holds the .deb files of the packages listed beside this file. OUTPUT gets `vmlinux`, the kernel unpacked, which
boots in half the time of one that unpacks itself under emulation; `vmlinuz`, the kernel as Debian has it, for
what an unpacked one cannot do (wake from suspend); and `initramfs`, not compressed, for the same reason.
"""
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

RECIPE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["usr/sbin/qemu-ga", "usr/bin/eject"]
LOADER = "lib64/ld-linux-x86-64.so.2"
LIBRARY_FOLDER = "lib/x86_64-linux-gnu"


def words(path):
    """The lines of a list, without comments and blank ones."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def find(unpacked, name):
    """A packaged file. What Debian 12 has below / is below /usr since Debian 13."""
    for path in (unpacked / name, unpacked / "usr" / name):
        if path.exists():
            return path
    raise SystemExit(f"no package has {name}")


def unpack(data):
    """What xz or zstd has packed. Python knows zstd since 3.14; the program is there before."""
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        # It complains of what follows the packed data of a kernel, after it has unpacked them.
        return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return data


def unpack_kernel(image):
    """The ELF file within a bzImage, which its header points to (Documentation/x86/boot.rst in Linux)."""
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    kernel = unpack(image[start : start + length])
    if not kernel.startswith(b"\x7fELF"):
        raise SystemExit("the kernel's image holds no ELF file")
    return kernel


def needed_libraries(program):
    output = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return [line.split("[")[1].rstrip("]") for line in output.splitlines() if "(NEEDED)" in line]


def copy_programs(unpacked, root):
    """The programs, and every library that they need, directly or not."""
    waiting = [unpacked / program for program in PROGRAMS]
    for program in PROGRAMS:
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(unpacked / program, root / program)
    (root / LOADER).parent.mkdir()
    shutil.copy(find(unpacked, LOADER), root / LOADER)
    folder = root / LIBRARY_FOLDER
    folder.mkdir(parents=True)
    while waiting:
        for name in needed_libraries(waiting.pop()):
            if not (folder / name).exists() and name != pathlib.Path(LOADER).name:
                library = find(unpacked, f"{LIBRARY_FOLDER}/{name}")
                shutil.copy(library, folder / name)
                waiting.append(library)


def module_name(path):
    """A file's name may have - where the module's has _, and .xz behind it."""
    return pathlib.Path(path).name.split(".")[0].replace("-", "_")


def copy_modules(unpacked, root):
    """The listed modules, unpacked, and a list of them: those that the kernel does not have built in."""
    kernel = next(find(unpacked, "lib/modules").iterdir())
    built_in = {module_name(line) for line in (kernel / "modules.builtin").read_text().split()}
    files = {module_name(path): path for path in kernel.rglob("*.ko*")}
    folder = root / "lib/modules"
    folder.mkdir(parents=True)
    names = [module_name(name) for name in words(RECIPE / "modules")]
    for name in names:
        if name in files:
            (folder / f"{name}.ko").write_bytes(unpack(files[name].read_bytes()))
        elif name not in built_in:
            raise SystemExit(f"the kernel has no module {name}")
    (root / "etc/modules").write_text("".join(f"{name}\n" for name in names if name in files))


def install_busybox(unpacked, root):
    busybox = root / "bin/busybox"
    busybox.parent.mkdir(exist_ok=True)
    shutil.copy(find(unpacked, "bin/busybox"), busybox)
    for path in subprocess.run([busybox, "--list-full"], check=True, capture_output=True, text=True).stdout.split():
        link = root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to("/bin/busybox")


def copy_recipe(root):
    """The recipe's own files. Who has checked them out may have let nobody but himself read them."""
    shutil.copytree(RECIPE / "root", root, symlinks=True)
    for path in [root, *root.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
    (root / "etc/shadow").chmod(0o600)


def make_root(unpacked, root):
    copy_recipe(root)
    for name in ("dev", "proc", "sys", "run", "tmp", "root", "home/alice", "home/bob", "home/carol", "var/log"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "var/run").symlink_to("/run")
    (root / "init").symlink_to("/sbin/init")
    copy_programs(unpacked, root)
    copy_modules(unpacked, root)
    install_busybox(unpacked, root)


def write_initramfs(root, path):
    names = "".join(f"{name.relative_to(root)}\n" for name in sorted(root.rglob("*")))
    with path.open("wb") as output:
        subprocess.run(["cpio", "--quiet", "-o", "-H", "newc", "-R", "0:0"], cwd=root, check=True, input=names.encode(),
                       stdout=output)


def main(packages, output):
    os.umask(0o022)
    with tempfile.TemporaryDirectory(dir=output) as work:
        unpacked, root = pathlib.Path(work) / "unpacked", pathlib.Path(work) / "root"
        for package in sorted(packages.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, unpacked], check=True)
        make_root(unpacked, root)
        write_initramfs(root, output / "initramfs")
        kernel = next((unpacked / "boot").glob("vmlinuz-*"))
        shutil.copy(kernel, output / "vmlinuz")
        (output / "vmlinux").write_bytes(unpack_kernel(kernel.read_bytes()))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
