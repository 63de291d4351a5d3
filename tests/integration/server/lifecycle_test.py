# SPDX-License-Identifier: GPL-3.0-or-later
"""The server program: its options, start, stop, and what a crash leaves behind"""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from api import Api, files_url, main, new_content, spec
from disturbed_files import DisturbedFiles
from raw_http import Closed, RawConnection
from shaman_server import PATIENCE, PROGRAM, Server, sha256, wait_until


class ServerWith(Server):
    """A server with more in its environment."""

    def __init__(self, environment, *arguments, **options):
        super().__init__(*arguments, **options)
        self.environment = environment

    def command(self):
        return ["env", *(f"{name}={value}" for name, value in self.environment.items()), *super().command()]


class TemporaryStorage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.storage = os.path.join(self.folder, "storage")

    def start(self, **options):
        server = Server(self.storage, **options).start()
        self.addCleanup(lambda: server.is_running() and server.kill())
        return server

    def start_sending(self, server, data, count):
        sender = RawConnection(server)
        self.addCleanup(sender.close)
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:count])
        with Api(server) as client:
            wait_until(lambda: client.status(data) == "uploading", "the status 'uploading'")
        return sender


class Options(TemporaryStorage):
    def run_server(self, *options, storage=None):
        return subprocess.run([PROGRAM, "--storage", storage or self.storage, *options], text=True,
                              capture_output=True, timeout=PATIENCE, check=False)

    def test_help_explains_every_option(self):
        done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        for option in ("--storage", "--listen", "--durability", "--log-level", "--max-json-size", "--create-wait",
                       "--grace"):
            self.assertIn(option, done.stdout)
        # Each option has words that explain it, beside it or below.
        for entry in re.split(r"^  (?=-)", done.stdout, flags=re.MULTILINE)[1:]:
            self.assertGreater(len(entry.split()), 3, entry)

    def test_version(self):
        done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")

    def test_wrong_options_are_named(self):
        for options, word in ((["--frobnicate"], "--frobnicate"), (["--durability", "maybe"], "durability"),
                              (["--log-level", "loud"], "log-level"), (["--max-connections", "x"], "max-connections"),
                              (["--create-wait", "soon"], "create-wait"), (["--listen", "nonsense"], "listen"),
                              (["--listen", "127.0.0.1:99999"], "listen"), (["stray"], "stray")):
            with self.subTest(options=options):
                done = self.run_server(*options)
                self.assertEqual(done.returncode, 2, done)
                self.assertIn(word, done.stderr + done.stdout)
                self.assertFalse(os.path.exists(self.storage), "touched the disk before the options were right")

    def test_without_a_storage(self):
        done = subprocess.run([PROGRAM, "--listen", "127.0.0.1:0"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("storage", done.stderr + done.stdout)

    def assert_does_not_start(self, *words, storage=None, options=("--listen", "127.0.0.1:0"), status=2):
        done = self.run_server(*options, storage=storage)
        self.assertEqual(done.returncode, status, done)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_a_storage_that_is_a_file(self):
        path = os.path.join(self.folder, "file")
        with open(path, "w", encoding="ascii") as file:
            file.write("mine")
        self.assert_does_not_start(path, storage=path)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")

    def test_a_storage_whose_parent_is_missing(self):
        path = os.path.join(self.folder, "no", "such", "folder")
        self.assert_does_not_start("no/such", storage=path)

    def test_a_storage_of_a_newer_version(self):
        with self.start():
            pass
        format_file = os.path.join(self.storage, ".shaman", "format")
        with open(format_file, encoding="ascii") as file:
            number = int(re.search(r"\d+", file.read()).group())
        with open(format_file, "w", encoding="ascii") as file:
            file.write(f"{number + 1000}\n")
        self.assert_does_not_start(str(number + 1000))

    @unittest.skipIf(os.getuid() == 0, "root may write everywhere")
    def test_a_storage_that_may_not_be_written(self):
        os.mkdir(self.storage, 0o500)
        self.assert_does_not_start(self.storage)

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assert_does_not_start(address, options=("--listen", address), status=1)
            self.assertFalse(os.path.exists(self.storage), "left a new storage")

    def test_an_address_of_another_machine(self):
        self.assert_does_not_start("192.0.2.1:8080", options=("--listen", "192.0.2.1:8080"))

    def test_too_few_descriptors(self):
        # Where root may raise even the hard limit, there are never too few.
        bounded = ["setpriv", "--bounding-set", "-sys_resource"] if os.getuid() == 0 else []
        done = subprocess.run(["bash", "-c", 'ulimit -n 64; exec "$@"', "-", *bounded, PROGRAM,
                               "--storage", self.storage, "--listen", "127.0.0.1:0", "--max-connections", "1000"],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, "descriptor|open files|ulimit")

    def test_addresses(self):
        for listen in ("[::1]:0", "localhost:0", "0.0.0.0:0"):
            with self.subTest(listen):
                server = Server(os.path.join(self.folder, listen.replace(":", "_")), listen=listen).start()
                try:
                    server.host = {"0.0.0.0": "127.0.0.1"}.get(server.host, server.host)
                    with Api(server) as client:
                        self.assertEqual(client.get("/api/v3/version").status, 200)
                finally:
                    server.close()

    def test_listening_to_everybody_is_a_warning(self):
        server = self.start(listen="0.0.0.0:0")
        self.assertRegex(server.log(), "(?i)warn")
        self.assertEqual(server.terminate(), 0)

    def test_log_levels(self):
        server = self.start(log_level="info")
        with Api(server) as client:
            client.get("/api/v3/version")
        server.wait_for_log("GET /api/v3/version")
        self.assertEqual(server.terminate(), 0)

    def test_durability_none(self):
        data = new_content()
        with Server(self.storage, durability="none") as server, Api(server) as client:
            self.assertEqual(client.upload(data).status, 204)
            self.assertEqual(client.create("film", [spec("a", data)]).status, 200)
            self.assertEqual(server.read_checkout("film"), {"a": data})


class Stop(TemporaryStorage):
    def test_a_log_that_nobody_reads_holds_up_nothing(self):
        read_end, write_end = os.pipe()
        port_file = os.path.join(self.folder, "port")
        process = subprocess.Popen([PROGRAM, "--storage", self.storage, "--listen", "127.0.0.1:0",
                                    "--port-file", port_file], stderr=write_end)
        os.close(write_end)
        self.addCleanup(os.close, read_end)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        wait_until(lambda: os.path.exists(port_file) and os.path.getsize(port_file), "the port file")
        with open(port_file, encoding="ascii") as file:
            connection = http.client.HTTPConnection("127.0.0.1", int(file.read()), timeout=PATIENCE)
        self.addCleanup(connection.close)
        for _ in range(1500):  # some 200 kB of log; a pipe holds 64
            connection.request("GET", files_url(b"nothing"))
            self.assertEqual(connection.getresponse().read(), b'{"status":"unknown"}')
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_idle_connections_do_not_hold_it_up(self):
        for sig in (signal.SIGTERM, signal.SIGINT):
            server = self.start()
            with Api(server) as idle, RawConnection(server) as silent:
                self.assertEqual(idle.get("/api/v3/version").status, 200)
                silent.send(b"GET /api")
                self.assertEqual(server.terminate(sig), 0)

    def test_a_running_upload_finishes(self):
        data = new_content(100_000)
        server = self.start()
        sender = self.start_sending(server, data, 50_000)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: self.refuses(server), "new connections to be refused")
        self.assertTrue(server.is_running())
        sender.send(data[50_000:])
        answer = sender.response()
        self.assertEqual(answer.status, 204)
        self.assertTrue(sender.is_closed())
        self.assertEqual(server.wait(), 0)
        self.assertTrue(server.has_blob(data))

    def test_a_running_create_finishes(self):
        data = new_content()
        server = self.start()
        with Api(server) as client, Api(server) as waiting:
            other = new_content()
            client.upload(data)
            sender = self.start_sending(server, other, 10)
            answers = []
            thread = threading.Thread(target=lambda: answers.append(
                waiting.create("film", [spec("a", data), spec("b", other)])))
            thread.start()
            # The request has come when the server is asked for something on a later connection.
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            sender.send(other[10:])
            self.assertEqual(sender.response().status, 204)
            thread.join()
        self.assertEqual(answers[0].status, 200)
        self.assertEqual(server.wait(), 0)
        self.assertEqual(server.read_checkout("film"), {"a": data, "b": other})

    def refuses(self, server):
        try:
            RawConnection(server).close()
            return False
        except (ConnectionRefusedError, ConnectionResetError):  # reset: it stopped listening meanwhile
            return True

    def test_a_stalled_upload_is_cut_off_after_the_grace(self):
        data = new_content()
        server = self.start(grace=1)
        sender = self.start_sending(server, data, 10)
        self.assertEqual(server.terminate(), 0)
        self.assertNotIn(b" 204", sender.read_to_end())
        self.assertFalse(server.has_blob(data))
        self.assertEqual(server.temporary_files(), [])

    def test_a_second_signal_ends_the_grace(self):
        server = self.start(grace=3600)
        self.start_sending(server, new_content(), 10)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: self.refuses(server), "new connections to be refused")
        server.process.send_signal(signal.SIGTERM)
        server.wait()
        # It had no time to tidy up; the next start does.
        server = self.start()
        self.assertEqual(server.temporary_files(), [])
        self.assertEqual(server.terminate(), 0)

    def hanging(self, **options):
        """A server on a storage that hangs while the file is there, and that file."""
        files = DisturbedFiles()
        self.addCleanup(files.close)
        trigger = os.path.join(self.folder, "hangs")
        environment = files.environment(HANGS=trigger)
        return ServerWith(environment, self.storage, **options), trigger

    def test_a_storage_that_hangs_does_not_hold_it_up(self):
        server, trigger = self.hanging(grace="100ms")
        server.start()
        self.addCleanup(lambda: server.is_running() and server.kill())
        open(trigger, "w", encoding="utf-8").close()
        for _ in range(20):
            data = new_content()
            sender = RawConnection(server)
            self.addCleanup(sender.close)
            sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
            sender.send(data)
        wait_until(lambda: os.path.exists(trigger + ".seen"), "a flush that hangs")
        self.assertEqual(server.terminate(), 0)
        self.assertIn("Nothing that was acknowledged is lost", server.log())

    def test_a_signal_ends_a_start_that_hangs(self):
        server, trigger = self.hanging()
        open(trigger, "w", encoding="utf-8").close()
        process = subprocess.Popen(server.command(), stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        wait_until(lambda: os.path.exists(trigger + ".seen"), "a flush that hangs")
        process.send_signal(signal.SIGTERM)
        self.assertIn("ends before it has started", process.communicate(timeout=PATIENCE)[1])
        self.assertEqual(process.returncode, 0)

    def test_what_was_stored_is_there_after_a_restart(self):
        data = new_content()
        with self.start() as server, Api(server) as client:
            client.upload(data)
            client.create("film", [spec("a", data)])
        with self.start() as server, Api(server) as client:
            self.assertEqual(client.status(data), "stored")
            self.assertEqual(client.create("film/shot", [spec("a", data)]).json()["checkoutPath"][:5], "film-")
            self.assertEqual(server.read_checkout("film"), {"a": data})


class Crash(TemporaryStorage):
    def test_what_a_dead_server_was_receiving_is_unknown(self):
        data = new_content(1 << 20)
        server = self.start()
        self.start_sending(server, data, 500_000)
        wait_until(server.temporary_files, "its temporary file")
        server.kill()
        server = self.start()
        with Api(server) as client:
            self.assertEqual(client.status(data), "unknown")
            self.assertEqual(client.requirements([spec("a", data)]).json()["files"][0]["status"], "unknown")
            self.assertEqual(server.temporary_files(), [])
            self.assertEqual(client.upload(data, {"X-Shaman-Can-Defer-Upload": "true"}).status, 204)
        self.assertEqual(server.terminate(), 0)

    def test_what_was_acknowledged_outlives_a_kill(self):
        for durability in ("group", "full", "none"):
            with self.subTest(durability):
                acknowledged = self.upload_until_killed(durability)
                server = self.start()
                self.assertEqual(server.temporary_files(), [])
                with Api(server) as client:
                    for data in acknowledged:
                        self.assertEqual(client.status(data), "stored")
                        with open(server.blob_path(sha256(data), len(data)), "rb") as file:
                            self.assertEqual(file.read(), data)
                    wanted = [spec(f"{n}", data) for n, data in enumerate(acknowledged)]
                    self.assertEqual(client.requirements(wanted).json(), {"files": []})
                # Whatever has a name has its content, acknowledged or not.
                for name in server.all_blobs():
                    sha, size = re.fullmatch(r"(../.*)/(\d+)\.blob", name).groups()
                    with open(os.path.join(self.storage, "file-store/stored", name), "rb") as file:
                        content = file.read()
                    self.assertEqual((sha256(content), len(content)), (sha.replace("/", ""), int(size)))
                self.assertEqual(server.terminate(), 0)

    def upload_until_killed(self, durability):
        server = self.start(durability=durability)
        acknowledged, lock, stop = [], threading.Lock(), threading.Event()

        def upload():
            try:
                with Api(server) as client:
                    while not stop.is_set():
                        data = new_content(20_000)
                        if client.upload(data).status == 204:
                            with lock:
                                acknowledged.append(data)
            except (OSError, Closed, Exception):  # the server is gone
                return

        threads = [threading.Thread(target=upload) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) >= 100, "100 uploads")
        server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        return acknowledged

    def test_a_checkout_is_there_or_not(self):
        data = new_content()
        server = self.start()
        with Api(server) as client:
            client.upload(data)
        files = [spec(f"{n % 20}/{n}", data) for n in range(3000)]
        started, acknowledged = threading.Event(), []

        def create(number):
            try:
                with Api(server) as client:
                    started.set()
                    for n in range(100):
                        answer = client.create(f"film{number}/{n}", files)
                        acknowledged.append(answer.json()["checkoutPath"])
            except Exception:  # the server is gone
                return

        threads = [threading.Thread(target=create, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) >= 3, "three checkouts")
        server.kill()
        for thread in threads:
            thread.join()
        server = self.start()
        self.assertEqual(server.temporary_files(), [])
        found = []
        for film in os.listdir(server.jobs()):
            for name in os.listdir(server.jobs(film)):
                found.append(f"{film}/{name}")
                self.assertEqual(len(server.read_checkout(found[-1])), 3000)
        self.assertLessEqual(set(acknowledged), set(found))
        self.assertEqual(server.terminate(), 0)


