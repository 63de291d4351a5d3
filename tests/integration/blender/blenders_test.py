#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman list` against real Blenders: scenes made by each, whose needs are known by construction.

Three judges (docs/testing-with-blender.md): the truth that tests/scenes wrote while it made a scene;
Blender's own list; and what a one-frame render was seen to open. Where Blender's list and ours differ,
a row of the tables below says why; a difference without a row is a failure.

tests/support/blender_versions.py says which Blenders; SHAMAN_SCENES: keep the scenes in this folder.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("SHAMAN_SOURCE") or os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
import blender_versions  # noqa: E402
import json_lines  # noqa: E402
BLENDERS = os.path.join(SOURCE, "tests/support/blenders.sh")
GENERATE = os.path.join(SOURCE, "tests/scenes/generate.sh")
SKIPPED = 77

# Blender lists it, we do not: scene, path below the output folder, why.
ONLY_BLENDER = (
    (r".*", r".*<(UDIM|UVTILE)>.*", "Blender names the pattern, we name the tiles"),
    (r"images/sequences", r"images/hole/h_01\.png", "the frame in the name is not there; the others are"),
    (r"libraries/appended", r"libraries/libs/chair\.blend", "only a hint where it was appended from"),
    (r"libraries/proj/packed_blocks", r"libraries/once/chair\.blend",
     "the data-blocks are packed; the library is gone"),
    (r"sequencer/strips", r"sequencer/snd/packed\.wav", "the strip's path; what is played is packed"),
    (r"simulations/.*", r"simulations/(ocean_later|fluid_never)", "never baked: only an output"),
    (r"simulations/.*", r"simulations/(ocean|fluid|baked|blendcache_\w+|own_bake)(/Ob32ject4649_Geo32Nodes)?",
     "Blender names the folder, we name the files in it"),
    (r".*", r".*/blendcache_\w+", "where a point cache would be; it is in memory"),
    (r"media/cache_layers", r"media/cache/hidden\.abc", "hidden layers are not read"),
)

# We list it, Blender does not: kinds of dependency as `shaman list` calls them, and why.
ONLY_SHAMAN = {
    "image sequence": "Blender names one frame",
    "image tiles": "Blender names the pattern",
    "image": "the other view of a stereo pair",
    "cache file": "numbered caches are named once; layers not at all",
    "volume": "Blender names one frame",
    "point cache": "Blender names the folder, or nothing",
    "fluid cache": "Blender names the folder",
    "ocean cache": "Blender names the folder",
    "node bake": "Blender names the folder, before 5.0 nothing",
    "node file": "strings that reach an import node by way of a node, a group or a modifier",
}
# "image" covers a lot: only in this scene may Blender not know one.
STEREO_SCENE = "images/views"


class Failures:
    def __init__(self):
        self.count = 0

    def add(self, scene, text, paths):
        self.count += 1
        shown = "".join(f"\n      {p}" for p in sorted(paths)[:12])
        print(f"FAILED {scene}: {text}{shown}", flush=True)


def list_files(program, blend):
    done = json_lines.run([program, "list", "--json", blend], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120)
    if done.returncode != 0:
        return None, done.stderr.decode(errors="replace")
    return json.loads(done.stdout.decode(errors="surrogateescape")), ""


def explained_by_blender(scene, path):
    return any(re.fullmatch(where, scene) and re.fullmatch(what, path) for where, what, _ in ONLY_BLENDER)


