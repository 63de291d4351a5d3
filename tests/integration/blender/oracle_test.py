# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces every scene below SHAMAN_CORPUS and grades the answers by its oracle.json.

Scenes of which paths are absolute need their files at the oracle's absolute_root; where that cannot
be written, they are left out, with a message. All others are laid out in a temporary folder.
With --table, prints the tables per kind of file and per feature of docs/tracing.md.
"""
import collections
import json
import os
import shutil
import sys
import tempfile

import json_lines

SKIPPED = 77


class Grade:
    """What was found of what should have been, over all scenes."""

    def __init__(self):
        self.expected = self.found = self.extra = self.forbidden = 0
        self.faults = []
        self.features = collections.defaultdict(lambda: [0, 0])
        self.kinds = collections.Counter()

    def fault(self, scene, what, names=()):
        self.faults.append(f"{scene}: {what} {' '.join(sorted(names)[:5])}".rstrip())


def lay_out(corpus, oracle, base):
    for top in sorted({scene.split("/")[0] for scene in oracle["scenes"]}):
        shutil.copytree(os.path.join(corpus, top), os.path.join(base, top), dirs_exist_ok=True)


def shaman_list(path):
    return json_lines.run([os.environ["SHAMAN_PROGRAM"], "list", "--json", path],
                          capture_output=True, timeout=120)


def grade_scene(scene, truth, base, grade):
    path = os.path.join(base, scene)
    result = shaman_list(path)
    if isinstance(truth["notes"], dict):  # no .blend behind its first bytes
        if result.returncode != 2 or not result.stderr.strip():
            grade.fault(scene, f"should be an error, is {result.returncode}")
        return
    if result.returncode != 0:
        grade.fault(scene, f"failed: {result.stderr.decode(errors='replace').strip()}")
        return
    answer = json.loads(result.stdout)
    real_base = os.path.realpath(base)

    def below(name):
        return os.path.relpath(os.path.realpath(name), real_base)

    got = {below(name) for name in answer["files"]} - {scene}
    expected = {name for name in truth["expected"] if os.path.exists(os.path.join(base, name))}
    forbidden = got & set(truth["forbidden"])
    extra = got - expected - set(truth["maybe"])
    grade.expected += len(expected)
    grade.found += len(expected & got)
    grade.extra += len(extra)
    grade.forbidden += len(forbidden)
    if expected - got:
        grade.fault(scene, "did not find", expected - got)
    if forbidden:
        grade.fault(scene, "must not list", forbidden)
    if truth["missing"] and not answer["missing"]:
        grade.fault(scene, "does not say what is missing")
    for feature in truth["features"] or ["nothing"]:
        grade.features[feature][0] += len(expected)
        grade.features[feature][1] += len(expected & got)
    kind_of = {below(name): dependency["kind"] for dependency in answer["dependencies"]
               for name in dependency["files"]}
    grade.kinds.update(kind_of.get(name, "(not found)") for name in expected)


def writable(root):
    try:
        os.makedirs(root, exist_ok=True)
    except OSError:
        return False
    return os.access(root, os.W_OK)


def main():
    corpus = os.environ.get("SHAMAN_CORPUS")
    if not corpus or not os.path.exists(os.path.join(corpus, "oracle.json")):
        print("skipped: set SHAMAN_CORPUS to a folder with scenes and an oracle.json")
        return SKIPPED
    with open(os.path.join(corpus, "oracle.json"), encoding="utf-8") as file:
        oracle = json.load(file)
    root = os.path.dirname(oracle["absolute_root"])
    grade = Grade()
    with tempfile.TemporaryDirectory() as folder:
        absolute = writable(root)
        lay_out(corpus, oracle, folder)
        if absolute:
            lay_out(corpus, oracle, root)
        for scene, truth in sorted(oracle["scenes"].items()):
            if truth["absolute_root"] and not absolute:
                print(f"left out, as {root} cannot be written: {scene}")
                continue
            grade_scene(scene, truth, root if truth["absolute_root"] else folder, grade)
    if "--table" in sys.argv:
        for kind, expected in sorted(grade.kinds.items()):
            print(f"| {kind} | {expected} | {0 if kind.startswith('(') else expected} |")
        for feature, (expected, found) in sorted(grade.features.items()):
            print(f"| {feature} | {expected} | {found} |")
    print("\n".join(grade.faults))
    print(f"found {grade.found} of {grade.expected}, {grade.extra} extra, "
          f"{grade.forbidden} forbidden")
    return 1 if grade.faults else 0


if __name__ == "__main__":
    sys.exit(main())
