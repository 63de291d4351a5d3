#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures garbage collection over a store of many small files: a dry run, and one that collects a tenth,
compared with only listing the files and calling stat on each. As root on an ext4 in an image (loop), or in
memory (shm)."""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(HERE, "people"))
BUILD = os.environ.get("SHAMAN_BUILD", os.path.join(SOURCE, "build"))
SERVER = os.environ.get("SHAMAN_SERVER_PROGRAM", os.path.join(BUILD, "release", "shaman", "shaman-server"))
LONG_AGO = time.time() - 900 * 3600
# Targets of the first kind, in seconds: (dry, real).
TARGETS = {"loop": (2, 5), "shm": (10, 10)}


def digest(number):
    return f"{number * 0x9e3779b97f4a7c15 % (1 << 64):016x}" * 4


def make_store(storage, blobs, links):
    """A tenth is old and unused, the rest young or linked to; a thousand links a checkout."""
    stored = os.path.join(storage, "file-store", "stored")
    for number in range(blobs):
        sha = digest(number)
        folder = os.path.join(stored, sha[:2], sha[2:])
        os.makedirs(folder)
        path = os.path.join(folder, "1.blob")
        with open(path, "wb") as file:
            file.write(b"x")
        is_linked = number % 10 != 0 and number - number // 10 < links
        if number % 10 == 0 or is_linked:
            os.utime(path, (LONG_AGO, LONG_AGO))
    linked = (number for number in range(1 << 62) if number % 10 != 0)
    for number in range(links):
        folder = os.path.join(storage, "jobs", f"film{number // 1000}", "shot", "tex")
        if number % 1000 == 0:
            os.makedirs(folder)
        sha = digest(next(linked))
        os.symlink(f"../../../../file-store/stored/{sha[:2]}/{sha[2:]}/1.blob",
                   os.path.join(folder, f"{number}.png"))


def look_at_all(storage):
    """Seconds of only walking the store, in one thread."""
    begin = time.monotonic()
    for parent, _, names in os.walk(os.path.join(storage, "file-store")):
        for name in names:
            os.lstat(os.path.join(parent, name))
    return time.monotonic() - begin


def collect(storage, *options):
    """Seconds, megabytes and figures of one run, with only the run's own data in the system's caches."""
    begin = time.monotonic()
    done = subprocess.run([SERVER, "gc", "--storage", storage, "--json", *options], capture_output=True, text=True,
                          check=True)
    seconds = time.monotonic() - begin
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000, json.loads(done.stdout)


def measure(kind, options):
    if kind == "loop":
        from storage import LoopStorage
        place = LoopStorage(BUILD, 24_000_000_000)
        storage = os.path.join(place.path, "store")
    else:
        place = None
        storage = tempfile.mkdtemp(prefix="shaman-bench.", dir="/dev/shm")
    try:
        make_store(storage, options.blobs, options.links)
        walk = look_at_all(storage)
        dry, memory, figures = collect(storage, "--dry-run")
        real, _, done = collect(storage)
        assert done["collected"] == figures["collected"] == options.blobs // 10, (figures, done)
        print(f"{kind}: {options.blobs} files, {options.links} links; a walk alone {walk:.1f} s")
        print(f"  dry run {dry:.1f} s (target {TARGETS[kind][0]}), {memory:.0f} MB")
        print(f"  {done['collected']} collected {real:.1f} s (target {TARGETS[kind][1]})")
    finally:
        if place:
            place.close()
        else:
            shutil.rmtree(storage)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("storage", choices=("loop", "shm"), help="where")
    parser.add_argument("--blobs", type=int, default=200_000)
    parser.add_argument("--links", type=int, default=100_000)
    options = parser.parse_args()
    measure(options.storage, options)


if __name__ == "__main__":
    main()
