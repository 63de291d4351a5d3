# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python that has OpenUSD's module, made by pip where every Blender is wanted (SHAMAN_ALL_BLENDERS)."""

import os
import subprocess
import sys

FOLDER = os.environ.get("SHAMAN_USD", "/var/cache/shaman-usd")


def find():
    """Its path, or None where it cannot be had."""
    python = os.path.join(FOLDER, "bin", "python")
    if not os.path.exists(python) and os.environ.get("SHAMAN_ALL_BLENDERS"):
        for command in ([sys.executable, "-m", "venv", FOLDER], [python, "-m", "pip", "-q", "install", "usd-core"]):
            if subprocess.run(command, check=False).returncode:
                return None
    works = os.path.exists(python) and subprocess.run([python, "-c", "import pxr"], check=False).returncode == 0
    return python if works else None