class Judge:
    def __init__(self, program, root, failures):
        self.program, self.root, self.failures = program, root, failures
        self.judged = self.found = self.expected = self.extra = 0

    def below(self, paths):
        return {os.path.relpath(p, self.root) if p.startswith(self.root + "/") else p for p in paths}

    def scene(self, json_path):
        with open(json_path, encoding="utf-8", errors="surrogateescape") as file:
            truth = json.load(file)
        if not truth.get("judged"):
            return
        blend = os.path.splitext(json_path)[0] + ".blend"
        scene = os.path.splitext(os.path.relpath(blend, self.root))[0]
        listed, error = list_files(self.program, blend)
        if listed is None:
            self.failures.add(scene, f"shaman list: {error}", [])
            return
        self.judged += 1
        files = self.below(listed["files"]) - {scene + ".blend"}
        missing = self.below(listed["missing"])
        self.against_truth(scene, truth, files, missing)
        self.against_blender(scene, truth, files | missing, listed["dependencies"])
        if truth["render"]:
            self.against_render(scene, blend, truth["blender"], files)

    def against_truth(self, scene, truth, files, missing):
        expected, maybe = set(truth["expected"]), set(truth["maybe"])
        self.expected += len(expected)
        self.found += len(expected & files)
        if expected - files:
            self.failures.add(scene, "not found", expected - files)
        if files & set(truth["forbidden"]):
            self.failures.add(scene, "must not be listed", files & set(truth["forbidden"]))
        extra = files - expected - maybe - set(truth["forbidden"])
        if extra:
            self.extra += len(extra)
            self.failures.add(scene, "listed, but nobody wants it", extra)
        if set(truth["missing"]) - missing:
            self.failures.add(scene, "missing, and not said to be", set(truth["missing"]) - missing)
        untold = missing - set(truth["missing"]) - set(truth["maybe_missing"])
        if untold:
            self.failures.add(scene, "said to be missing, but nobody wants it", untold)

    def against_blender(self, scene, truth, ours, dependencies):
        theirs = set(truth["blend_paths"])
        optional = self.below(p for d in dependencies if d["optional"] for p in [d["resolved"], *d["files"]])
        unknown = {p for p in theirs - ours - optional
                   if p not in truth["maybe"] and not explained_by_blender(scene, p)}
        if unknown:
            self.failures.add(scene, "Blender lists it, we do not, and no row says why", unknown)
        kinds = {}
        for dependency in dependencies:
            for path in self.below([*dependency["files"], *dependency["missing_files"]]):
                kinds.setdefault(path, set()).add(dependency["kind"])
        unknown = {p for p in ours - theirs
                   if not kinds.get(p, set()) & set(ONLY_SHAMAN)
                   or (kinds[p] == {"image"} and scene != STEREO_SCENE)}
        if unknown:
            self.failures.add(scene, "we list it, Blender does not, and no row says why", unknown)

    def against_render(self, scene, blend, version, files):
        """Everything below the folder that a render of frame 1 opens must have been listed."""
        version = ".".join(version.split(".")[:2])
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "trace")
            # -ff: a log for each thread; in a common one, calls at the same time cut each other's lines.
            done = subprocess.run(
                [BLENDERS, "exec", version, "strace", "-ff", "-qq", "-s", "4096", "-xx", "-e", "trace=openat",
                 "-o", log, "blender", "-b", blend, "-o", os.path.join(folder, "out####"), "-f", "1"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
            logs = glob.glob(log + ".*")
            if done.returncode == SKIPPED or not logs:
                print(f"{scene}: renders of Blender {version} cannot be traced here")
                return
            opened = {path for name in logs for path in opened_files(name, self.root)}
        opened = self.below(opened) - {scene + ".blend"}
        if not opened & files:
            self.failures.add(scene, f"a render opens none of its files: {done.stdout[-300:]}", files)
        if opened - files:
            self.failures.add(scene, "a render opens it, and it was not listed", opened - files)


def opened_files(log, root):
    with open(log, encoding="ascii") as file:
        for line in file:
            # -xx: every byte of a name as \xNN, so that no name can be misread.
            match = re.search(r'openat\([^"]*"((?:\\x[0-9a-f]{2})*)", ([A-Z_|]+).*\) = \d+', line)
            if not match or "O_DIRECTORY" in match[2]:
                continue
            path = os.path.normpath(os.fsdecode(bytes.fromhex(match[1].replace("\\x", ""))))
            if path.startswith(root + "/") and os.path.isfile(path):
                yield path


def judge_version(program, version, root, failures):
    subprocess.run([GENERATE, version, root], check=True)
    judge = Judge(program, os.path.realpath(root), failures)
    for folder, _, names in sorted(os.walk(judge.root)):
        for name in sorted(names):
            if name.endswith(".json") and os.path.exists(os.path.join(folder, name[:-5] + ".blend")):
                judge.scene(os.path.join(folder, name))
    print(f"Blender {version}: {judge.judged} scenes, {judge.found} of {judge.expected} files found, "
          f"{judge.extra} extra", flush=True)
    if not judge.judged:
        failures.add(version, "no scene was made", [])


def main():
    program = os.environ.get("SHAMAN_PROGRAM") or (sys.argv[1] if len(sys.argv) > 1 else "")
    if not program:
        sys.exit("give the program shaman as argument or in SHAMAN_PROGRAM")
    versions = blender_versions.to_test()
    if not versions:
        print("no Blender is here")
        sys.exit(SKIPPED)
    failures = Failures()
    with tempfile.TemporaryDirectory() as folder:
        for version in versions:
            root = os.path.join(os.environ.get("SHAMAN_SCENES", folder), version)
            judge_version(program, version, root, failures)
    print(f"{failures.count} failures")
    sys.exit(failures.count > 0)


if __name__ == "__main__":
    main()
