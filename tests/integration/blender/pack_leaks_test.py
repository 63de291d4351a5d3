# SPDX-License-Identifier: GPL-3.0-or-later
"""No .blend of a pack tells where anything lay on the machine that packed it.

Packs every scene below SHAMAN_CORPUS and looks for the corpus's own folder, and for the one in which its
scenes were made, in the uncompressed bytes of every .blend of the packs.
"""

import glob
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import json_lines

CORPUS = os.environ.get("SHAMAN_CORPUS", "")
PROGRAM = os.environ["SHAMAN_PROGRAM"]



def uncompressed(path):
    with open(path, "rb") as file:
        content = file.read()
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    return content


def text_at(content, at):
    """The text around a place, from NUL to NUL."""
    begin = content.rfind(b"\0", 0, at) + 1
    return content[begin:content.index(b"\0", at)]


class Leaks(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(CORPUS, "oracle.json"), encoding="utf-8") as file:
            self.root = json.load(file)["absolute_root"]
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        # The test of the oracle lays the corpus out in the same place, and leaves it there.
        if os.path.exists(self.root):
            return
        try:
            for part in ("made", "bat", "cur43", "cur52"):
                shutil.copytree(os.path.join(CORPUS, part), os.path.join(self.root, part))
        except OSError as error:
            self.skipTest(f"{self.root} cannot be made: {error}")
        self.addCleanup(shutil.rmtree, self.root)

    def test_no_path_of_this_machine_is_left(self):
        scenes = [path for path in glob.glob(os.path.join(self.root, "**", "*.blend"), recursive=True)
                  if "corrupt" not in path and os.path.isfile(path)]
        self.assertTrue(scenes, f"no scene below {self.root}")
        looked_at = 0
        for number, scene in enumerate(scenes):
            target = os.path.join(self.folder, str(number))
            listed = json.loads(json_lines.run([PROGRAM, "list", "--json", scene], check=True,
                                               stdout=subprocess.PIPE).stdout.decode(errors="surrogateescape"))
            missing = {dependency["stored"].encode(errors="surrogateescape")
                       for dependency in listed["dependencies"] if not dependency["files"]}
            subprocess.run([PROGRAM, "pack", scene, target], check=True, capture_output=True,
                           env={**os.environ, "HOME": os.path.join(self.root, "home")})
            for blend in glob.glob(os.path.join(glob.escape(target), "**", "*.blend"), recursive=True):
                looked_at += 1
                self.look(blend, scene, missing)
        self.assertGreater(looked_at, len(scenes))

    def look(self, blend, scene, missing):
        content = uncompressed(blend)
        wanted = self.root.encode()
        at = content.find(wanted)
        while at >= 0:
            text = text_at(content, at)
            self.assertIn(text, missing, f"{blend} of {scene} tells {text!r} at {at}")
            at = content.find(wanted, at + len(text))


if not CORPUS or not shutil.which("zstd"):
    print("skipped: needs SHAMAN_CORPUS and zstd", file=sys.stderr)
    sys.exit(77)
unittest.main()
