# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a server that has nothing but the four v3 calls, and against everything that can go wrong"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

import json_lines
from flamenco_server import CREATE, REQUIREMENTS, FlamencoServer, Reset
from shaman_server import CLIENT_PROGRAM, PATIENCE, wait_until
from studio import Studio

FLOOR = "textures/floor.png"


def nth(number, answer):
    """A disturbance of the first `number` uploads."""
    count = iter(range(10 ** 9))

    def disturb(call):
        if call.method == "POST" and call.file and next(count) < number:
            if answer is Reset:
                raise Reset
            return answer
        return None
    return disturb


class ClientTest(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.age(60)

    def age(self, seconds):
        """Makes all files look as if they had been changed that long ago, as far as a user can."""
        then = time.time() - seconds
        for folder, _, names in os.walk(os.path.join(self.folder, "studio")):
            for name in names:
                os.utime(os.path.join(folder, name), (then, then))

    def farm(self, *arguments, **more):
        farm = FlamencoServer(*arguments, **more)
        self.addCleanup(farm.close)
        return farm

    def path(self, name):
        return os.path.join(self.project, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def arguments(self, url, *more):
        return ["submit", self.shot, "--project", self.project, "--server", url, "--json", *more]

    def submit(self, farm, *more, expect=0):
        done = self.client.run(*self.arguments(farm.url, *more))
        self.assertEqual(done.returncode, expect, done.stderr)
        if expect:
            return done
        answer = json.loads(done.stdout.splitlines()[-1])
        answer["stderr"] = done.stderr
        return answer

    def submit_to_a_farm_that_dies_and_returns(self, dies_at):
        """It dies at the first call of which `dies_at(farm, call)` is true. The answer, and the farm that returned."""
        died = threading.Event()

        def disturb(call):
            if died.is_set() or dies_at(first, call):
                died.set()
                raise Reset

        first = FlamencoServer()
        first.disturb = disturb
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.client.run(*self.arguments(first.url))))
        thread.start()
        self.assertTrue(died.wait(PATIENCE))
        first.close()
        second = self.farm(port=first.port, blobs=first.blobs)
        thread.join()
        self.assertEqual(answers[0].returncode, 0, answers[0].stderr)
        return json.loads(answers[0].stdout), second

    def content(self, farm, answer, place):
        return farm.blobs[farm.checkouts[answer["checkoutPath"]][place]]


class FourCallsOnly(ClientTest):
    def test_first_again_changed_and_moved(self):
        farm = self.farm()
        first = self.submit(farm)
        self.assertEqual((first["files"], first["uploadedFiles"], first["checkoutPath"], first["blendfile"]),
                         (12, 12, "film/shot010", "shots/shot010.blend"))
        self.assertEqual(sorted(farm.checkouts["film/shot010"])[0], "_outside_project/chair.blend")
        self.assertEqual(self.content(farm, first, FLOOR), self.read(FLOOR))
        again = self.submit(farm)
        self.assertEqual((again["uploadedFiles"], again["checkoutPath"]), (0, "film/shot010-x"))

        self.write(FLOOR, self.read(FLOOR) + b"more")
        changed = self.submit(farm)
        self.assertEqual((changed["uploadedFiles"], changed["uploadedBytes"]), (1, len(self.read(FLOOR))))

        shutil.move(os.path.join(self.folder, "studio"), os.path.join(self.folder, "elsewhere"))
        self.project = os.path.join(self.folder, "elsewhere", "film")
        self.shot = self.path("shots/shot010.blend")
        self.assertEqual(self.submit(farm)["uploadedBytes"], 0)

    def test_nothing_but_the_four_calls_and_the_question_who_it_is(self):
        farm = self.farm()
        self.submit(farm)
        others = {call.path for call in farm.calls if not call.file and call.path not in (REQUIREMENTS, CREATE)}
        self.assertLessEqual(others, {"/api/v3/shaman/info", "/api/v3/version"})
        for call in farm.uploads():
            self.assertEqual(call.headers["Content-Type"], "application/octet-stream")
            self.assertTrue(call.can_defer)
            self.assertTrue(call.headers["X-Shaman-Original-Filename"])
        creates = [call for call in farm.calls if call.path == CREATE]
        self.assertRegex(creates[0].headers["Idempotency-Key"], "^[0-9a-f]{32}$")

    def test_an_empty_file_is_left_out_with_a_word(self):
        self.write(FLOOR, b"")
        answer = self.submit(self.farm())
        self.assertEqual(answer["files"], 11)
        self.assertIn("floor.png", answer["stderr"])

    def test_small_files_go_without_expect_and_large_ones_with_it(self):
        self.write(FLOOR, os.urandom(3_000_000))
        farm = self.farm()
        self.submit(farm)
        for call in farm.uploads():
            self.assertEqual("Expect" in call.headers, call.file[1] > 1_000_000, call.file)

    def test_same_content_twice_is_sent_once(self):
        self.write("textures/props/ball.png", self.read(FLOOR))
        farm = self.farm()
        answer = self.submit(farm)
        self.assertEqual((answer["files"], answer["uploadedFiles"], answer["skippedFiles"]), (12, 11, 1))
        self.assertEqual(answer["duplicateFiles"], 1)
        self.assertEqual(self.content(farm, answer, "textures/props/ball.png"), self.read(FLOOR))


