#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes an SPDX 2.3 bill of materials of programs: which Debian packages their shared libraries are from."""

import argparse
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries_of(program):
    """The shared libraries that the loader takes for a program, of libraries too."""
    return sorted(set(re.findall(r"=> (/\S+) \(0x", output_of("ldd", program))))


def owner_of(library):
    """(package, version, source, source version) of a file, by dpkg's records; None: no package has it."""
    # dpkg may know it by the name that it had before /lib became a link into /usr.
    real = os.path.realpath(library)
    for path in (library, real, real.removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "-S", path], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            package = done.stdout.split(": ")[0].split(", ")[0]
            form = "${binary:Package}\t${Version}\t${source:Package}\t${source:Version}"
            return tuple(output_of("dpkg-query", "-W", "-f", form, package).split("\t"))
    return None


def spdx_id(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", text)


def program_package(path, version):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = os.path.basename(path)
    return {"SPDXID": spdx_id(name), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "licenseConcluded": "GPL-3.0-or-later", "licenseDeclared": "GPL-3.0-or-later",
            "copyrightText": "NOASSERTION", "checksums": [{"algorithm": "SHA256", "checksumValue": digest}]}


def library_package(package, version, source, source_version):
    name = package.split(":")[0]
    return {"SPDXID": spdx_id(package), "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "sourceInfo": f"built from the Debian source package {source} {source_version}",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{name}@{version}"}]}


def document(version, programs):
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", datetime.datetime.now().timestamp())),
                                             datetime.timezone.utc)
    packages, relationships, unowned = {}, [], []
    for program in programs:
        own = program_package(program, version)
        packages[own["SPDXID"]] = own
        relationships.append({"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                              "relatedSpdxElement": own["SPDXID"]})
        used = set()
        for library in libraries_of(program):
            owner = owner_of(library)
            if owner is None:
                unowned.append(library)
                continue
            package = library_package(*owner)
            packages[package["SPDXID"]] = package
            used.add(package["SPDXID"])
        relationships += [{"spdxElementId": own["SPDXID"], "relationshipType": "DYNAMIC_LINK",
                           "relatedSpdxElement": each} for each in sorted(used)]
    contents = {"packages": list(packages.values()), "relationships": relationships}
    # The name space must be another one for another document.
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"shaman-{version}", "documentNamespace": f"urn:shaman:sbom:{version}:{digest}",
            "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: tools/sbom.py"]},
            **contents}, unowned


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True, help="the version of the programs")
    parser.add_argument("programs", nargs="+", metavar="PROGRAM")
    arguments = parser.parse_args()
    written, unowned = document(arguments.version, arguments.programs)
    json.dump(written, sys.stdout, indent=2)
    print()
    for library in unowned:
        print(f"sbom.py: no Debian package owns {library}", file=sys.stderr)
    return 1 if unowned else 0


if __name__ == "__main__":
    sys.exit(main())
