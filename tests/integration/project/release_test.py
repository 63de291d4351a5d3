# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/release.sh as far as it goes without building, and the bill of materials of the programs."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["SHAMAN_SOURCE"]


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, "-c", "user.name=A", "-c", "user.email=a@b.example", *arguments],
                          check=True, capture_output=True, text=True).stdout


class Release(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-release-")
        self.addCleanup(folder.cleanup)
        self.tree = folder.name
        os.mkdir(os.path.join(self.tree, "tools"))
        shutil.copy(os.path.join(SOURCE, "tools", "release.sh"), os.path.join(self.tree, "tools"))
        for name in ("CHANGELOG.md", "CMakeLists.txt"):
            shutil.copy(os.path.join(SOURCE, name), self.tree)
        git(self.tree, "init", "-q")
        git(self.tree, "add", "-A")
        git(self.tree, "commit", "-qm", "First")

    def release(self, *arguments, expect):
        done = subprocess.run([os.path.join(self.tree, "tools", "release.sh"), *arguments], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_a_dry_run_names_the_steps_and_changes_nothing(self):
        head = git(self.tree, "rev-parse", "HEAD")
        said = self.release("--dry-run", "9.8.7", expect=0)
        for step in ("'## 9.8.7 (", "git commit", "git tag -a -m Shaman 9.8.7 v9.8.7", "cmake --preset dist", "cpack",
                     "SHA256SUMS"):
            self.assertIn(step, said)
        self.assertEqual(git(self.tree, "status", "--porcelain"), "")
        self.assertEqual(git(self.tree, "rev-parse", "HEAD"), head)
        self.assertEqual(git(self.tree, "tag"), "")

    def test_what_must_not_be_released(self):
        for version in ("9.8", "v9.8.7", "9.8.7-rc1", "1.2.3.4"):
            self.assertIn("is not a version", self.release("--dry-run", version, expect=2))
        git(self.tree, "tag", "v9.8.7")
        self.assertIn("there is a tag v9.8.7 already", self.release("--dry-run", "9.8.7", expect=1))
        changelog = os.path.join(self.tree, "CHANGELOG.md")
        with open(changelog, "a", encoding="utf-8") as file:
            file.write("- More.\n")
        self.assertIn("the tree has changes", self.release("--dry-run", "9.8.8", expect=1))
        with open(changelog, "w", encoding="utf-8") as file:
            file.write("# Changelog\n\n## Unreleased\n\n## 9.8.7 (2026-01-01)\n\n- First.\n")
        git(self.tree, "commit", "-qam", "Second")
        self.assertIn("has nothing under 'Unreleased'", self.release("--dry-run", "9.8.8", expect=1))


@unittest.skipUnless(shutil.which("dpkg-query"), "this is no Debian")
@unittest.skipIf(os.environ.get("SHAMAN_SANITIZE"), "a sanitizer's libraries are no part of the programs")
class BillOfMaterials(unittest.TestCase):
    def test_it_names_the_packages_of_the_libraries(self):
        programs = [os.environ["SHAMAN_SERVER_PROGRAM"], os.environ["SHAMAN_PROGRAM"]]
        done = subprocess.run([os.path.join(SOURCE, "tools", "sbom.py"), "--version", "1.2.3", *programs],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "86400"})
        self.assertEqual(done.returncode, 0, done.stderr)
        written = json.loads(done.stdout)
        self.assertEqual(written["spdxVersion"], "SPDX-2.3")
        self.assertEqual(written["creationInfo"]["created"], "1970-01-02T00:00:00Z")
        ids = {package["SPDXID"] for package in written["packages"]}
        names = {package["name"] for package in written["packages"]}
        self.assertLessEqual({"shaman", "shaman-server", "libsqlite3-0", "libzstd1", "libc6"}, names)
        self.assertTrue(any(name.startswith("libssl3") for name in names), names)
        for relationship in written["relationships"]:
            self.assertIn(relationship["relatedSpdxElement"], ids)
        for package in written["packages"]:
            self.assertTrue(package["versionInfo"], package)


if __name__ == "__main__":
    unittest.main()
