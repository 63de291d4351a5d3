# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Blenders a test is to be run with, and running one.

By default the system's. SHAMAN_ALL_BLENDERS=1: every one that tests/support/blenders.sh can install;
SHAMAN_BLENDER_LIST: these ("4.5 5.2").
"""

import os
import subprocess

BLENDERS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "blenders.sh")
SYSTEM = "3.4"


def to_test():
    """The versions, the system's first; what was wanted and cannot be had is said."""
    wanted = os.environ.get("SHAMAN_BLENDER_LIST", "").split()
    everything = os.environ.get("SHAMAN_ALL_BLENDERS") == "1"
    if wanted or everything:
        subprocess.run([BLENDERS, "setup", *[v for v in wanted if v != SYSTEM]], check=False)
    there = subprocess.run([BLENDERS, "list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    for version in wanted:
        if version not in there:
            print(f"Blender {version} is not here: skipped")
    if everything:
        return there
    return [v for v in there if v in wanted] if wanted else there[:1]


def run(version, *arguments, timeout=600):
    """Runs that Blender in the background with factory settings; what it said, if it fails, is raised."""
    done = subprocess.run([BLENDERS, "run", version, "-b", "--factory-startup", "--python-exit-code", "3", *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=timeout, check=False)
    if done.returncode:
        raise AssertionError(f"Blender {version} ended with {done.returncode}:\n{done.stdout[-3000:]}")
