#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints which share of the lines of each folder the tests have run, from a build with the preset coverage."""

import argparse
import collections
import concurrent.futures
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "shaman", "tools", "include")


def lines_of(notes_file):
    """[(file, line, count)] of one compiled source, from its .gcno file, for this tree only."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--preserve-paths", str(notes_file)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = []
        for report in pathlib.Path(folder).glob("*.gcov.json.gz"):
            with gzip.open(report, "rt", encoding="utf-8") as file:
                report = json.load(file)
            for each in report["files"]:
                path = os.path.normpath(os.path.join(report["current_working_directory"], each["file"]))
                if not path.startswith(f"{SOURCE}/"):
                    continue
                path = os.path.relpath(path, SOURCE)
                if path.split("/")[0] in FOLDERS:
                    found += [(path, line["line_number"], line["count"]) for line in each["lines"]]
        return found


def folder_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] in ("src", "include") else parts[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", nargs="?", default=SOURCE / "build" / "coverage", type=pathlib.Path,
                        help="the build's folder (default: build/coverage)")
    parser.add_argument("--files", action="store_true", help="each file in place of each folder")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    if not any(build.rglob("*.gcda")):
        sys.exit(f"coverage.py: {arguments.build} has no .gcda files: build the preset coverage, and run its tests")
    # By the notes, not by the .gcda files: code that no test links has none of these, and counts as not run.
    notes_files = sorted(build.rglob("*.gcno"))
    runs = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lines_of, notes_files):
            for path, line, count in found:
                # A header's line counts as run when one source that includes it has run it.
                runs[path, line] += count
    all_lines, run_lines = collections.Counter(), collections.Counter()
    for (path, _), count in runs.items():
        for key in (path if arguments.files else folder_of(path), "in all"):
            all_lines[key] += 1
            run_lines[key] += count > 0
    for key in sorted(all_lines, key=lambda key: (key == "in all", key)):
        print(f"{100 * run_lines[key] / all_lines[key]:6.1f} %  {run_lines[key]:6} of {all_lines[key]:6} lines  {key}")


if __name__ == "__main__":
    main()
