# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/pictures/session.svg shows what the programs print now."""

import os
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SHAMAN_SOURCE"]


def content(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Session(unittest.TestCase):
    def test_the_picture_is_what_the_programs_print(self):
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            made = os.path.join(folder, "session.svg")
            subprocess.run([sys.executable, os.path.join(SOURCE, "tools", "pictures", "session.py"), "--output", made],
                           check=True)
            self.maxDiff = None
            self.assertEqual(content(SOURCE, "docs", "pictures", "session.svg").splitlines(),
                             content(made).splitlines(), "run tools/docs.sh")


if __name__ == "__main__":
    missing = [name for name in ("SHAMAN_SERVER_PROGRAM", "SHAMAN_PROGRAM") if not os.path.exists(os.environ.get(name, ""))]
    if missing:
        print(f"skipped: the picture is drawn with both programs; not built: {', '.join(missing)}")
        sys.exit(77)
    unittest.main()
