# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the programs, and holds what they print with --json against docs/schemas/."""

import functools
import json
import os
import pathlib
import subprocess

import json_schema

FOLDER = pathlib.Path(os.environ.get("SHAMAN_SOURCE") or pathlib.Path(__file__).resolve().parents[2]) / "docs/schemas"
SUFFIX = ".schema.json"
# What several schemas share, and the line of a command that was not understood.
SHARED = "shared" + SUFFIX
FAILURE = {"$ref": SHARED + "#/$defs/failure"}
PROGRAMS = ("shaman", "shaman-server")
# Exit statuses of shaman-server with a result: done, and something is wrong in the storage.
WITH_RESULT = (0, 3, 4)


@functools.cache
def schema(name):
    document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return json_schema.with_whole_references(document, name)


CHECKER = json_schema.Checker(schema)


@functools.cache
def commands():
    """{command: its schema}, as `job-show`."""
    return {path.name.removesuffix(SUFFIX): path.name for path in FOLDER.glob("*" + SUFFIX) if path.name != SHARED}


def words_of(command):
    """(program, its arguments) of a command line with --json, whatever it is started by; otherwise nothing."""
    words = [os.fsdecode(word) for word in command] if isinstance(command, (list, tuple)) else []
    for number, word in enumerate(words):
        program = os.path.basename(word).removesuffix(".exe")
        if program in PROGRAMS:
            arguments = words[number + 1:]
            options = arguments[:arguments.index("--")] if "--" in arguments else arguments
            return (program, arguments) if "--json" in options else None
    return None


def schema_of(arguments):
    name = "-".join(arguments[:2] if arguments[0] in ("job", "checkout", "config", "outputs") else arguments[:1])
    if name == "submit":
        name += "-dry-run" if "--dry-run" in arguments else "-no-shaman" if "--no-shaman" in arguments else ""
    return {"$ref": commands()[name]} if name in commands() else FAILURE


def count_is_right(program, arguments, status, count):
    if status < 0:  # ended by a signal that it cannot handle, perhaps before the line
        return count <= 1
    if program == "shaman-server":
        return count == (status in WITH_RESULT)
    return count >= 1 if arguments[0] == "list" else count == 1


def faults_of(command, status, output):
    """What is wrong with the lines that a command with --json has printed."""
    found = words_of(command)
    if found is None or output is None:
        return []
    program, arguments = found
    if isinstance(output, bytes):
        output = output.decode(errors="surrogateescape")
    lines = [json.loads(line) for line in output.splitlines()]
    faults = []
    if not count_is_right(program, arguments, status, len(lines)):
        faults.append(f"{len(lines)} lines with the exit status {status}")
    if program == "shaman" and status >= 0 and any("error" in line for line in lines) != (status != 0):
        faults.append(f"the exit status is {status}, and the member error says otherwise")
    for line in lines:
        faults += CHECKER.faults_of(line, schema_of(arguments), "the line")
    return faults


def checked(done):
    """The finished process; AssertionError where what it printed is not as in its schema."""
    faults = faults_of(done.args, done.returncode, done.stdout)
    if faults:
        raise AssertionError(f"{done.args} does not print what {FOLDER} says: {'; '.join(faults[:5])}")
    return done


def run(command, check=False, **more):
    """subprocess.run(), checked."""
    return checked(subprocess.run(command, check=check, **more))


def communicate(process, timeout):
    """Output and errors of a process at its end, checked."""
    output, errors = process.communicate(timeout=timeout)
    checked(subprocess.CompletedProcess(process.args, process.returncode, output, errors))
    return output, errors
