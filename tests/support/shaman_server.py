# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and stops the server under test, and looks at what it keeps on disk."""

import atexit
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import weakref

import certificates



def _for_any_user(program):
    """The program, or a copy of it where root's tests run it as users who may not enter its folder, such as /root."""
    path = pathlib.Path(shutil.which(program) or program).absolute()
    if os.geteuid() or not path.is_file() or all(folder.stat().st_mode & 0o001 for folder in path.parents):
        return program
    folder = tempfile.mkdtemp(prefix="shaman-test-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy2(path, folder)


PROGRAM = _for_any_user(os.environ.get("SHAMAN_SERVER_PROGRAM", "shaman-server"))
CLIENT_PROGRAM = _for_any_user(os.environ.get("SHAMAN_PROGRAM", "shaman"))
SANITIZED = bool(os.environ.get("SHAMAN_SANITIZE"))
# Whether SHAMAN_PROGRAM starts the client for Windows (tests/windows.sh).
UNDER_WINE = bool(os.environ.get("SHAMAN_UNDER_WINE"))
# For how long a test waits for what must happen before it fails; never what it measures.
PATIENCE = 60 * (5 if SANITIZED else 1)

# Whole test programs run once more with every connection secured.
EVERYTHING_BY_TLS = bool(os.environ.get("SHAMAN_TEST_TLS"))

LISTENING = re.compile(r"listening on https?://(\[[^]]+\]|[^:/ ]+):(\d+)")


def wait_until(condition, what, patience=PATIENCE):
    """Polls until condition() is true and returns its value; fails when that takes too long."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain for {what}")
        time.sleep(0.01)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def without_log_notice(text):
    """Standard error of a command by hand, but for the word that this machine has no system log."""
    return "".join(line for line in text.splitlines(True) if "this machine has no system log" not in line)


_running = weakref.WeakSet()


@atexit.register
def _end_what_tests_left():
    for process in list(_running):
        if process.poll() is None:
            process.kill()


class Server:
    """One server process. Options are given as keywords: create_wait=2 becomes --create-wait 2.

    With `secured` it speaks TLS. `tls` is then what Python's clients need for that; `token` is what
    they give, where a test has set it.
    """

    token = None

    def __init__(self, storage=None, secured=EVERYTHING_BY_TLS, **options):
        self.tls = None
        if secured:
            certificate, key = certificates.server_certificate()
            options = {"tls.certificate": certificate, "tls.key": key, **options}
            self.tls = certificates.authority().trust()
        self._own_storage = None
        if storage is None:
            self._own_storage = tempfile.TemporaryDirectory(prefix="shaman-test-")
            storage = os.path.join(self._own_storage.name, "storage")
        self.storage = storage
        self.options = options
        self.process = None
        self.host = self.port = None
        self._log = []
        self._reader = None

    def command(self):
        options = {"listen": "127.0.0.1:0", **self.options}
        command = [PROGRAM, "--storage", self.storage]
        for name, value in options.items():
            for each in value if isinstance(value, list) else [value]:
                command += ["--" + re.sub("[_.]", "-", name), str(each)]
        return command

    def start(self):
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _running.add(self.process)
        self._log = []
        self._reader = threading.Thread(target=self._read_log, args=(self.process.stderr,),
                                        daemon=True)
        self._reader.start()
        wait_until(lambda: self._find_address() or self.process.poll() is not None,
                   "the server to listen")
        if self.process.poll() is not None:
            # Its last words may still be on their way.
            self.wait()
            if self._own_storage:
                self._own_storage.cleanup()
            raise AssertionError(f"the server did not start:\n{self.log()}")
        return self

    def _read_log(self, stream):
        for line in stream:
            self._log.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))

    def _find_address(self):
        for line in list(self._log):
            match = LISTENING.search(line)
            if match:
                self.host, self.port = match.group(1).strip("[]"), int(match.group(2))
                return True
        return False

    @property
    def url(self):
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    def log(self):
        return "\n".join(self._log)

    def log_lines(self):
        return list(self._log)

    def wait_for_log(self, text, since=0):
        """The first log line that holds the text, after as many lines as `since` says."""
        return wait_until(lambda: next((line for line in self.log_lines()[since:] if text in line), None),
                          f"a log line with {text!r}; the log:\n{self.log()}")

    def terminate(self, sig=signal.SIGTERM):
        """Asks the server to stop and returns its exit status."""
        self.process.send_signal(sig)
        return self.wait()

    def wait(self):
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server does not stop:\n{self.log()}") from None
        self._reader.join()
        self.process.stderr.close()
        return status

    def kill(self):
        """As a power cut would, but for what the operating system holds."""
        return self.terminate(signal.SIGKILL)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def close(self):
        """Stops the server; what is wrong with how it ended is an AssertionError."""
        status = self.terminate() if self.is_running() else None
        if self._own_storage:
            self._own_storage.cleanup()
        if "Sanitizer" in self.log() or "runtime error:" in self.log():
            raise AssertionError(f"a sanitizer spoke up:\n{self.log()}")
        if status:
            raise AssertionError(f"the server ended with {status}:\n{self.log()}")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # --- memory and descriptors

    def peak_memory(self):
        """The highest resident memory so far, in bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1)) * 1024

    # --- the storage

    def blob_path(self, sha, size):
        return os.path.join(self.storage, "file-store", "stored", sha[:2], sha[2:], f"{size}.blob")

    def has_blob(self, data):
        return os.path.isfile(self.blob_path(sha256(data), len(data)))

    def jobs(self, *parts):
        return os.path.join(self.storage, "jobs", *parts)

    def all_blobs(self):
        stored = os.path.join(self.storage, "file-store", "stored")
        return {os.path.relpath(os.path.join(folder, name), stored)
                for folder, _, names in os.walk(stored) for name in names}

    def temporary_files(self):
        """What uploads in progress and checkouts in the making have on disk."""
        found = []
        for place in ("uploading", "staging"):
            for folder, _, names in os.walk(os.path.join(self.storage, ".shaman", place)):
                found += [os.path.join(folder, name) for name in names
                          if re.search(r"[0-9a-f]{64}", os.path.join(folder, name))
                          or place == "staging" and os.path.islink(os.path.join(folder, name))]
        return found

    def partial_uploads(self):
        """What is held of uploads that can be resumed."""
        folder = os.path.join(self.storage, ".shaman", "partial")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def read_checkout(self, path):
        """{relative path: content} of a checkout, without the server's own entries."""
        root = self.jobs(path)
        content = {}
        for folder, _, names in os.walk(root):
            for name in names:
                if name.startswith(".shaman-"):
                    continue
                file = os.path.join(folder, name)
                with open(file, "rb") as stream:
                    content[os.path.relpath(file, root)] = stream.read()
        return content
