# SPDX-License-Identifier: GPL-3.0-or-later
"""DELETE /api/v3/shaman/checkout/{path}, and `shaman-server erase`."""

import os
import subprocess
import unittest

import api
from api import Api, ServerTest, new_content, spec
from shaman_server import PATIENCE, PROGRAM, Server, without_log_notice

ERASE = "/api/v3/shaman/checkout/"


class EraseTest(ServerTest):
    def checkout(self, path, name="f", headers=None):
        data = self.stored()
        answer = self.api.create(path, [spec(name, data)], headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["checkoutPath"], data

    def erase(self, path):
        return self.api.call("DELETE", ERASE + path)

    def tree(self):
        return sorted(os.path.join(folder, name)
                      for folder, folders, names in os.walk(self.server.jobs())
                      for name in folders + names)


class Erase(EraseTest):
    def test_exactly_one_checkout_goes(self):
        path, data = self.checkout("film/shot1", "deep/f")
        beside, other = self.checkout("film/shot10")
        self.assertEqual(self.erase(path).status, 204)
        self.assertFalse(os.path.lexists(self.server.jobs(path)))
        self.assertEqual(self.server.read_checkout(beside), {"f": other})
        self.assertTrue(self.server.has_blob(data))
        self.assertEqual(self.server.temporary_files(), [])
        self.assertEqual(self.erase(path).status, 404)

    def test_parents_that_are_left_empty_go_but_never_jobs(self):
        path, _ = self.checkout("tidy/a/b")
        self.assertEqual(self.erase(path).status, 204)
        self.assertFalse(os.path.exists(self.server.jobs("tidy")))
        self.assertTrue(os.path.isdir(self.server.jobs()))

    def test_what_is_no_checkout_stays(self):
        path, _ = self.checkout("outer/mine", "sub/f")
        os.makedirs(self.server.jobs("by-hand"))
        os.makedirs(self.server.jobs("foreign"))
        os.symlink("elsewhere", self.server.jobs("foreign", "link"))
        os.makedirs(self.server.jobs("others"))
        os.symlink(os.readlink(self.server.jobs(path, "sub", "f")), self.server.jobs("others", "f"))
        os.symlink("outer/mine", self.server.jobs("planted"))
        os.symlink("/", self.server.jobs("root"))
        before = self.tree()
        for wrong in ("outer", "outer/mine/sub", "outer/mine/f", "outer/mine/.shaman-checkout",
                      "outer/min", "outer/mine/", "nothing/here", "by-hand", "foreign", "planted", "root",
                      "root/tmp", "", ".", "..", "%2e%2e", "outer/..", "outer/../outer/mine",
                      "outer%2F..%2Fouter%2Fmine", "outer//mine", "%2Fouter%2Fmine", "%2e",
                      "outer/./mine", "outer%5Cmine", "x" * 300, "a/" * 600 + "a", "%ff",
                      ".%2e/.shaman", "..%2F.shaman%2Fstaging", "%0a", "outer/mine%20"):
            with self.subTest(path=wrong[:60]):
                self.assert_error(self.erase(wrong), 404)
                self.assertEqual(self.tree(), before)
        with self.subTest(path="NUL"):
            self.assert_error(self.erase("outer%00"), 400)
            self.assertEqual(self.tree(), before)
        # Made by other software: a folder that directly holds a link to a blob is a checkout.
        self.assertEqual(self.erase("others").status, 204)
        self.assertEqual(self.erase(path).status, 204)

    def test_a_path_may_come_with_its_slashes_encoded(self):
        path, _ = self.checkout("Einstellung 7/größer")
        self.assertEqual(path, "Einstellung 7/größer")
        self.assertEqual(self.erase("Einstellung%207%2Fgr%C3%B6%C3%9Fer").status, 204)
        self.assertFalse(os.path.exists(self.server.jobs(path)))

    def test_a_checkout_named_like_a_call_can_be_erased(self):
        path, _ = self.checkout("requirements")
        self.assertEqual(self.erase(path).status, 204)

    def test_the_same_request_makes_it_again(self):
        data = self.stored()
        key = {"Idempotency-Key": "again"}
        first = self.api.create("same", [spec("f", data)], key)
        self.assertEqual(self.erase("same").status, 204)
        second = self.api.create("same", [spec("f", data)], key)
        self.assertEqual(first.body, second.body)
        self.assertEqual(self.server.read_checkout("same"), {"f": data})

    def test_info_names_it(self):
        self.assertIn("erase-checkout", self.api.get("/api/v3/shaman/info").json()["features"])


class EraseCommand(EraseTest):
    def run_erase(self, *arguments):
        return subprocess.run([PROGRAM, "erase", *arguments], capture_output=True, text=True,
                              timeout=PATIENCE)

    def test_beside_a_running_server(self):
        path, data = self.checkout("by/command")
        done = self.run_erase("--storage", self.server.storage, path)
        self.assertEqual((done.returncode, done.stdout, without_log_notice(done.stderr)), (0, f"erased {path}\n", ""))
        self.assertFalse(os.path.exists(self.server.jobs("by")))
        self.assertTrue(self.server.has_blob(data))
        self.assert_alive()

    def test_a_slash_at_the_end_is_ignored(self):
        path, _ = self.checkout("film/completed")
        done = self.run_erase(path + "/", "--storage", self.server.storage)
        self.assertEqual((done.returncode, done.stdout), (0, f"erased {path}\n"), done.stderr)
        self.assertFalse(os.path.lexists(self.server.jobs(path)))

    def test_what_is_no_checkout_is_told(self):
        before = self.tree()
        done = self.run_erase("--storage", self.server.storage, "../file-store")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no checkout", done.stderr)
        self.assertEqual(self.tree(), before)
        self.assertEqual(self.run_erase("path").returncode, 2)


class EraseWithoutServer(unittest.TestCase):
    def test_the_command_alone(self):
        server = Server()
        with server:
            with Api(server) as calls:
                data = new_content()
                self.assertEqual(calls.upload(data).status, 204)
                self.assertEqual(calls.create("alone", [spec("f", data)]).status, 200)
            self.assertEqual(server.terminate(), 0)
            done = subprocess.run([PROGRAM, "erase", "alone", "--storage", server.storage],
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual((done.returncode, without_log_notice(done.stderr)), (0, ""))
            self.assertEqual(os.listdir(server.jobs()), [])


if __name__ == "__main__":
    api.main()