class OthersStores(TemporaryStorage):
    """A store that the Go server filled is taken over as it is."""

    def make_store(self, data):
        path = Server(self.storage).blob_path(sha256(data), len(data))
        os.makedirs(os.path.dirname(path))
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o666)
        return path

    def test_its_blobs_are_stored(self):
        data = new_content()
        path = self.make_store(data)
        with self.start() as server, Api(server) as client:
            self.assertEqual(client.status(data), "stored")
            self.assertEqual(client.upload(data).status, 208)
            self.assertEqual(client.create("film", [spec("a", data)]).status, 200)
            self.assertEqual(os.path.realpath(server.jobs("film", "a")), os.path.realpath(path))

    def test_its_unfinished_uploads(self):
        data, old_data = new_content(), new_content()
        self.make_store(new_content())
        paths = []
        for content in (data, old_data):
            sha = sha256(content)
            folder = os.path.join(self.storage, "file-store", "uploading", sha[:2], sha[2:])
            os.makedirs(folder)
            paths.append(os.path.join(folder, f"{len(content)}-4711.tmp"))
            with open(paths[-1], "wb") as file:
                file.write(content[:500])
        days_ago = time.time() - 2 * 24 * 3600
        os.utime(paths[1], (days_ago, days_ago))
        with self.start() as server, Api(server) as client:
            self.assertEqual(client.status(data), "unknown")
            wait_until(lambda: not os.path.exists(paths[1]), "the old unfinished upload to be removed")
            self.assertTrue(os.path.exists(paths[0]), "a young one may still be under way")
            self.assertEqual(client.upload(data, {"X-Shaman-Can-Defer-Upload": "true"}).status, 204)