class Disturbed(ClientTest):
    def test_passing_failures_are_tried_again(self):
        for disturbance in ((503, "busy", [("Retry-After", "0")]), (500, "disk"), (502, None), Reset):
            with self.subTest(disturbance):
                farm = self.farm(nth(5, disturbance))
                self.assertEqual(self.submit(farm)["uploadedFiles"], 12)
                self.assertEqual(len(farm.uploads()), 17)

    def test_a_server_that_goes_away_is_not_one_that_never_was(self):
        def leave(call):
            if call.method == "POST" and call.file:
                farm.http.server_close()
                raise Reset
        farm = self.farm(leave)
        done = self.submit(farm, expect=4)
        self.assertIn("shaman: the server went away: no server answers at " + farm.url, done.stderr)
        self.assertIn("Submit again when it is back", done.stderr)
        for word in ("firewall", "doctor", "port are right"):
            self.assertNotIn(word, done.stderr)

    def test_a_server_that_goes_away_may_have_made_the_checkout(self):
        def leave(call):
            if call.path == CREATE:
                farm.http.server_close()
                raise Reset
        farm = self.farm(leave)
        self.assertIn("it may have made the checkout: see `shaman checkout list`", self.submit(farm, expect=4).stderr)

    def test_requirements_and_create_are_tried_again(self):
        seen = set()

        def disturb(call):
            if call.path in (REQUIREMENTS, CREATE) and call.path not in seen:
                seen.add(call.path)
                if call.path == CREATE:
                    raise Reset
                return 503, "busy"
            return None

        farm = self.farm(disturb)
        answer = self.submit(farm)
        keys = [call.headers["Idempotency-Key"] for call in farm.calls if call.path == CREATE]
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])
        self.assertEqual(len(farm.checkouts), 1)
        self.assertIn(answer["checkoutPath"], farm.checkouts)

    def test_refusals_are_told_with_the_file(self):
        for status, word in ((413, "limit"), (507, "full"), (400, "because"), (301, "redirects"), (401, "it requires a token"),
                             (403, "you do not have permission")):
            with self.subTest(status):
                farm = self.farm(nth(1, (status, "because", [("Location", "http://other/")])))
                done = self.submit(farm, expect=1)
                self.assertIn(word, done.stderr)
                # Without a token, no file is to blame.
                if status != 401:
                    self.assertRegex(done.stderr, r"\.(png|blend)")
                self.assertEqual(farm.checkouts, {})

    def test_a_file_that_another_client_sends_is_waited_for(self):
        data = self.read(FLOOR)
        farm = self.farm()

        def disturb(call):
            if not call.file or call.file[1] != len(data):
                return None
            if call.method == "POST":
                farm.uploading.add(call.file)
                return 425, None
            if len([c for c in farm.calls if c.method == "GET" and c.file == call.file]) == 3:
                farm.blobs[call.file] = data  # the other one is done
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual((answer["uploadedFiles"], answer["files"]), (11, 12))
        self.assertEqual(self.content(farm, answer, FLOOR), data)

    def test_a_large_file_that_arrived_meanwhile_is_not_sent(self):
        data = os.urandom(3_000_000)
        self.write(FLOOR, data)
        farm = self.farm()

        def disturb(call):
            if call.method == "POST" and call.file and call.file[1] == len(data):
                farm.blobs[call.file] = data
                return 208, None
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual(answer["uploadedFiles"], 11)
        self.assertLess(answer["uploadedBytes"], len(data))

    def test_a_file_that_changes_before_it_is_sent(self):
        new = os.urandom(5000)
        farm = self.farm()

        def disturb(call):
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 1:
                self.write(FLOOR, new)
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual(self.content(farm, answer, FLOOR), new)

    def test_a_blend_that_is_saved_meanwhile_is_read_again(self):
        farm = self.farm()

        def disturb(call):
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 1:
                other = self.path("libs/props.blend")
                shutil.copy(other, other + ".new")
                os.replace(other + ".new", other)
            return None

        farm.disturb = disturb
        self.assertEqual(len(farm.checkouts[self.submit(farm)["checkoutPath"]]), 12)

    def save(self, place, content):
        """As most programs do: into a new file, which gets the name."""
        path = self.path(place)
        self.write(place + ".new", content)
        os.replace(path + ".new", path)

    def test_what_is_saved_after_it_was_sent_is_sent_again(self):
        new = os.urandom(5000)
        farm = self.farm()

        def disturb(call):
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 2:
                self.save(FLOOR, new)
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual(self.content(farm, answer, FLOOR), new)

    def test_a_blend_that_is_saved_after_it_was_sent_is_read_again(self):
        blend = self.read("libs/props.blend") + b"saved again"
        farm = self.farm()

        def disturb(call):
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) == 2:
                self.save("libs/props.blend", blend)
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual(self.content(farm, answer, "libs/props.blend"), blend)

    def test_a_blend_that_is_saved_all_the_time_does_not_keep_the_submission_from_its_end(self):
        blend = self.read("libs/props.blend")
        farm = self.farm()

        def disturb(call):
            # Each attempt asks before it sends, and once more.
            if call.path == REQUIREMENTS and farm.count(REQUIREMENTS) % 2 == 0:
                self.save("libs/props.blend", blend + os.urandom(10))
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertIn("the checkout has an earlier version", "\n".join(answer["warnings"]))

    def test_a_mismatch_is_hashed_again_once(self):
        farm = self.farm(nth(1, (417, "differs")))
        self.assertEqual(self.submit(farm)["uploadedFiles"], 12)
        floor = len(self.read(FLOOR))
        stubborn = self.farm(lambda call: (417, "differs") if call.method == "POST" and call.file
                             and call.file[1] == floor else None)
        done = self.submit(stubborn, expect=1)
        self.assertIn("floor.png", done.stderr)
        self.assertEqual(sum(call.file[1] == floor for call in stubborn.uploads()), 2)

    def test_blobs_that_vanish_before_create_are_sent_again(self):
        farm = self.farm()

        def disturb(call):
            if call.path == CREATE and farm.count(CREATE) == 1:
                farm.blobs.popitem()
                return 424, "1 file is missing"
            return None

        farm.disturb = disturb
        answer = self.submit(farm)
        self.assertEqual(answer["uploadedFiles"], 13)

    def test_a_server_that_keeps_nothing_is_no_endless_loop(self):
        farm = self.farm(lambda call: (200, None) if call.method == "POST" and call.file else None)
        done = self.submit(farm, expect=1)
        self.assertIn("still asks for", done.stderr)
        self.assertEqual(farm.count(REQUIREMENTS), 3)

    def test_nonsense_for_an_answer(self):
        for answer in ({"files": 7}, {"files": [{"sha": "x"}]}, {}):
            with self.subTest(answer):
                farm = self.farm(lambda call, a=answer: (200, a) if call.path == REQUIREMENTS else None)
                self.assertIn("unexpected response from the server", self.submit(farm, expect=1).stderr)


