# SPDX-License-Identifier: GPL-3.0-or-later
"""The client hashes, asks and uploads side by side, and clients side by side send the same project once.

Nothing here is shown by how long it takes: the stand-in server holds an answer back until something else has happened."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import json_lines
from cutting_proxy import CuttingProxy
from flamenco_server import CREATE, REQUIREMENTS, Reset
from client_test import FLOOR, ClientTest
from shaman_server import CLIENT_PROGRAM, PATIENCE, Server, sha256, wait_until

# One portion of the list of requirements, to begin with.
PORTION = 512
LIBRARY = "libs/props.blend"


class ManyFiles(ClientTest):
    """One image sequence makes the project large."""

    frames = 2000

    def setUp(self):
        super().setUp()
        for number in range(5, self.frames + 1):
            self.write(self.frame(number), b"%d" % number)
        self.age(60)

    def frame(self, number):
        return f"textures/screen/news_{number:04}.png"

    def asked(self, farm):
        """The files of each requirements call."""
        return [call.asked for call in farm.calls if call.path == REQUIREMENTS]

    def age_on_disk(self):
        """Files that changed less than two seconds ago are read again, by design."""
        folder = self.path("textures/screen")
        newest = max(os.stat(os.path.join(folder, name)).st_ctime for name in os.listdir(folder))
        wait_until(lambda: os.stat(self.write(".now")).st_ctime - newest > 2.1, "the files to be old enough")


class SideBySide(ManyFiles):
    def test_uploads_begin_before_all_files_are_asked_for(self):
        uploaded = threading.Event()

        def disturb(call):
            if call.method == "POST" and call.file:
                uploaded.set()
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 2 and not uploaded.wait(PATIENCE):
                return 400, "nothing was uploaded meanwhile"
            return None

        farm = self.farm(disturb)
        answer = self.submit(farm)
        self.assertGreater(answer["files"], self.frames)
        self.assertEqual(answer["uploadedFiles"], answer["files"])
        asked = self.asked(farm)
        self.assertEqual(len(asked[0]), PORTION)
        self.assertEqual(len(asked[-1]), answer["files"])
        self.assertEqual(sorted(sum(asked[:-1], [])), sorted(asked[-1]))
        self.assertEqual(len(farm.uploads()), answer["files"])

    def test_a_known_project_is_asked_for_once(self):
        self.age_on_disk()
        farm = self.farm()
        first = self.submit(farm)
        farm.calls.clear()
        again = self.submit(farm)
        self.assertEqual((again["hashedFiles"], again["uploadedFiles"]), (0, 0))
        self.assertEqual([len(files) for files in self.asked(farm)], [first["files"]])

    def test_what_is_known_is_asked_for_with_what_is_new(self):
        self.age_on_disk()
        farm = self.farm()
        first = self.submit(farm)
        self.write(FLOOR, b"new")
        farm.calls.clear()
        again = self.submit(farm)
        self.assertEqual((again["hashedFiles"], again["uploadedFiles"]), (1, 1))
        # The second time to be sure that the server has what was sent.
        self.assertEqual([len(files) for files in self.asked(farm)], [first["files"]] * 2)

    def test_what_the_server_has_is_not_sent_in_any_portion(self):
        stored = {self.frame(number): b"%d" % number for number in range(5, self.frames + 1, 2)}
        farm = self.farm(blobs={(sha256(data), len(data)): data for data in stored.values()})
        answer = self.submit(farm)
        self.assertEqual(answer["uploadedFiles"], answer["files"] - len(stored))

    def test_the_same_content_in_several_portions_is_sent_once(self):
        for number in range(5, self.frames + 1):
            self.write(self.frame(number), b"always the same")
        farm = self.farm()
        answer = self.submit(farm)
        self.assertEqual((answer["uploadedFiles"], answer["duplicateFiles"]),
                         (answer["files"] - self.frames + 5, self.frames - 5))
        self.assertEqual(len(farm.uploads()), answer["uploadedFiles"])

    def test_under_strict_nothing_is_asked_before_all_is_read(self):
        farm = self.farm()
        answer = self.submit(farm, "--strict")
        self.assertEqual([len(files) for files in self.asked(farm)], [answer["files"]] * 2)

    def test_the_times_of_the_parts_are_not_more_than_the_whole(self):
        times = self.submit(self.farm())["milliseconds"]
        self.assertLessEqual(sum(times.values()) - times["total"], times["total"] + 1)


class Meanwhile(ManyFiles):
    """What happens between the first portion's answer and the end."""

    def first_portion(self, act):
        """A farm that acts while the client waits for the first portion's answer, with the places in it."""
        def disturb(call):
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 1:
                act([place for place, _ in call.asked])
            return None

        farm = self.farm(disturb)
        return farm

    def test_a_file_of_it_changes(self):
        changed = {}

        def act(places):
            # What lies outside of the project has another path here than in the checkout.
            inside = [place for place in places if place.endswith(".png") and os.path.exists(self.path(place))]
            for place in inside[:20]:
                changed[place] = os.urandom(100)
                self.write(place, changed[place])

        farm = self.first_portion(act)
        answer = self.submit(farm)
        self.assertEqual(len(changed), 20)
        for place, data in changed.items():
            self.assertEqual(self.content(farm, answer, place), data, place)

    def test_a_blend_is_saved(self):
        def act(_):
            shutil.copy(self.path(LIBRARY), self.path(LIBRARY) + ".new")
            os.replace(self.path(LIBRARY) + ".new", self.path(LIBRARY))

        farm = self.first_portion(act)
        answer = self.submit(farm)
        self.assertEqual(len(farm.checkouts[answer["checkoutPath"]]), answer["files"])

    def test_a_file_of_it_is_no_file_any_more(self):
        gone = []

        def act(places):
            # Without its first or last frame the sequence has no gap.
            frames = [place for place in places if place.startswith("textures/screen")]
            gone.append(frames[len(frames) // 2])
            os.remove(self.path(gone[0]))
            os.mkdir(self.path(gone[0]))

        farm = self.first_portion(act)
        answer = self.submit(farm)
        places = farm.checkouts[answer["checkoutPath"]]
        self.assertNotIn(gone[0], places)
        self.assertIn("has gaps", answer["stderr"])
        self.assertGreaterEqual(len(places), self.frames)

    def test_the_server_goes_away(self):
        sent = []

        def leave(call):
            if call.method == "POST" and call.file:
                sent.append(call.file)
                if len(sent) > 100:
                    farm.http.server_close()
                    raise Reset

        farm = self.farm(leave)
        done = self.submit(farm, expect=4)
        self.assertIn("the server went away", done.stderr)
        self.assertEqual(farm.checkouts, {})
        told = json.loads(done.stdout)
        self.assertLess(told["uploadedFiles"], told["files"])

    def test_the_server_goes_away_and_returns(self):
        answer, farm = self.submit_to_a_farm_that_dies_and_returns(
            lambda farm, call: call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 2)
        self.assertEqual([len(checkout) for checkout in farm.checkouts.values()], [answer["files"]])

    def test_a_refusal_ends_the_hashing_too(self):
        # Hashing this one takes minutes.
        with open(self.write("textures/screen/news_0002.png"), "wb") as file:
            file.truncate(200 << 30)
        farm = self.farm(lambda call: (413, "too large") if call.method == "POST" and call.file else None)
        done = self.submit(farm, expect=1)
        self.assertIn("limit", done.stderr)
        self.assertEqual(farm.count(CREATE), 0)


class Company(ManyFiles):
    CLIENTS = 3
    SIZE = 100_000
    frames = 1000

    def test_clients_that_send_the_same_project_send_it_once(self):
        for number in range(5, self.frames + 1):
            self.write(self.frame(number), os.urandom(self.SIZE))
        folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        server = Server(folder)
        server.start()
        self.addCleanup(server.terminate)
        with CuttingProxy(server) as proxy:
            processes = [self.start(proxy, number) for number in range(self.CLIENTS)]
            told = []
            for process in processes:
                out, errors = json_lines.communicate(process, 4 * PATIENCE)
                self.assertEqual(process.returncode, 0, errors)
                told.append(json.loads(out))
            once = told[0]["bytes"]
            self.assertGreater(once, self.frames * self.SIZE * 0.99)
            self.assertLessEqual(proxy.sent, 1.2 * once)
        self.assertEqual(sum(answer["uploadedFiles"] for answer in told), told[0]["files"])

    def start(self, proxy, number):
        environment = self.client.environment(XDG_CACHE_HOME=os.path.join(self.folder, f"cache{number}"))
        return subprocess.Popen([CLIENT_PROGRAM, *self.arguments(proxy.url)], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


if __name__ == "__main__":
    sys.exit(unittest.main())
