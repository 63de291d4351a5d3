#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of each durability, on ext4 and XFS in an image file and in memory: uploads of 16 KiB, and the flushes of
each. Needs root, to mount, and strace, to count."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path[:0] = [os.path.join(HERE, "people"), os.path.join(SOURCE, "tests", "support")]
BUILD = os.path.join(os.environ.get("SHAMAN_BUILD", os.path.join(SOURCE, "build")), "release")
os.environ.setdefault("SHAMAN_SERVER_PROGRAM", os.path.join(BUILD, "shaman", "shaman-server"))
BENCH = os.environ.get("SHAMAN_BENCH_PROGRAM", os.path.join(BUILD, "tools", "bench", "shaman-bench"))

# After the environment, which they read.
from api import Api  # noqa: E402
from shaman_server import Server, wait_until  # noqa: E402
from storage import LoopStorage  # noqa: E402

COUNTED = 200
FLUSHES = "fsync,fdatasync,syncfs,sync_file_range"


def rates(server, scratch):
    """Uploads a second over 1 and over 64 connections, and in batches."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([BENCH, "--server", server.url, "--scratch", scratch, "--repeat", "1", "--only",
                        "small-uploads,batch-uploads", "--json", out.name], check=True, capture_output=True)
        figures = json.load(open(out.name, encoding="utf-8"))
    found = {metric["id"]: metric["value"] for metric in figures["parts"]}
    return [found[name] for name in ("small_1", "small_many", "batch")]


def flushes(server):
    """Of one upload, on the average of some hundred."""
    with tempfile.NamedTemporaryFile("r") as log:
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-c", "-U", "name,calls", "-e", f"trace={FLUSHES}",
                                   "-o", log.name, "-p", str(server.process.pid)], stderr=subprocess.DEVNULL)
        wait_until(lambda: "TracerPid:\t0\n" not in
                   open(f"/proc/{server.process.pid}/status", encoding="ascii").read(), "strace")
        with Api(server) as api:
            for _ in range(COUNTED):
                assert api.upload(os.urandom(16_384)).status == 204
        tracer.terminate()
        tracer.wait()
        return sum(int(count) for count in re.findall(r"^\w*sync\w*\s+(\d+)", log.read(), re.M)) / COUNTED


def measure(kind):
    if kind == "memory":
        place, path = None, tempfile.mkdtemp(prefix="shaman-bench.", dir="/dev/shm")
    else:
        place = LoopStorage(os.path.dirname(BUILD), 8_000_000_000, kind)
        path = place.path
    try:
        for durability in ("full", "group", "none"):
            scratch = os.path.join(path, "scratch")
            os.makedirs(scratch)
            with Server(os.path.join(path, durability), durability=durability) as server:
                one, many, batch = rates(server, scratch)
                print(f"| {kind} | {durability} | {one:.0f} /s | {many:.0f} /s | {batch:.0f} /s | "
                      f"{flushes(server):.1f} |", flush=True)
            shutil.rmtree(scratch)
    finally:
        if place:
            place.close()
        else:
            shutil.rmtree(path)


def main():
    if os.geteuid() != 0:
        sys.exit("durability: mounting the storages' images needs root")
    subprocess.run([os.path.join(SOURCE, "tools", "setup.sh"), "--tests"], check=True)
    print("| storage | durability | 1 connection | 64 connections | in batches | flushes a file |\n|---|---|--:|--:|--:|--:|")
    for kind in ("ext4", "xfs", "memory"):
        measure(kind)


if __name__ == "__main__":
    main()
