# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts on a real file system: the server works on an ext4 image that lies on an XFS with reflinks. At random
moments the image is copied in one go, as it would be found after a power cut; each copy is mounted, its journal
replayed, and held against what had been acknowledged before the copy began. Needs root."""

import glob
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from api import Api, new_content, spec
from shaman_server import SANITIZED, Server, sha256, wait_until

IMAGES = 300 if os.environ.get("SHAMAN_NIGHTLY") else 20
RECENT = 60
GIB = 1 << 30
SKIPPED = 77


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


class Mounts:
    """An ext4 image on a reflinked XFS, itself in an image."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.mounted = []
        self.xfs = self._make("xfs", 20 * GIB, "mkfs.xfs", "-q", "-m", "reflink=1")
        self.image = os.path.join(self.xfs, "image")
        # Room for what the clients send until the last image of a night.
        self._image(self.image, 8 * GIB)
        run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        self.storage = self.mount(self.image, "storage")

    def _image(self, path, size):
        with open(path, "wb") as file:
            file.truncate(size)

    def _make(self, name, size, *make):
        image = os.path.join(self.folder, name + ".image")
        self._image(image, size)
        run(*make, image)
        return self.mount(image, name)

    def mount(self, image, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        run("mount", "-o", "loop", image, path)
        self.mounted.append(path)
        return path

    def unmount(self, path):
        # Whoever lists all mounts, as a df does, keeps one busy for a moment.
        wait_until(lambda: subprocess.run(["umount", path], capture_output=True, check=False).returncode == 0,
                   f"{path} to be unmounted")
        self.mounted.remove(path)

    def close(self):
        for path in reversed(self.mounted):
            subprocess.run(["umount", "-l", path], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Client(threading.Thread):
    """Uploads, appends and makes checkouts until it is told to stop; knows what was acknowledged."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.server, self.number = server, number
        self.lock = threading.Lock()
        self.stored, self.checkouts, self.held = {}, {}, {}
        self.stop = False
        self.failure = None

    def acknowledged(self):
        # What is older was on the images before.
        with self.lock:
            return tuple(dict(list(known.items())[-RECENT:])
                         for known in (self.stored, self.checkouts, self.held))

    def run(self):
        try:
            with Api(self.server) as api:
                while not self.stop:
                    self.round(api)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error

    def round(self, api):
        files = [new_content(random.choice((100, 5000, 300_000))) for _ in range(4)]
        for data in files:
            assert api.upload(data).status == 204
            with self.lock:
                self.stored[sha256(data)] = len(data)
        made = api.create(f"client{self.number}/shot", [spec(f"tex/{n}", data) for n, data in enumerate(files)])
        assert made.status == 200, made
        with self.lock:
            self.checkouts[made.json()["checkoutPath"]] = [(f"tex/{n}", sha256(data)) for n, data in enumerate(files)]
        self.append(api)

    def append(self, api):
        data = new_content(200_000)
        url = f"/api/v3/shaman/files/{sha256(data)}/{len(data)}"
        answer = api.call("POST", url, data[:70_000], {"Upload-Complete": "?0"})
        assert answer.status == 201, answer
        with self.lock:
            self.held[sha256(data)] = 70_000


class CrashImages(unittest.TestCase):
    def setUp(self):
        try:
            self.mounts = Mounts()
        except (OSError, subprocess.CalledProcessError) as error:
            self.skipTest(f"images cannot be mounted here: {error}")
        self.addCleanup(self.mounts.close)

    def test_what_was_acknowledged_is_on_every_image(self):
        server = Server(os.path.join(self.mounts.storage, "store")).start()
        self.addCleanup(server.close)
        clients = [Client(server, number) for number in range(4)]
        for client in clients:
            client.start()
        copy = os.path.join(self.mounts.xfs, "copy")
        checked = 0
        try:
            for _ in range(IMAGES):
                time.sleep(random.uniform(0.05, 0.3))
                known = [client.acknowledged() for client in clients]
                run("cp", "--reflink=always", self.mounts.image, copy)
                checked += self.look_at(copy, known)
                os.remove(copy)
        finally:
            for client in clients:
                client.stop = True
            for client in clients:
                client.join()
        self.assertEqual([client.failure for client in clients], [None] * len(clients))
        self.assertGreater(checked, IMAGES)
        print(f"{IMAGES} images, {checked} acknowledged files on them")

    def look_at(self, image, known):
        path = self.mounts.mount(image, "after")
        try:
            store = os.path.join(path, "store")
            # What is in a journal gets its place by a start.
            with Server(store):
                pass
            return sum(self.hold_against(store, *part) for part in known)
        finally:
            self.mounts.unmount(path)

    def hold_against(self, store, stored, checkouts, held):
        for sha, size in stored.items():
            self.assertEqual(self.digest(os.path.join(store, "file-store", "stored", sha[:2], sha[2:], f"{size}.blob")),
                             sha)
        for name, files in checkouts.items():
            for file, sha in files:
                self.assertEqual(self.digest(os.path.join(store, "jobs", name, file)), sha)
        for sha, offset in held.items():
            partial = glob.glob(os.path.join(store, ".shaman", "partial", f"{sha}-200000-*-{offset}"))
            self.assertEqual(len(partial), 1, (sha, offset, os.listdir(os.path.join(store, ".shaman", "partial"))))
            self.assertGreaterEqual(os.path.getsize(partial[0]), offset)
        return len(stored)

    @staticmethod
    def digest(path):
        with open(path, "rb") as file:
            return sha256(file.read())

    def test_a_server_starts_on_an_image(self):
        server = Server(os.path.join(self.mounts.storage, "store")).start()
        self.addCleanup(server.close)
        client = Client(server, 0)
        client.start()
        time.sleep(0.5)
        stored, _, held = client.acknowledged()
        copy = os.path.join(self.mounts.xfs, "copy")
        run("cp", "--reflink=always", self.mounts.image, copy)
        client.stop = True
        client.join()
        path = self.mounts.mount(copy, "after")
        with Server(os.path.join(path, "store")) as after, Api(after) as api:
            files = [{"sha": sha, "size": size, "path": "a"} for sha, size in stored.items()]
            self.assertEqual(api.requirements(files).json(), {"files": []})
            for sha, offset in held.items():
                answer = api.call("HEAD", f"/api/v3/shaman/files/{sha}/200000")
                self.assertEqual(answer.header("Upload-Offset"), str(offset))
            self.assertEqual(after.temporary_files(), [])
            self.assertEqual(api.upload(new_content()).status, 204)


if __name__ == "__main__":
    MISSING = [program for program in ("mkfs.xfs", "mkfs.ext4") if not shutil.which(program)]
    if os.getuid() or SANITIZED or MISSING:
        print(f"skipped: needs root to mount images{', and ' + ', '.join(MISSING) if MISSING else ''}")
        sys.exit(SKIPPED)
    unittest.main()
