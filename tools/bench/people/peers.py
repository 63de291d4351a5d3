# SPDX-License-Identifier: GPL-3.0-or-later
"""The alternatives without Shaman: rsync to a daemon, and cp."""

import os
import socket
import subprocess
import time

from storage import run


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RsyncDaemon:
    """An rsync daemon that keeps its files below `folder`."""

    def __init__(self, folder, work):
        self.port = free_port()
        config = os.path.join(work, "rsyncd.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"use chroot = no\nuid = root\ngid = root\nlog file = {work}/rsyncd.log\n"
                       f"[farm]\npath = {folder}\nread only = no\n")
        self.process = subprocess.Popen(["rsync", "--daemon", "--no-detach", "--address=127.0.0.1",
                                         f"--port={self.port}", f"--config={config}"])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("people: the rsync daemon does not answer")

    def send(self, project, name, link_to=None):
        """A whole folder per job; with link_to, unchanged files are hard links to that job."""
        links = [f"--link-dest=/{link_to}"] if link_to else []
        run("rsync", "-a", "--fsync", *links, project.folder + "/",
            f"rsync://127.0.0.1:{self.port}/farm/{name}/")

    def close(self):
        self.process.terminate()
        self.process.wait()


def copy(project, folder):
    run("cp", "-r", project.folder, folder)
    run("sync", "-f", folder)
