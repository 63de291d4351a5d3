# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this repository, and what links where in its Markdown."""

import functools
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(os.environ.get("SHAMAN_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
NOT_OURS = {"build", ".cache", ".git", "__pycache__"}


@functools.cache
def files():
    """What git knows, or everything where this is no clone."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


@functools.cache
def text(path):
    """The content of a text file; empty for binary files."""
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8", "replace")


def documents():
    return [path for path in files() if path.suffix == ".md"]


def name(path):
    return str(path.relative_to(ROOT))


def prose_lines(document):
    """(number, line) of what is not a block of code; code within a line is emptied."""
    fence = None
    for number, line in enumerate(text(document).splitlines(), 1):
        mark = re.match(r" {0,3}(```+|~~~+)", line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if mark and mark[1].startswith(fence):
                fence = None
        else:
            yield number, re.sub(r"(`+)(?:(?!\1).)+\1", "``", line)


def links(document):
    """(number of the line, target) of each link."""
    for number, line in prose_lines(document):
        for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", line):
            yield number, target


@functools.cache
def anchors(document):
    """The anchors of a document's headings, made as GitHub and GitLab do."""
    found = set()
    fence = False
    for line in text(document).splitlines():
        fence ^= line.startswith("```")
        heading = None if fence else re.match(r"#{1,6} (.+?) *#*$", line)
        if heading:
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).replace("`", "")
            anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            repeated = [anchor] + [f"{anchor}-{count}" for count in range(1, 100)]
            found.add(next(each for each in repeated if each not in found))
    return found
