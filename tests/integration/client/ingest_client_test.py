# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the server reads itself: the artist's side, and disks on which copies share blocks."""

import os
import shutil
import subprocess
import tempfile
import unittest

from ingest_test import ingest
from api import Api, main, new_content
from shaman_server import Server, sha256
from studio import Studio

MIB = 1 << 20


class IngestClient(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.large = {name: self.new_file(name) for name in ("cache/a.vdb", "cache/b.vdb", "cache/c.vdb")}

    def new_file(self, name):
        content = new_content(2 * MIB)
        self.write(name, content)
        return content

    def server(self, **options):
        server = Server(os.path.join(self.folder, "storage"), **options).start()
        self.addCleanup(server.close)
        return server

    def submit(self, server, *more):
        answer = self.client.submit(self.shot, server, "--project", self.project, "--include", "cache/*.vdb",
                                    "--jobs", "1", *more)
        for name, content in self.large.items():
            with open(server.jobs(answer["checkoutPath"], name), "rb") as file:
                self.assertEqual(file.read(), content)
        return answer

    @staticmethod
    def ingests(answer):
        return answer["ingestedFiles"], answer["ingestedBytes"], answer["refusedIngests"]

    def assert_ingested(self, answer):
        """While one file shows that it works, others may be sent."""
        files, ingested, refused = self.ingests(answer)
        self.assertIn(files, (1, 2, 3))
        self.assertEqual((ingested, refused), (files * 2 * MIB, 0))
        self.assertLess(ingested + answer["uploadedBytes"], 8 * MIB)

    def test_large_files_are_not_sent(self):
        server = self.server(ingest_from=self.project)
        self.assert_ingested(self.submit(server))
        server.wait_for_log("ingested from")

    def test_only_one_large_file(self):
        for name in list(self.large)[1:]:
            os.remove(os.path.join(self.project, name))
            del self.large[name]
        answer = self.submit(self.server(ingest_from=self.project))
        self.assertEqual(self.ingests(answer), (1, 2 * MIB, 0))

    def test_through_a_link_to_the_folder(self):
        project = os.path.join(self.folder, "linked")
        os.symlink(self.project, project)
        server = self.server(ingest_from=self.project)
        shot = os.path.join(project, "shots", "shot010.blend")
        answer = self.client.submit(shot, server, "--project", project, "--include", "cache/*.vdb", "--jobs", "1")
        self.assert_ingested(answer)

    def test_another_folder_at_the_same_path(self):
        """The server's folder is not the client's: one refusal, and all is sent."""
        other = os.path.join(self.folder, "other")
        shutil.copytree(self.project, other)
        for name in self.large:
            with open(os.path.join(other, name), "wb") as file:
                file.write(new_content(2 * MIB))
        answer = self.submit(self.server(ingest_from=f"{other}={self.project}"))
        self.assertEqual(self.ingests(answer), (0, 0, 1))
        self.assertGreater(answer["uploadedBytes"], 6 * MIB)

    def test_a_folder_that_the_client_does_not_see(self):
        answer = self.submit(self.server(ingest_from=self.project + "=/nowhere/projects"))
        self.assertEqual(self.ingests(answer), (0, 0, 0))

    def test_off_by_default(self):
        self.assertEqual(self.ingests(self.submit(self.server())), (0, 0, 0))


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("mkfs.xfs"), "needs root and mkfs.xfs")
class SharedBlocks(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        image = os.path.join(place.name, "image")
        with open(image, "wb") as file:
            file.truncate(400 * MIB)
        subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", image], check=True)
        self.disk = os.path.join(place.name, "disk")
        os.mkdir(self.disk)
        if subprocess.run(["mount", "-o", "loop", image, self.disk], capture_output=True, check=False).returncode:
            self.skipTest("cannot mount an image here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def test_the_copy_shares_blocks_until_the_file_is_edited(self):
        projects = os.path.join(self.disk, "projects")
        os.mkdir(projects)
        path = os.path.join(projects, "sim.vdb")
        content = new_content(20 * MIB + 17)
        with open(path, "wb") as file:
            file.write(content)
        with Server(os.path.join(self.disk, "storage"), ingest_from=projects).start() as server, Api(server) as api:
            self.assertEqual(ingest(api, path, content).status, 204)
            server.wait_for_log("whose blocks it shares")
            blob = server.blob_path(sha256(content), len(content))
            self.assertNotEqual(os.stat(blob).st_ino, os.stat(path).st_ino)
            with open(path, "r+b") as file:
                file.write(bytes(MIB))
            with open(blob, "rb") as file:
                self.assertEqual(file.read(), content)


if __name__ == "__main__":
    main()
