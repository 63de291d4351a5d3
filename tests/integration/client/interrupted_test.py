# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and SIGTERM: each ends the program with a sentence, its status and, with --json, its line"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import unittest

from flamenco_server import CREATE, FlamencoServer
from shaman_server import CLIENT_PROGRAM, PATIENCE, PROGRAM, Server, wait_until
from studio import Studio

SMALLEST_PIPE = 4096


def signals_of(pid, *masks):
    """The signals that are in any of these masks of the process, as in proc(5)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return {number + 1 for line in file if line.split(":")[0] in masks
                for number in range(64) if int(line.split()[1], 16) >> number & 1}


def catches(process):
    return {signal.SIGINT, signal.SIGTERM} <= signals_of(process.pid, "SigCgt")


def send(process, number):
    """Sends a signal, and waits until the program has it."""
    process.send_signal(number)
    wait_until(lambda: number not in signals_of(process.pid, "SigPnd", "ShdPnd"), "the signal to be taken")


class Interrupted(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.said = os.path.join(self.folder, "stderr")

    def start(self, *command, program=CLIENT_PROGRAM):
        with open(self.said, "wb") as said:
            process = subprocess.Popen([program, *command], stdout=subprocess.PIPE, stderr=said, text=True,
                                       env=self.client.environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process

    def stderr(self):
        with open(self.said, encoding="utf-8") as file:
            return file.read()

    def silent_server(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"

    def assert_ended(self, process, status, *words):
        out, _ = process.communicate(timeout=PATIENCE)
        said = self.stderr()
        self.assertEqual(process.returncode, status, said)
        for word in words:
            self.assertIn(word, said)
        return out


class Submitting(Interrupted):
    def submit_until_create(self, on_create):
        """A submission to a server that calls on_create(process) while the checkout is made."""
        processes = []

        def disturb(call):
            if call.path == CREATE:
                on_create(processes[0])
            return None

        farm = FlamencoServer(disturb)
        self.addCleanup(farm.close)
        processes.append(self.start("submit", self.shot, "--project", self.project, "--server", farm.url, "--json"))
        return processes[0], farm

    def test_two_signals_at_once_are_one(self):
        def both(process):
            send(process, signal.SIGTERM)
            send(process, signal.SIGTERM)
            send(process, signal.SIGINT)

        process, farm = self.submit_until_create(both)
        told = json.loads(self.assert_ended(process, 0))
        self.assertEqual(list(farm.checkouts), [told["checkoutPath"]])

    def test_one_that_comes_later_ends_it_and_says_what_may_be_left(self):
        def twice(process):
            send(process, signal.SIGTERM)
            wait_until(lambda: "another Ctrl-C ends the program at once" in self.stderr(), "the offer to end")
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

        process, _ = self.submit_until_create(twice)
        told = json.loads(self.assert_ended(process, 143, "cancelled at once", "`shaman checkout list`"))
        self.assertIn("cancelled at once", told["error"])

    def test_what_was_not_sent_need_not_be_sent_again(self):
        listener, url = self.silent_server()
        process = self.start("submit", self.shot, "--server", url)
        connection = listener.accept()[0]
        self.addCleanup(connection.close)
        process.send_signal(signal.SIGINT)
        self.assert_ended(process, 130, "cancelled; no checkout was made")
        self.assertNotIn("sent again", self.stderr())
        done = self.client.run("submit", self.shot, "--server", "http://127.0.0.1:1")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertNotIn("sent again", done.stderr)


class Packing(Interrupted):
    def test_nothing_is_left(self):
        # The first file of the pack by its place, and large enough that it is being written.
        with open(os.path.join(self.project, "a.bin"), "wb") as file:
            file.truncate(8 << 30)
        for name in ("pack", "pack.zip"):
            with self.subTest(name):
                place = os.path.join(self.folder, "packed " + name)
                os.mkdir(place)
                target = os.path.join(place, name)
                process = self.start("pack", self.shot, target, "--project", self.project, "--include", "a.bin")
                wait_until(lambda place=place: any(files for _, _, files in os.walk(place)), "a file to be written")
                send(process, signal.SIGTERM)
                process.send_signal(signal.SIGINT)
                self.assert_ended(process, 143, "cancelled; the unfinished pack was removed")
                self.assertEqual(os.listdir(place), [])


class Plain(Interrupted):
    def test_commands_that_wait_for_a_server(self):
        for command, words in ((["status"], "nothing was changed"), (["doctor"], "nothing was changed"),
                               (["job", "list"], "nothing was changed"),
                               (["checkout", "list"], "nothing was changed"),
                               (["checkout", "erase", "x"], "the server may have erased the checkout")):
            for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
                with self.subTest(command, status=status):
                    listener, url = self.silent_server()
                    process = self.start(*command, "--server", url)
                    connection = listener.accept()[0]
                    self.addCleanup(connection.close)
                    self.assertTrue(connection.recv(65536))
                    process.send_signal(number)
                    self.assertEqual(self.assert_ended(process, status, "shaman: cancelled; ", words), "")

    def test_a_list_that_nobody_reads(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("list", "--tree", *[self.shot] * 200)
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
            # It is printing by now, and soon cannot.
            self.assertTrue(os.read(process.stdout.fileno(), 1))
            process.send_signal(number)
            self.assert_ended(process, status, "shaman: cancelled; ")

    def test_commands_of_the_server(self):
        with Server() as server:
            storage = server.storage
            done = self.client.run("submit", self.shot, "--server", server.url)
            self.assertEqual(done.returncode, 0, done.stderr)
            for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
                process = self.start("verify", "--storage", storage, "--rate", "1", program=PROGRAM)
                wait_until(lambda process=process: catches(process), "the command to watch for signals")
                process.send_signal(number)
                self.assert_ended(process, status, "shaman-server: cancelled; run the command again")


if __name__ == "__main__":
    unittest.main()
