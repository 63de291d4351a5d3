# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage leaves its place while the server runs: nothing is acknowledged until it is back."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import api
import json_lines
from api import Api, new_content, spec
from shaman_server import CLIENT_PROGRAM, PATIENCE, Server, wait_until

# Mounts are made in a mount namespace of the test's own, in which the server runs as well.
OWN_MOUNTS = "SHAMAN_TEST_OWN_MOUNTS"


class Away(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.storage = self.path("storage")

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, **options):
        self.server = Server(self.storage, **options).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)
        self.known = new_content()
        self.assertEqual(self.api.upload(self.known).status, 204)

    def state(self):
        return self.api.get("/api/v3/shaman/info").json()["storage"]

    def calls(self):
        files = [spec("f", self.known)]
        return {
            "upload": lambda: self.api.upload(new_content()),
            "upload of a known file": lambda: self.api.upload(self.known),
            "requirements": lambda: self.api.requirements(files),
            "create": lambda: self.api.create("film/shot", files),
            "status": lambda: self.api.get(api.files_url(self.known)),
            "erase": lambda: self.api.call("DELETE", "/api/v3/shaman/checkout/none"),
            "resumable": lambda: self.api.call(
                "POST", api.files_url(new_content()), b"part",
                {"Upload-Complete": "?0", "Upload-Draft-Interop-Version": "6"}),
        }

    def assert_away(self):
        wait_until(lambda: self.state()["state"] == "away", "the server to notice")
        self.assertIn(self.storage, self.state()["problem"])
        for name, call in self.calls().items():
            with self.subTest(call=name):
                answer = call()
                self.assertEqual(answer.status, 503, answer)
                self.assertIn("is not in its place", answer.json()["message"])
                self.assertTrue(int(answer.header("Retry-After")) > 0)

    def assert_back(self):
        wait_until(lambda: self.state() == {"state": "there"}, "the server to notice")
        self.assertEqual(self.api.upload(self.known).status, 208)
        self.assertEqual(self.api.upload(new_content()).status, 204)
        self.assertEqual(self.api.create("film/shot", [spec("f", self.known)]).status, 200)
        # Once, besides the answers that say so.
        said = [line for line in self.server.log_lines() if "is not in its place" in line and " 503 in=" not in line]
        self.assertEqual(len(said), 1, self.server.log())
        self.assertEqual(self.server.log().count("going on"), 1)


class Renamed(Away):
    def test_renamed_and_renamed_back(self):
        self.start()
        os.rename(self.storage, self.path("elsewhere"))
        self.assert_away()
        os.mkdir(self.storage)
        self.assert_away()
        self.assertEqual(os.listdir(self.storage), [])
        os.rmdir(self.storage)
        os.rename(self.path("elsewhere"), self.storage)
        self.assert_back()

    def test_a_link_to_it_leads_elsewhere(self):
        for name in ("one", "two"):
            os.mkdir(self.path(name))
        os.symlink("one", self.storage)
        self.start()
        os.remove(self.storage)
        os.symlink("two", self.storage)
        self.assert_away()
        self.assertEqual(os.listdir(self.path("two")), [])
        os.remove(self.storage)
        os.symlink("one", self.storage)
        self.assert_back()

    def test_a_copy_takes_its_place(self):
        """As after a restore: the same id, and so the same storage, in other folders."""
        self.start()
        os.rename(self.storage, self.path("elsewhere"))
        self.assert_away()
        shutil.copytree(self.path("elsewhere"), self.path("copy"), symlinks=True)
        os.rename(self.path("copy"), self.storage)
        self.assert_back()

    def test_collection_and_the_hand_commands_leave_another_one_alone(self):
        self.start(gc_period="1s", gc_max_age="0s", gc_min_age="1s", gc_grace="0s")
        with Server(self.path("other")) as other:
            with Api(other) as calls:
                data = new_content()
                self.assertEqual(calls.upload(data).status, 204)
        os.rename(self.storage, self.path("elsewhere"))
        os.rename(self.path("other"), self.storage)
        self.server.wait_for_log("garbage collection is left out")
        self.assertTrue(self.server.has_blob(data))
        os.rename(self.storage, self.path("other"))
        os.rename(self.path("elsewhere"), self.storage)
        wait_until(lambda: self.state()["state"] == "there", "the server to notice")


