# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers have rendered is listed under its checkout, and ends with it."""

import os

from access_test import AccessTest, bearer
from api import Api, ServerTest, files_url, main, new_content, spec
from gc_test import age_all, gc
from shaman_server import sha256


def outputs(path):
    return f"/api/v3/shaman/checkout/{path}/outputs"


class OutputsTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.texture = self.stored()
        self.path = self.api.create("film/shot", [spec("a/tex.png", self.texture)]).json()["checkoutPath"]

    def add(self, *files, path=None):
        return self.api.post_json(outputs(path or self.path), {"files": [spec(*file) for file in files]})

    def listed(self):
        answer = self.api.get(outputs(self.path))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["checkoutPath"], self.path)
        return {file["path"]: file["sha"] for file in answer.json()["files"]}


class Outputs(OutputsTest):
    def test_frames_are_listed_in_their_folders(self):
        one, two = self.stored(), self.stored()
        self.assertEqual(self.listed(), {})
        self.assertEqual(self.add(("0001.png", one), ("passes/depth/0001.exr", two)).status, 204)
        self.assertEqual(self.listed(), {"0001.png": sha256(one), "passes/depth/0001.exr": sha256(two)})
        with open(self.server.jobs(self.path, ".shaman-outputs", "passes/depth/0001.exr"), "rb") as frame:
            self.assertEqual(frame.read(), two)
        self.assertEqual(self.add(("0001.png", one)).status, 204)
        self.assertEqual(len(self.listed()), 2)

    def test_a_frame_that_is_rendered_again_takes_the_place_of_the_old_one(self):
        one, two = self.stored(), self.stored()
        self.assertEqual(self.add(("0001.png", one)).status, 204)
        self.assertEqual(self.add(("0001.png", two)).status, 204)
        self.assertEqual(self.listed(), {"0001.png": sha256(two)})
        self.assertEqual(self.server.temporary_files(), [])

    def test_the_checkout_itself_does_not_change(self):
        self.assertEqual(self.add(("a/tex.png", self.stored())).status, 204)
        self.assertEqual(self.server.read_checkout(self.path)["a/tex.png"], self.texture)
        content = self.api.get("/api/v3/shaman/checkouts/" + self.path).json()
        self.assertEqual([file["path"] for file in content["files"]], ["a/tex.png"])

    def test_refusals_leave_no_trace(self):
        frame = self.stored()
        never_sent = new_content()
        self.assert_error(self.add(("1.png", frame), ("2.png", never_sent)), 424, "2.png")
        for path in ("../x", "/x", "a//b", "", ".", "a/../b", "x\n", "a\\b", ".shaman-checkout", "x" * 300):
            with self.subTest(path=path):
                self.assert_error(self.add(("1.png", frame), (path, frame)), 400)
        self.assert_error(self.add(("1.png", frame), ("1.png", self.stored())), 400, "two contents")
        self.assertEqual(self.listed(), {})
        self.assert_error(self.api.post_json(outputs(self.path), {"files": "x"}), 400)
        self.assert_error(self.api.post_json(outputs(self.path), {"base": {}, "files": []}), 400)
        for path in ("nothing", "film", self.path + "/a", "..", "film/../film/shot"):
            with self.subTest(path=path):
                self.assert_error(self.add(("1.png", frame), path=path), 404)
                self.assert_error(self.api.get(outputs(path)), 404)

    def test_a_file_is_no_folder(self):
        frame = self.stored()
        self.assertEqual(self.add(("a", frame), ("b/c", frame)).status, 204)
        self.assert_error(self.add(("a/b", frame)), 400)
        self.assert_error(self.add(("b", frame)), 400)
        self.assertEqual(set(self.listed()), {"a", "b/c"})

    def test_a_planted_link_leads_nowhere(self):
        with self.subTest("the folder itself"):
            os.symlink(self.server.jobs(), self.server.jobs(self.path, ".shaman-outputs"))
            self.assertGreaterEqual(self.add(("x", self.stored())).status, 400)
            self.assertFalse(os.path.lexists(self.server.jobs("x")))
            os.remove(self.server.jobs(self.path, ".shaman-outputs"))
        with self.subTest("a folder in it"):
            self.assertEqual(self.add(("1.png", self.stored())).status, 204)
            os.symlink(self.server.jobs(), self.server.jobs(self.path, ".shaman-outputs", "deep"))
            self.assertGreaterEqual(self.add(("deep/x", self.stored())).status, 400)
            self.assertFalse(os.path.lexists(self.server.jobs("x")))

    def test_they_are_kept_with_the_checkout_and_go_with_it(self):
        frame, unused = self.stored(), self.stored()
        self.assertEqual(self.add(("passes/1.png", frame)).status, 204)
        self.collect()
        self.assertTrue(self.server.has_blob(frame))
        self.assertFalse(self.server.has_blob(unused))
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/" + self.path).status, 204)
        self.assertFalse(os.path.lexists(self.server.jobs(self.path)))
        self.collect()
        self.assertFalse(self.server.has_blob(frame))

    def collect(self):
        age_all(self.server.storage)
        gc(self.server.storage)


class WhoMay(AccessTest):
    def setUp(self):
        super().setUp()
        self.other = self.tokens.make("submit", name="Other")
        self.start_again()
        self.frame = new_content()
        texture = new_content()
        self.assertEqual(self.call(self.submit, "POST", files_url(texture), texture).status, 204)
        with Api(self.server) as api:
            answer = api.create("shot", [spec("t", texture)], bearer(self.submit))
            self.path = answer.json()["checkoutPath"]

    def start_again(self):
        self.server.close()
        self.start()

    def call(self, token, method, path, body=None):
        with Api(self.server) as api:
            return api.call(method, path, body, bearer(token))

    def add(self, token):
        with Api(self.server) as api:
            return api.post_json(outputs(self.path), {"files": [spec("1.png", self.frame)]}, bearer(token)).status

    def test_workers_add_and_the_maker_reads(self):
        self.assertEqual(self.add(self.worker), 424)
        self.assertEqual(self.call(self.worker, "POST", files_url(self.frame), self.frame).status, 204)
        self.assertEqual(self.add(self.submit), 424)
        self.assertEqual(self.add(self.other), 403)
        self.assertEqual(self.add(self.worker), 204)
        for token, status in ((self.worker, 200), (self.submit, 200), (self.admin, 200), (self.other, 403)):
            self.assertEqual(self.call(token, "GET", outputs(self.path)).status, status)
        # Whoever may see the list knows its files.
        status = self.call(self.submit, "GET", files_url(self.frame)).json()["status"]
        self.assertEqual(status, "stored")
        self.assertEqual(self.call(self.other, "GET", files_url(self.frame)).json()["status"], "unknown")


del AccessTest, ServerTest, OutputsTest


if __name__ == "__main__":
    main()