class Away(ClientTest):
    def test_nobody_answers(self):
        farm = self.farm()
        farm.close()
        done = self.submit(farm, expect=4)
        self.assertIn(farm.url, done.stderr)
        self.assertIn("shaman doctor", done.stderr)
        self.assertIn(farm.url, json.loads(done.stdout)["error"])

    def test_it_dies_in_the_middle_and_returns(self):
        self.write(FLOOR, os.urandom(30_000_000))
        _, farm = self.submit_to_a_farm_that_dies_and_returns(
            lambda _, call: call.method == "POST" and call.file and call.file[1] > 1_000_000)
        self.assertEqual(len(farm.checkouts), 1)

    def test_a_manager_without_shaman(self):
        done = self.submit(self.farm(manager=False), expect=1)
        self.assertIn("Shaman", done.stderr)
        self.assertEqual(self.submit(self.farm(manager=True))["files"], 12)

    def test_status_tells_who_is_there(self):
        for manager, code, kind in ((True, 0, "flamenco"), (False, 0, "flamenco"), (None, 1, "other")):
            with self.subTest(manager):
                done = self.client.run("status", "--json", "--server", self.farm(manager=manager).url)
                answer = json.loads(done.stdout)
                self.assertEqual((done.returncode, answer["kind"]), (code, kind))
                self.assertEqual(answer.get("shamanEnabled"), manager)


