"""The software bill of materials: what is in each program, in SPDX 2.3."""
import json
import os
import re
import time

import interop
from reproducible import name_id, sha1, sha256


def identifier(*words):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", "-".join(words))


def file_entry(where, name, content, comment):
    return {
        "SPDXID": identifier("File", where, name),
        "fileName": "./%s/%s" % (where, name),
        "fileTypes": ["BINARY"],
        "checksums": [{"algorithm": "SHA1", "checksumValue": sha1(content)},
                      {"algorithm": "SHA256", "checksumValue": sha256(content)}],
        "licenseConcluded": "MIT",
        "licenseInfoInFiles": ["NOASSERTION"],
        "copyrightText": "Copyright (c) 2026 the vmevents authors",
        "comment": comment,
    }


def program_entry(release, bits, program):
    imports = release.builds[bits].imports(os.path.join(release.builds[bits].folder, "bin", program))
    return file_entry("win%d/bin" % bits, program, release.trees[bits]["bin/" + program],
                      "Imports of Windows' own DLLs: " + ", ".join(imports))


def assembly_entries(release):
    return [file_entry("lib/netstandard2.0", name, content, "For .NET, in the NuGet package. Nothing is linked in.")
            for name, content in release.assembly().items() if name == interop.NAME + ".dll"]


def verification_code(files):
    """As the specification has it: the digest of the files' digests, sorted, one behind the other."""
    return sha1("".join(sorted(file["checksums"][0]["checksumValue"] for file in files)).encode())


def product_entry(release, files):
    return {
        "SPDXID": "SPDXRef-Package-vmevents",
        "name": "vmevents",
        "versionInfo": release.version,
        "supplier": "Organization: vmevents",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": True,
        "packageVerificationCode": {"packageVerificationCodeValue": verification_code(files)},
        "licenseConcluded": "MIT",
        "licenseDeclared": "MIT",
        "licenseInfoFromFiles": ["NOASSERTION"],
        "copyrightText": "Copyright (c) 2026 the vmevents authors",
        "primaryPackagePurpose": "LIBRARY",
    }


def part_entry(part, linked):
    entry = {
        "SPDXID": identifier("Package", part.name),
        "name": part.name,
        "versionInfo": part.version,
        "supplier": "Organization: " + part.supplier,
        "homepage": part.home,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": part.licence,
        "licenseDeclared": part.licence,
        "copyrightText": "NOASSERTION",
        "comment": "Linked statically: " + ", ".join("%s %s (SHA256 %s)" % row for row in linked),
    }
    if part.digest:
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": part.digest}]
        entry["comment"] += ". The checksum is that of upstream's tarball of the sources."
    return entry


def windows_entry():
    return {
        "SPDXID": "SPDXRef-Package-Windows",
        "name": "Windows",
        "supplier": "Organization: Microsoft Corporation",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "comment": "The system's own DLLs, which are not distributed with vmevents.",
    }


def relation(subject, kind, to):
    return {"spdxElementId": subject, "relationshipType": kind, "relatedSpdxElement": to}


def relations(release, files):
    found = [relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Package-vmevents")]
    for file in files:
        found.append(relation("SPDXRef-Package-vmevents", "CONTAINS", file["SPDXID"]))
        if file["fileName"].startswith("./win"):
            found.append(relation(file["SPDXID"], "DYNAMIC_LINK", "SPDXRef-Package-Windows"))
    for bits, part in release.parts:
        for program in sorted(part.programs):
            found.append(relation(identifier("File", "win%d/bin" % bits, program), "STATIC_LINK",
                                  identifier("Package", part.name)))
    return found


def part_entries(release):
    linked, first = {}, {}
    for bits, part in release.parts:
        first.setdefault(part.name, part)
        linked.setdefault(part.name, []).extend(
            ("win%d" % bits, name, digest) for name, digest in sorted(part.archives.items()))
    return [part_entry(first[name], linked[name]) for name in sorted(first)]


def make(release):
    files = [program_entry(release, bits, program) for bits in sorted(release.programs) for program in release.programs[bits]]
    files += assembly_entries(release)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "vmevents-" + release.version,
        "creationInfo": {
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(release.date)),
            "creators": ["Organization: vmevents", "Tool: vmevents-packaging-" + release.version],
        },
        "packages": [product_entry(release, files)] + part_entries(release) + [windows_entry()],
        "files": files,
        "relationships": relations(release, files),
        "hasExtractedLicensingInfos": [
            {"licenseId": part.licence, "name": part.name, "extractedText": part.notice}
            for part in {part.licence: part for _, part in release.parts}.values()
            if part.licence.startswith("LicenseRef-")],
    }
    content = json.dumps(document, sort_keys=True)
    document["documentNamespace"] = "urn:uuid:%s" % name_id("sbom", content)
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
