# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman outputs`: what a worker has rendered comes to the server, also while it renders."""

import json
import os
import signal
import subprocess
import time
import unittest

from api import Api, new_content, spec
from outputs_test import outputs
from shaman_server import CLIENT_PROGRAM, PATIENCE, UNDER_WINE, Server, sha256, wait_until
from studio import Studio


class OutputsClient(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.server = Server(os.path.join(self.folder, "storage")).start()
        self.addCleanup(self.server.close)
        texture = new_content()
        with Api(self.server) as api:
            self.assertEqual(api.upload(texture).status, 204)
            self.path = api.create("shot", [spec("t", texture)]).json()["checkoutPath"]
        self.frames = os.path.join(self.folder, "frames")
        os.mkdir(self.frames)

    def frame(self, place, size=5000):
        data = new_content(size)
        self.write(os.path.join(self.frames, place), data)
        return data

    def run_outputs(self, *arguments):
        return self.client.run("outputs", *arguments, "--server", self.server.url)

    def push(self, *more):
        done = self.run_outputs("push", self.frames, "--checkout", self.path, "--json", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def listed(self):
        with Api(self.server) as api:
            return {file["path"]: file["sha"] for file in api.get(outputs(self.path)).json()["files"]}

    def test_a_folder_of_frames(self):
        frames = {place: self.frame(place) for place in ("0001.png", "0002.png", "passes/depth/0001.exr")}
        frames["large.exr"] = self.frame("large.exr", 3 << 20)
        self.frame(".hidden")
        self.write(os.path.join(self.frames, "0003.png"), b"")
        if not UNDER_WINE:  # which shows links of this system as what they lead to
            # A scene's scripts run on the worker, and may put links there.
            os.symlink("/etc/hostname", os.path.join(self.frames, "link.png"))
            os.symlink("/etc", os.path.join(self.frames, "etc"))
        answer = self.push()
        self.assertEqual((answer["files"], answer["uploadedFiles"]), (4, 4))
        self.assertEqual(answer["unfinished"], ["0003.png"])
        self.assertEqual(self.listed(), {place: sha256(data) for place, data in frames.items()})
        again = self.push()
        self.assertEqual((again["files"], again["uploadedFiles"]), (4, 0))
        done = self.run_outputs("list", self.path, "--json")
        self.assertEqual({file["path"] for file in json.loads(done.stdout)["files"]}, set(frames))
        self.assertIn("0002.png  4.9 KiB", self.run_outputs("list", self.path).stdout)

    @unittest.skipIf(UNDER_WINE, "the signal would reach Wine's starter")
    def test_frames_are_sent_while_a_task_renders(self):
        command = [CLIENT_PROGRAM, "outputs", "push", self.frames, "--checkout", self.path, "--watch", "--server",
                   self.server.url]
        with subprocess.Popen(command, env=self.client.environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as watch:
            self.addCleanup(watch.kill)
            first = self.frame("0001.png")
            wait_until(lambda: self.listed() == {"0001.png": sha256(first)}, "the first frame")
            second = self.frame("0002.png")
            self.write(os.path.join(self.frames, "0001.png"), second)
            wait_until(lambda: self.listed() == {"0001.png": sha256(second), "0002.png": sha256(second)}, "the second")
            # Whatever is written last is sent at the end, settled or not.
            last = self.frame("0003.png")
            watch.send_signal(signal.SIGTERM)
            _, told = watch.communicate(timeout=PATIENCE)
            self.assertEqual(watch.returncode, 0, told)
        self.assertEqual(self.listed()["0003.png"], sha256(last))

    def test_the_artist_gets_the_frames(self):
        frames = {place: self.frame(place) for place in ("0001.png", "passes/0001.exr")}
        self.push()
        folder = os.path.join(self.folder, "back")
        cache = ("--cache", os.path.join(self.folder, "pulled"), "--json")
        done = self.run_outputs("pull", self.path, folder, *cache)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["placedFiles"], 2)
        frames["0002.png"] = self.frame("0002.png")
        frames["0001.png"] = self.frame("0001.png")
        self.push()
        done = self.run_outputs("pull", self.path, folder, *cache)
        self.assertEqual(json.loads(done.stdout)["placedFiles"], 2, done.stderr)
        for place, data in frames.items():
            with open(os.path.join(folder, place), "rb") as file:
                self.assertEqual(file.read(), data)
            self.assertFalse(os.path.islink(os.path.join(folder, place)))

    def test_a_frame_that_is_being_written_waits(self):
        path = os.path.join(self.frames, "0001.png")
        command = [CLIENT_PROGRAM, "outputs", "push", self.frames, "--checkout", self.path, "--watch", "--server",
                   self.server.url]
        with subprocess.Popen(command, env=self.client.environment(), stderr=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL) as watch:
            self.addCleanup(watch.kill)
            with open(path, "wb") as file:
                for _ in range(12):
                    file.write(new_content())
                    file.flush()
                    self.assertEqual(self.listed(), {})
                    time.sleep(0.3)
            wait_until(self.listed, "the whole frame")
            with open(path, "rb") as file:
                self.assertEqual(self.listed(), {"0001.png": sha256(file.read())})
            watch.terminate()
            watch.wait(PATIENCE)

    def test_what_goes_wrong_is_told(self):
        self.frame("0001.png")
        for arguments, status, words in (
                (("push", self.frames, "--checkout", "nothing/here"), 2, "no checkout “nothing/here”"),
                (("push", os.path.join(self.folder, "nowhere"), "--checkout", self.path), 2, "nowhere"),
                (("push", self.frames), 2, "--checkout"),
                (("list", "nothing"), 2, "no checkout “nothing”")):
            with self.subTest(arguments):
                done = self.run_outputs(*arguments)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(words.replace("“", '"').replace("”", '"'), done.stderr)
        self.assertEqual(self.listed(), {})


if __name__ == "__main__":
    unittest.main()
