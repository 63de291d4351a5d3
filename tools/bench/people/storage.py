# SPDX-License-Identifier: GPL-3.0-or-later
"""The farm's storage during the measurement: a journaled ext4 in an image file."""

import os
import shutil
import subprocess
import tempfile


def run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, **options)


class LoopStorage:
    """A new file system of so many bytes in an image below `folder`, mounted; needs root."""

    MAKE = {"ext4": ("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0"),
            "xfs": ("mkfs.xfs", "-q")}

    def __init__(self, folder, size, kind="ext4"):
        os.makedirs(folder, exist_ok=True)
        self.work = tempfile.mkdtemp(prefix="people.", dir=folder)
        self.path = os.path.join(self.work, "mount")
        image = os.path.join(self.work, "image")
        with open(image, "wb") as file:
            file.truncate(size)
        run(*self.MAKE[kind], image)
        os.mkdir(self.path)
        run("mount", "-o", "loop", image, self.path)

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.mkdir(path)
        return path

    def settle(self):
        """Keeps earlier writes out of the next measurement."""
        run("sync", "-f", self.path)

    def clear(self):
        for name in os.listdir(self.path):
            if name != "lost+found":
                shutil.rmtree(os.path.join(self.path, name))
        self.settle()

    def close(self):
        subprocess.run(["umount", self.path], check=False)
        shutil.rmtree(self.work, ignore_errors=True)