class Interrupted(ClientTest):
    def test_ctrl_c_leaves_no_checkout(self):
        self.write(FLOOR, os.urandom(3_000_000))
        begun, end = threading.Event(), threading.Event()

        def disturb(call):
            if call.method == "POST" and call.file and call.file[1] > 1_000_000:
                begun.set()
                end.wait(PATIENCE)
            return None

        farm = self.farm(disturb)
        self.addCleanup(end.set)
        process = subprocess.Popen([CLIENT_PROGRAM, *self.arguments(farm.url)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.client.environment())
        self.assertTrue(begun.wait(PATIENCE))
        process.send_signal(signal.SIGINT)
        out, err = json_lines.communicate(process, PATIENCE)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("cancelled", json.loads(out)["error"])
        self.assertIn("cancelled", err)
        self.assertEqual(farm.checkouts, {})
        self.assertEqual(farm.count(CREATE), 0)

    def test_ctrl_c_tells_what_was_sent(self):
        third, end = threading.Event(), threading.Event()
        sent = []

        def disturb(call):
            if call.method == "POST" and call.file:
                sent.append(call.file)
                if len(sent) == 3:
                    third.set()
                    end.wait(PATIENCE)
            return None

        farm = self.farm(disturb)
        self.addCleanup(end.set)
        # One after the other.
        process = subprocess.Popen([CLIENT_PROGRAM, *self.arguments(farm.url, "--jobs", "1")], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.client.environment())
        self.assertTrue(third.wait(PATIENCE))
        process.send_signal(signal.SIGINT)
        out, err = json_lines.communicate(process, PATIENCE)
        self.assertEqual(process.returncode, 130, err)
        told = json.loads(out)
        self.assertIn("cancelled", told["error"])
        self.assertEqual((told["uploadedFiles"], told["uploadedBytes"]), (2, sum(size for _, size in sent[:2])))
        self.assertGreater(told["files"], 2)
        self.assertEqual(told["hashedFiles"], told["files"])
        self.assertTrue(told["blendfile"].endswith(".blend"))
        end.set()
        done = self.submit(farm)
        self.assertEqual(set(done) - {"stderr"}, set(told) - {"error"})

    def test_ctrl_c_while_the_checkout_is_made_waits_for_it(self):
        processes = []

        def disturb(call):
            if call.path == CREATE:
                processes[0].send_signal(signal.SIGINT)
                wait_until(lambda: not signal_is_pending(processes[0].pid), "the signal to be taken")
            return None

        farm = self.farm(disturb)
        processes.append(subprocess.Popen([CLIENT_PROGRAM, *self.arguments(farm.url)], stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE, text=True, env=self.client.environment()))
        out, err = json_lines.communicate(processes[0], PATIENCE)
        self.assertEqual(processes[0].returncode, 0, err)
        self.assertEqual(list(farm.checkouts), [json.loads(out)["checkoutPath"]])


def signal_is_pending(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return any(line.startswith(("ShdPnd", "SigPnd")) and int(line.split()[1], 16) & 2 for line in file)


class Cached(ClientTest):
    def setUp(self):
        super().setUp()
        # The tracer sees one scene; what makes the project large is one image sequence.
        self.frames = 10_000
        folder = self.path("textures/screen")
        for number in range(5, self.frames + 1):
            with open(os.path.join(folder, f"news_{number:04}.png"), "wb") as file:
                file.write(b"%d" % number)

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_an_unchanged_project_is_submitted_without_opening_a_file_of_it(self):
        farm = self.farm()
        wait_until(self.is_settled, "the files to be older than what is not remembered")
        first = self.submit(farm)
        self.assertGreater(first["files"], self.frames)
        self.assertEqual(first["hashedFiles"], first["files"])
        trace = os.path.join(self.folder, "trace")
        done = self.client.run(*self.arguments(farm.url),
                               # The leak check of a sanitizer's build does not work under strace.
                               prefix=["env", "ASAN_OPTIONS=detect_leaks=0",
                                       "strace", "-f", "-e", "trace=open,openat,openat2", "-o", trace])
        self.assertEqual(done.returncode, 0, done.stderr)
        again = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((again["hashedFiles"], again["uploadedFiles"]), (0, 0))
        with open(trace, encoding="utf-8", errors="replace") as file:
            opened = [line for line in file if self.folder + "/studio" in line and "O_DIRECTORY" not in line]
        self.assertEqual(opened, [])

        self.assertEqual(self.submit(farm, "--rehash")["hashedFiles"], first["files"])

    def is_settled(self):
        newest = max(os.stat(os.path.join(self.path("textures/screen"), name)).st_ctime
                     for name in os.listdir(self.path("textures/screen")))
        return time.time() - newest > 2.1


class Remembered(ClientTest):
    def test_a_damaged_cache_is_told_and_replaced(self):
        os.makedirs(os.path.join(self.folder, "cache", "shaman"))
        with open(os.path.join(self.folder, "cache", "shaman", "files.sqlite3"), "wb") as file:
            file.write(os.urandom(10_000))
        farm = self.farm()
        self.assertIn("damaged", self.submit(farm)["stderr"])
        self.assertNotIn("damaged", self.submit(farm)["stderr"])

    def test_rehash_replaces_what_is_wrong(self):
        for number in (1, 2):
            self.write(f"textures/screen/news_{number:04}.png", os.urandom(1000))
        farm = self.farm()
        first = self.submit(farm)
        time.sleep(2.1)  # what changed a moment ago is not remembered
        self.submit(farm)
        database = sqlite3.connect(os.path.join(self.folder, "cache", "shaman", "files.sqlite3"))
        with database:
            changed = database.execute("UPDATE digests SET digest=(SELECT MAX(digest) FROM digests WHERE size=1000)"
                                       " WHERE size=1000")
            self.assertEqual(changed.rowcount, 2)
        database.close()
        wrong = farm.checkouts[self.submit(farm)["checkoutPath"]]
        right = farm.checkouts[first["checkoutPath"]]
        self.assertNotEqual(wrong, right, "the cache is not used")
        for options in (["--rehash"], []):
            answer = self.submit(farm, *options)
            self.assertEqual(farm.checkouts[answer["checkoutPath"]], right, options)

    def test_without_a_cache_folder_it_goes_on(self):
        with open(os.path.join(self.folder, "cache"), "w", encoding="ascii"):
            pass
        self.assertIn("cache", self.submit(self.farm())["stderr"])


if __name__ == "__main__":
    sys.exit(unittest.main())
