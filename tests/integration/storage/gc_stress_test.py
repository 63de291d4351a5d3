# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads, checkouts, erasures and collection at once, through two servers on one storage: not one
file of a living checkout may be lost. SHAMAN_STRESS_SECONDS says for how long."""

import os
import random
import re
import tempfile
import threading
import time
import unittest
from urllib.parse import quote

import api
from api import Api, new_content, spec
from shaman_server import SANITIZED, Server

SECONDS = float(os.environ.get("SHAMAN_STRESS_SECONDS")
                or ("60" if os.environ.get("SHAMAN_NIGHTLY") else "15"))
CLIENTS = 6
# A client that needs more than half of it for a checkout may find files collected, and sends them again.
MIN_AGE = 60 if SANITIZED else 6
OPTIONS = {"gc_period": "1s", "gc_max_age": "0s", "gc_min_age": f"{MIN_AGE}s", "gc_grace": "1s",
           "log_level": "info"}


class Client:
    """Makes and erases checkouts, and looks at those that it has."""

    def __init__(self, server, number, contents, stop):
        self.server, self.number, self.contents, self.stop = server, number, contents, stop
        self.random = random.Random(number)
        self.checkouts = {}
        self.made = self.erased = 0
        self.failures = []
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            with Api(self.server) as calls:
                while not self.stop.is_set() and not self.failures:
                    self.create(calls)
                    self.check_one()
                    if len(self.checkouts) > 4:
                        self.erase(calls)
        except Exception as error:  # told by the test, not by a thread that ends silently
            self.failures.append(repr(error))

    def expect(self, is_so, what):
        if not is_so:
            self.failures.append(f"client {self.number}: {what}")

    def create(self, calls):
        chosen = self.random.sample(self.contents, 6)
        files = {f"{i}/file": data for i, data in enumerate(chosen)}
        specs = [spec(path, data) for path, data in files.items()]
        begun = time.monotonic()
        missing = calls.requirements(specs).json()["files"]
        for wanted in missing:
            answer = calls.upload(files[wanted["path"]])
            self.expect(answer.status in (204, 208), f"upload: {answer}")
        answer = calls.create(f"stress {self.number}/{self.made}", specs)
        if answer.status == 424 and time.monotonic() - begun > MIN_AGE / 2:
            return
        self.expect(answer.status == 200, f"create: {answer}")
        if answer.status == 200:
            self.checkouts[answer.json()["checkoutPath"]] = files
            self.made += 1

    def check_one(self):
        if self.checkouts:
            self.check(self.random.choice(list(self.checkouts)))

    def check(self, path):
        try:
            self.expect(self.server.read_checkout(path) == self.checkouts[path],
                        f"{path} has not what was asked for")
        except OSError as error:
            self.expect(False, f"{path}: {error}")

    def erase(self, calls):
        path = self.random.choice(list(self.checkouts))
        del self.checkouts[path]
        answer = calls.call("DELETE", "/api/v3/shaman/checkout/" + quote(path))
        self.expect(answer.status == 204, f"erase {path}: {answer}")
        self.erased += 1


class Stress(unittest.TestCase):
    def test_nothing_of_a_living_checkout_is_lost(self):
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            storage = os.path.join(folder, "storage")
            with Server(storage, **OPTIONS) as one, Server(storage, **OPTIONS) as two:
                self.run_clients(one, two)
                self.assertEqual(one.temporary_files(), [])

    def run_clients(self, one, two):
        stop = threading.Event()
        # Few enough to be shared, and enough for some to be in no checkout for a while.
        contents = [new_content(200 + i) for i in range(120)]
        clients = [Client((one, two)[i % 2], i, contents, stop) for i in range(CLIENTS)]
        for client in clients:
            client.thread.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not any(client.failures for client in clients):
            # What nobody uses, for the collectors.
            with Api(one) as calls:
                for _ in range(5):
                    calls.upload(new_content(50))
            stop.wait(0.2)
        stop.set()
        for client in clients:
            client.thread.join()
        self.assertEqual([failure for client in clients for failure in client.failures], [])
        for client in clients:
            for path in client.checkouts:
                client.check(path)
        self.assertEqual([failure for client in clients for failure in client.failures], [])
        collected = sum(int(count) for server in (one, two) for count in
                        re.findall(r"Moved (\d+) files? ", server.log()))
        deleted = sum(int(count) for server in (one, two) for count in
                      re.findall(r"deleted (\d+) from the trash", server.log()))
        made = sum(client.made for client in clients)
        erased = sum(client.erased for client in clients)
        print(f"{made} checkouts made, {erased} erased, {collected} files collected,"
              f" {deleted} deleted in {SECONDS:.0f} s")
        self.assertGreater(erased, 0)
        if SECONDS > 2 * MIN_AGE:
            self.assertGreater(collected, 0, "the collectors did nothing")


class ShortAges(unittest.TestCase):
    """Two servers that collect after a second what the other one has just been asked for: between
    any look at a file and what follows, the file may be moved to the trash and back."""

    SECONDS = 4

    def test_no_request_fails(self):
        options = {**OPTIONS, "gc_min_age": "1s", "gc_grace": "0s"}
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            storage = os.path.join(folder, "storage")
            with Server(storage, **options) as one, Server(storage, **options) as two:
                contents = [new_content(100 + i) for i in range(60)]
                stop = threading.Event()
                answers = []
                threads = [threading.Thread(target=self.ask, args=(server, contents, stop, answers))
                           for server in (one, two, one, two)]
                for thread in threads:
                    thread.start()
                stop.wait(self.SECONDS)
                stop.set()
                for thread in threads:
                    thread.join()
                # 424: it was collected before it was linked, and the client sends it again.
                wrong = {(what, status) for what, status in answers
                         if status not in (200, 204, 208, 424)}
                self.assertEqual(wrong, set(), one.log() + two.log())
                self.assertTrue(answers)
                self.assertNotIn("error", one.log() + two.log())

    def ask(self, server, contents, stop, answers):
        with Api(server) as calls:
            while not stop.is_set():
                some = random.sample(contents, 20)
                specs = [spec(f"{i}/file", data) for i, data in enumerate(some)]
                for data in some[:10]:
                    answers.append(("upload", calls.upload(data).status))
                answers.append(("requirements", calls.requirements(specs).status))
                answers.append(("status", calls.get(api.files_url(some[0])).status))
                made = calls.create("short", specs[:10])
                answers.append(("create", made.status))
                if made.status == 200:
                    path = quote(made.json()["checkoutPath"])
                    erased = calls.call("DELETE", "/api/v3/shaman/checkout/" + path)
                    answers.append(("erase", erased.status))


if __name__ == "__main__":
    api.main()
