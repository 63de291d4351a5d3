#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws docs/pictures/session.svg: an artist's session with a real server, as the programs print it.

Parts that differ between runs are replaced: the folder, the time a submission takes, and the random end of a
checkout's name. Everything else in the picture was printed by the programs.
"""

import argparse
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests" / "support")]
BUILD = pathlib.Path(os.environ.get("SHAMAN_BUILD", SOURCE / "build")) / "release"
os.environ.setdefault("SHAMAN_SERVER_PROGRAM", str(BUILD / "shaman" / "shaman-server"))
os.environ.setdefault("SHAMAN_PROGRAM", str(BUILD / "tools" / "shaman"))

import terminal  # noqa: E402
from shaman_server import CLIENT_PROGRAM, Server  # noqa: E402

TITLE = "A session with shaman"
DESCRIPTION = ("shaman list finds 2 libraries and 8 images of a scene, and a missing texture with the object that wants "
               "it. The texture is put in its place, and shaman submit sends 12 files. One texture is repainted, and the "
               "second submission sends 1 file.")
CAPTION = "an artist's machine"
SUBMIT = "shaman submit film/shots/shot010.blend --project film"
COMMANDS = ["shaman list film/shots/shot010.blend",
            "mv ~/Downloads/floor.png film/textures/  # put it in its place",
            SUBMIT,
            "cp ~/repainted/floor.png film/textures/  # one texture changes",
            SUBMIT]

# The folder in the picture, in place of the session's.
FOLDER = "/studio"
# As measured once.
DURATIONS = ("0.12 s", "0.05 s")
NAME_END = "-m56u"


def prepare(folder):
    """An artist's home and project, with one texture elsewhere."""
    scene, studio, home = SOURCE / "tools" / "demo" / "scene", folder / "studio", folder / "home"
    for name in ("film", "library"):
        shutil.copytree(scene / name, studio / name)
    shutil.copytree(scene / "repainted", home / "repainted")
    (home / "Downloads").mkdir()
    (studio / "film" / "textures" / "floor.png").rename(home / "Downloads" / "floor.png")
    (folder / "bin").mkdir()
    (folder / "bin" / "shaman").symlink_to(pathlib.Path(CLIENT_PROGRAM).resolve())
    return studio, home


def printed_on_a_terminal(command, folder, environment):
    """The output of a command on a terminal."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as output:
        process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=theirs, stderr=subprocess.PIPE)
        os.close(theirs)
        text = b""
        try:
            while piece := output.read(65536):
                text += piece
        except OSError:
            pass  # Linux fails with EIO when the other end is closed.
    errors = process.communicate()[1].decode()
    # `list` ends with 3 if a file is missing.
    if process.returncode not in (0, 3) or errors:
        sys.exit(f"session.py: '{command}' ended with {process.returncode}:\n{errors}")
    return text.decode().replace("\r\n", "\n")


def the_same_in_each_run(text, studio, durations):
    text = text.replace(str(studio), FOLDER)
    text = re.sub(r"(?<=\()[^()]+(?= in all\))", lambda _: next(durations), text)
    return re.sub(r"(?<=film/shot010)-[a-z0-9]+", NAME_END, text)


def session(folder):
    """The lines of the picture."""
    studio, home = prepare(folder)
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8",
                   "XDG_CACHE_HOME": str(folder / "cache"), "TERM": "xterm"}
    lines, durations = [], iter(DURATIONS)
    with Server(str(folder / "storage"), secured=False) as server:
        environment["SHAMAN_SERVER"] = server.url
        for command in COMMANDS:
            text = the_same_in_each_run(printed_on_a_terminal(command, studio, environment), studio, durations)
            lines += [terminal.typed(command), *map(terminal.printed, text.splitlines()), *([[]] if text else [])]
    return lines[:-1]


def main():
    parser = argparse.ArgumentParser(description="Draw a session with the programs of build/release "
                                     "(or SHAMAN_SERVER_PROGRAM and SHAMAN_PROGRAM).")
    parser.add_argument("--output", metavar="FILE", type=pathlib.Path, default=SOURCE / "docs" / "pictures" / "session.svg",
                        help="Write the picture to FILE (default: docs/pictures/session.svg)")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory(prefix="shaman-picture-") as folder:
        lines = session(pathlib.Path(folder).resolve())
    output.write_text(terminal.picture(TITLE, DESCRIPTION, CAPTION, lines), encoding="utf-8")


main()
