# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as Go's encoding/json understands it, by a small program in Go (go_reader/main.go)."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import threading

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "go_reader", "main.go")
GO = shutil.which("go")
MISSING = "Go is not installed: nothing here reads JSON as a Manager does (tools/setup.sh --tests)"


def _is_new(program):
    return os.path.exists(program) and os.path.getmtime(program) >= os.path.getmtime(SOURCE)


def _program():
    """Builds it where it is older than its source; other tests may do the same right now."""
    # Without a build folder in one's own: what another user has left in /tmp cannot be used.
    otherwise = os.path.join(tempfile.gettempdir(), f"shaman-test-{os.getuid()}")
    folder = os.path.join(os.environ.get("SHAMAN_BUILD_FOLDER", otherwise), "go_reader")
    os.makedirs(folder, exist_ok=True)
    program = os.path.join(folder, "go_reader")
    # Before the lock, which other users may not open.
    if _is_new(program):
        return program
    with open(os.path.join(folder, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_new(program):
            environment = {**os.environ, "GO111MODULE": "off", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local",
                           "GOFLAGS": "", "GOPATH": os.path.join(folder, "path"),
                           "GOCACHE": os.path.join(folder, "cache")}
            subprocess.run([GO, "build", "-o", program, SOURCE], check=True, env=environment)
    return program


class NotUnderstood(ValueError):
    """Go's encoding/json refuses it."""


class GoReader:
    """One running program. Thread-safe."""

    def __init__(self):
        self.lock = threading.Lock()
        self.process = subprocess.Popen([_program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, body, kind="any"):
        with self.lock:
            self.process.stdin.write(kind.encode() + b" " + base64.b64encode(body) + b"\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise NotUnderstood(answer["error"])
        return answer["value"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
