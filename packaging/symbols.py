"""Debug information, apart from the programs that it is for.

It comes of a build of its own, whose programs have to be those that are shipped once it has been taken out of them.
"""
import os

from reproducible import PackagingError, in_folder, zip_archive


def make(release, bits):
    if bits not in release.symbols:
        return None
    build, files = release.symbols[bits], {}
    for program in release.programs[bits]:
        stripped, symbols = build.split_symbols(os.path.join(build.folder, "bin", program))
        if stripped != release.unsigned[bits]["bin/" + program]:
            raise PackagingError("%s of %s, without its debug information, is not the one that is shipped" % (
                program, build.folder))
        files[program + ".debug"] = symbols
    return zip_archive(in_folder("vmevents-%s-symbols-win%d" % (release.version, bits), files), release.date)
