# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the server reads itself, from a folder that it shares with its clients."""

import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
import urllib.parse

from api import Api, ServerTest, files_url, main, new_content
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

MIB = 1 << 20
RANGES, RANGE = 256, 4096


def offer_of(api):
    return api.get("/api/v3/shaman/info").json().get("ingest")


def proof_of(seed, content):
    """As docs/protocol.md says."""
    size = len(content)
    challenge = hashlib.sha256(bytes.fromhex(seed) + hashlib.sha256(content).digest() + struct.pack(">Q", size)).digest()
    hashed = hashlib.sha256(challenge)
    for i in range(RANGES):
        begin = i * (size // RANGES) + min(i, size % RANGES)
        length = size // RANGES + (1 if i < size % RANGES else 0)
        number = hashlib.sha256(challenge + struct.pack(">Q", i)).digest()
        offset = begin + struct.unpack(">Q", number[:8])[0] % (length - RANGE + 1)
        hashed.update(content[offset:offset + RANGE])
    return hashed.hexdigest()


def ingest(api, path, content, proof=None, **more):
    if proof is None:
        proof = proof_of(offer_of(api)["seed"], content)
    return api.call("POST", files_url(content), b"",
                    {"X-Shaman-Ingest-Path": urllib.parse.quote(path), "X-Shaman-Ingest-Proof": proof, **more})


class Studio:
    """A folder that all see."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = os.path.join(self.place.name, "projects")
        os.mkdir(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content=None):
        content = new_content(MIB + 4321) if content is None else content
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content)
        return content


class Ingest(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.studio = Studio()
        cls.options = {"ingest_from": cls.studio.folder + "=P:/projects"}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.studio.place.cleanup()

    def blob(self, content):
        return self.server.blob_path(sha256(content), len(content))

    def assert_stored(self, content):
        self.assertEqual(self.api.status(content), "stored")
        with open(self.blob(content), "rb") as blob:
            self.assertEqual(blob.read(), content)

    def assert_refused(self, path, content, status=409, proof=None):
        answer = ingest(self.api, path, content, proof)
        self.assert_error(answer, status, "send the file")
        self.assertEqual(self.api.status(content), "unknown")
        wait_until(lambda: not self.server.temporary_files(), "the temporary file to be removed")
        return answer.body

    def test_is_named_by_info(self):
        info = self.api.get("/api/v3/shaman/info").json()
        self.assertIn("ingest", info["features"])
        self.assertEqual(info["ingest"]["folders"], ["P:/projects"])

    def test_takes_a_file(self):
        for size in (MIB, MIB + 1, 3 * MIB + 77):
            content = self.studio.file("shot 1/wörld.vdb", new_content(size))
            self.assertEqual(ingest(self.api, "P:/projects/shot 1/wörld.vdb", content).status, 204)
            self.assert_stored(content)
            self.assertEqual(ingest(self.api, "P:/projects/shot 1/wörld.vdb", content).status, 208)

    def test_the_blob_is_a_file_of_its_own(self):
        content = self.studio.file("edited.vdb")
        self.assertEqual(ingest(self.api, "P:/projects/edited.vdb", content).status, 204)
        source, blob = os.stat(self.studio.path("edited.vdb")), os.stat(self.blob(content))
        self.assertNotEqual((source.st_dev, source.st_ino), (blob.st_dev, blob.st_ino))
        self.assertEqual((source.st_nlink, blob.st_nlink), (1, 1))
        with open(self.studio.path("edited.vdb"), "r+b") as file:
            file.write(bytes(5000))
            file.truncate(9000)
        self.assert_stored(content)

    def test_what_is_refused_gets_one_answer(self):
        content = self.studio.file("good.vdb")
        os.symlink("good.vdb", self.studio.path("link.vdb"))
        os.symlink(".", self.studio.path("folder"))
        os.mkfifo(self.studio.path("fifo"))
        outside = os.path.join(self.studio.place.name, "outside.vdb")
        shutil.copy(self.studio.path("good.vdb"), outside)
        os.symlink(outside, self.studio.path("out.vdb"))
        self.studio.file("other.vdb")
        answers = {self.assert_refused(path, content) for path in (
            "P:/projects/link.vdb", "P:/projects/folder/good.vdb", "P:/projects/fifo", "P:/projects/out.vdb",
            "P:/projects/../outside.vdb", "P:/projects/x/../good.vdb", "P:/projects/./good.vdb",
            "P:/projects//good.vdb", "P:/projects/good.vdb/", "P:/projects/absent.vdb", "P:/projects/other.vdb",
            "P:/projects/", "P:/projects", "P:/projectsgood.vdb", "P:/project/good.vdb", "good.vdb",
            self.studio.path("good.vdb"), outside, "/etc/shadow", "/proc/self/environ", "P:/projects/good.vdb\\x")}
        answers.add(self.assert_refused("P:/projects/good.vdb", content, proof="0" * 64))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(ingest(self.api, "P:/projects/good.vdb", content).status, 204)

    def test_a_checksum_is_no_proof(self):
        """Whoever knows only a part of the content."""
        content = self.studio.file("secret.vdb", new_content(2 * MIB))
        guess = content[:MIB] + bytes(MIB)
        challenge = proof_of(offer_of(self.api)["seed"], content)
        size = struct.pack(">Q", len(content))
        seed = bytes.fromhex(offer_of(self.api)["seed"])
        first = hashlib.sha256(seed + hashlib.sha256(content).digest() + size).digest()
        self.assertNotEqual(challenge, hashlib.sha256(first + guess).hexdigest())
        self.assert_refused("P:/projects/secret.vdb", content, proof=hashlib.sha256(first + guess).hexdigest())
        self.assert_refused("P:/projects/secret.vdb", content, proof=proof_of("00" * 32, content))

    def test_content_that_differs_between_the_ranges(self):
        content = self.studio.file("near.vdb", new_content(20 * MIB))
        proof = proof_of(offer_of(self.api)["seed"], content)
        changed = bytearray(content)
        # Of 80 KiB, a range covers 4.
        changed[0] ^= 1
        changed[79 * 1024] ^= 1
        self.studio.file("near.vdb", bytes(changed))
        answer = ingest(self.api, "P:/projects/near.vdb", content, proof)
        self.assertIn(answer.status, (409, 417))
        self.assertEqual(self.api.status(content), "unknown")
        self.assertFalse(self.server.has_blob(bytes(changed)))

    def test_small_files_are_sent(self):
        content = self.studio.file("small.png", new_content(MIB - 1))
        self.assert_refused("P:/projects/small.png", content, proof="0" * 64)

    def test_malformed_requests(self):
        content = self.studio.file("form.vdb")
        for path in ("%00", "P:/projects/%0a", "a" * 5000):
            answer = self.api.call("POST", files_url(content), b"",
                                   {"X-Shaman-Ingest-Path": path, "X-Shaman-Ingest-Proof": "0" * 64})
            self.assert_error(answer, 400, "path")
        self.assert_error(ingest(self.api, "P:/projects/form.vdb", content, proof="xyz"), 400, "hex")
        for more in ({"Upload-Complete": "?1"}, {"X-Shaman-Delta-Base": f"{'0' * 64} 5"}):
            self.assert_error(ingest(self.api, "P:/projects/form.vdb", content, **more), 400)
        answer = self.api.upload(content, {"X-Shaman-Ingest-Path": "x", "X-Shaman-Ingest-Proof": "0" * 64})
        self.assert_error(answer, 400, "body")
        self.assertEqual(self.api.status(content), "unknown")

    def test_the_log_says_why(self):
        content = self.studio.file("logged.vdb")
        self.assert_refused("P:/projects/no.vdb", content)
        self.server.wait_for_log("finds no such regular file")


class Off(ServerTest):
    def test_by_default(self):
        info = self.api.get("/api/v3/shaman/info").json()
        self.assertNotIn("ingest", info["features"])
        self.assertNotIn("ingest", info)
        content = new_content(MIB)
        self.assert_error(ingest(self.api, "/etc/passwd", content, "0" * 64), 409)


class TheStorage(unittest.TestCase):
    def test_in_the_folder_is_not_ingested(self):
        studio = Studio()
        self.addCleanup(studio.place.cleanup)
        os.mkdir(studio.path("storage"))
        with Server(studio.path("storage"), ingest_from=studio.folder).start() as server, Api(server) as api:
            stored = new_content(MIB)
            self.assertEqual(api.upload(stored).status, 204)
            path = server.blob_path(sha256(stored), len(stored))
            content = new_content(MIB)
            for place in (path, studio.path("storage/jobs/x"), studio.path("storage/.shaman/x")):
                os.chmod(path, 0o644)
                with open(place, "wb") as file:
                    file.write(content)
                self.assertEqual(ingest(api, place, content).status, 409, place)
            studio.file("x", content)
            self.assertEqual(ingest(api, studio.path("x"), content).status, 204)

    def test_as_the_folder_is_refused(self):
        server = Server().start()
        self.addCleanup(server.close)
        for place in (server.storage, server.jobs()):
            done = subprocess.run([os.environ["SHAMAN_SERVER_PROGRAM"], "--storage", server.storage, "--listen",
                                   "127.0.0.1:0", "--ingest-from", place], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("ingest-from", done.stderr)


class Principals(unittest.TestCase):
    def setUp(self):
        self.studio = Studio()
        self.addCleanup(self.studio.place.cleanup)
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.anna = self.tokens.make("submit", name="Anna")
        self.ben = self.tokens.make("submit", name="Ben")
        self.worker = self.tokens.make("worker")
        self.server = Server(auth_token_file=self.tokens.file, ingest_from=self.studio.folder).start()
        self.addCleanup(self.server.close)

    def api(self, token):
        api = Api(self.server)
        api.headers = {"Authorization": f"Bearer {token}"}
        self.addCleanup(api.close)
        return api

    def test_only_the_one_who_proves_it_knows_the_file(self):
        content = self.studio.file("a.vdb")
        anna, ben = self.api(self.anna), self.api(self.ben)
        proof = proof_of(offer_of(anna)["seed"], content)
        self.assertEqual(ingest(ben, self.studio.path("a.vdb"), content, proof).status, 409)
        self.assertEqual(ingest(anna, self.studio.path("a.vdb"), content, proof).status, 204)
        self.assertEqual((anna.status(content), ben.status(content)), ("stored", "unknown"))
        self.assertEqual(ingest(ben, self.studio.path("a.vdb"), content, proof).status, 409)
        self.assertEqual(ben.status(content), "unknown")
        self.assertEqual(ingest(ben, self.studio.path("a.vdb"), content).status, 204)
        self.assertEqual(ben.status(content), "stored")

    def test_not_for_those_who_may_not_send(self):
        content = self.studio.file("w.vdb")
        worker = self.api(self.worker)
        self.assertIsNone(offer_of(worker))
        self.assertEqual(ingest(worker, self.studio.path("w.vdb"), content, "0" * 64).status, 403)


if __name__ == "__main__":
    main()