class Threads(unittest.TestCase):
    """Linux cuts the name of a thread after 15 bytes."""

    def test_those_that_work_from_time_to_time_have_whole_names(self):
        def names(server):
            tasks = f"/proc/{server.process.pid}/task"
            found = set()
            for task in os.listdir(tasks):
                with contextlib.suppress(FileNotFoundError), open(f"{tasks}/{task}/comm", encoding="utf-8") as file:
                    found.add(file.read().strip())
            return found

        whole = {"collection", "verification", "store-recount", "key-reload", "checkout-expiry"}
        with Server() as server:
            wait_until(lambda: whole <= names(server), "the threads to have their names")


class TwoServers(TemporaryStorage):
    """Two servers may serve one storage."""

    def test_what_one_stored_the_other_has(self):
        data = new_content()
        with self.start() as one, self.start() as two, Api(one) as first, Api(two) as second:
            self.assertEqual(second.status(data), "unknown")
            self.assertEqual(first.upload(data).status, 204)
            self.assertEqual(second.status(data), "stored")
            self.assertEqual(second.requirements([spec("a", data)]).json(), {"files": []})
            self.assertEqual(first.create("film", [spec("a", data)]).json(), {"checkoutPath": "film"})
            self.assertRegex(second.create("film", [spec("a", data)]).json()["checkoutPath"], "^film-")

    def test_a_starting_server_leaves_anothers_uploads_alone(self):
        data = new_content(100_000)
        with self.start() as one:
            sender = self.start_sending(one, data, 50_000)
            with self.start() as two, Api(two) as client:
                self.assertEqual(client.status(data), "unknown")
                sender.send(data[50_000:])
                self.assertEqual(sender.response().status, 204)
                self.assertEqual(client.status(data), "stored")

    def test_both_receive_the_same_file(self):
        data = new_content()
        with self.start() as one, self.start() as two:
            sender = self.start_sending(one, data, 500)
            with Api(two) as client:
                self.assertEqual(client.upload(data).status, 204)
            sender.send(data[500:])
            self.assertIn(sender.response().status, (204, 208))
            with open(one.blob_path(sha256(data), len(data)), "rb") as file:
                self.assertEqual(file.read(), data)
            self.assertEqual(one.temporary_files(), [])


if __name__ == "__main__":
    main()
