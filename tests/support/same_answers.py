# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares `shaman list --json` of two builds: same_answers.py NATIVE WINE SHAMAN.EXE FOLDER…

Wine shows this machine's root as drive Z:, so that the same file is /a/b here and Z:/a/b there; what a scene
says to lie on another drive, C:/x, is /c/x here, as for Blender. What is missing and has a path of Windows is
listed as the .blend spells it here, and with slashes there. Windows
does not tell cases apart: there a file is listed as the .blend spells it, here as the folder does.
"""

import json
import os
import subprocess
import sys


def answer(command, blend):
    done = subprocess.run([*command, "list", "--json", blend], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, check=False)
    if done.returncode != 0:
        return done.returncode, done.stderr
    return 0, json.loads(done.stdout)


def without_drive(value):
    if isinstance(value, str):
        if value[:3] in ("Z:/", "z:/"):
            return value[2:]
        return f"/{value[0].lower()}{value[2:]}" if value[1:3] == ":/" else value
    if isinstance(value, list):
        return [without_drive(item) for item in value]
    if isinstance(value, dict):
        return {key: without_drive(item) for key, item in value.items()}
    return value


def difference(here, there):
    here["missing"] = [without_drive(path.replace("\\", "/")) for path in here["missing"]]
    for key in ("files", "missing"):
        here[key], there[key] = ([p.casefold() for p in answers[key]] for answers in (here, there))
        only_here, only_there = set(here[key]) - set(there[key]), set(there[key]) - set(here[key])
        if only_here or only_there:
            return f"{key}: only here {sorted(only_here)[:5]}, only under Windows {sorted(only_there)[:5]}"
    if len(here["dependencies"]) != len(there["dependencies"]):
        return f"{len(here['dependencies'])} dependencies here, {len(there['dependencies'])} under Windows"
    return None


def main():
    native, wine, program, *folders = sys.argv[1:]
    blends = sorted(os.path.join(folder, name) for top in folders
                    for folder, _, names in os.walk(os.path.realpath(top)) for name in names
                    if name.endswith(".blend"))
    failed = 0
    for blend in blends:
        status_here, here = answer([native], blend)
        status_there, there = answer([wine, program], "Z:" + blend)
        if status_here != status_there:
            problem = f"exit status {status_here} here, {status_there} under Windows: {there!r:.300}"
        elif status_here != 0:
            continue
        else:
            problem = difference(here, without_drive(there))
        if problem:
            failed += 1
            print(f"FAILED {blend}: {problem}")
    print(f"{len(blends)} scenes listed by both, {failed} with different answers")
    sys.exit(failed > 0 or not blends)


main()