class Clients(Away):
    def run_client(self, *arguments):
        environment = {**os.environ, "XDG_CACHE_HOME": self.path("cache")}
        return json_lines.run([CLIENT_PROGRAM, *arguments, "--server", self.server.url], env=environment,
                              capture_output=True, text=True, timeout=PATIENCE)

    def test_they_say_so(self):
        self.start()
        os.rename(self.storage, self.path("elsewhere"))
        wait_until(lambda: self.state()["state"] == "away", "the server to notice")
        for command in ("doctor", "status"):
            done = self.run_client(command)
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertIn("is not in its place", done.stdout + done.stderr)
        done = self.run_client("status", "--json")
        self.assertIn("is not in its place", json.loads(done.stdout)["storageProblem"])
        os.rename(self.path("elsewhere"), self.storage)
        wait_until(lambda: self.state()["state"] == "there", "the server to notice")
        self.assertEqual(self.run_client("status").returncode, 0)

    def test_a_submission_waits_for_it(self):
        self.start()
        scene = self.path("scene")
        shutil.copytree(os.path.join(os.environ["SHAMAN_SOURCE"], "tools", "demo", "scene", "film"), scene)
        os.rename(self.storage, self.path("elsewhere"))
        wait_until(lambda: self.state()["state"] == "away", "the server to notice")
        outcome = []
        client = threading.Thread(target=lambda: outcome.append(self.run_client(
            "submit", os.path.join(scene, "shots", "shot010.blend"), "--project", scene)))
        client.start()
        wait_until(lambda: any("/checkout/requirements" in line and " 503 " in line
                               for line in self.server.log_lines()), "the client to ask")
        os.rename(self.path("elsewhere"), self.storage)
        client.join()
        self.assertEqual(outcome[0].returncode, 0, outcome[0].stdout + outcome[0].stderr)


class Mounted(Away):
    def setUp(self):
        super().setUp()
        if OWN_MOUNTS not in os.environ:
            self.skipTest("mounts need root")
        os.mkdir(self.storage)

    def mount(self, *arguments):
        subprocess.run(["mount", *arguments], check=True)

    def unmount(self, path, *options):
        subprocess.run(["umount", *options, path], check=True)

    def test_a_file_system_is_mounted_over_it(self):
        self.start()
        self.mount("-t", "tmpfs", "tmpfs", self.storage)
        self.assert_away()
        self.assertEqual(os.listdir(self.storage), [])
        self.unmount(self.storage)
        self.assert_back()

    def test_a_folder_is_bound_over_it_and_over_its_jobs(self):
        self.start()
        os.mkdir(self.path("other"))
        for place in (self.storage, os.path.join(self.storage, "jobs")):
            self.mount("--bind", self.path("other"), place)
            self.assert_away()
            self.assertEqual(os.listdir(self.path("other")), [])
            self.unmount(place)
            wait_until(lambda: self.state()["state"] == "there", "the server to notice")
        self.assertEqual(self.api.upload(new_content()).status, 204)

    def test_it_is_unmounted_and_mounted_again(self):
        os.mkdir(self.path("disk"))
        self.mount("--bind", self.path("disk"), self.storage)
        self.start()
        self.unmount(self.storage, "--lazy")
        self.assert_away()
        self.assertEqual(os.listdir(self.storage), [])
        self.mount("--bind", self.path("disk"), self.storage)
        self.addCleanup(self.unmount, self.storage, "--lazy")
        self.assert_back()

    def test_it_is_mounted_anew_as_another_device(self):
        """What a network mount does: the same files, other device and inode numbers."""
        self.mount("-t", "tmpfs", "tmpfs", self.storage)
        self.start()
        shutil.copytree(self.storage, self.path("copy"), symlinks=True)
        self.unmount(self.storage, "--lazy")
        self.assert_away()
        self.mount("-t", "tmpfs", "tmpfs", self.storage)
        self.addCleanup(self.unmount, self.storage, "--lazy")
        shutil.copytree(self.path("copy"), self.storage, symlinks=True, dirs_exist_ok=True)
        self.assert_back()


def run_with_own_mounts():
    """Where that is possible, this program once more, so that no mount outlives it."""
    if os.geteuid() != 0 or OWN_MOUNTS in os.environ or shutil.which("unshare") is None:
        return
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0:
        os.environ[OWN_MOUNTS] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])


if __name__ == "__main__":
    run_with_own_mounts()
    api.main()
