# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /api/v3/shaman/checkout/create"""

import json
import os
import stat
import tempfile
import threading

import api
from api import CREATE, Api, ServerTest, files_url, new_content, spec
from shaman_server import sha256, wait_until

# What Flamenco does not allow in a checkout's path.
REPLACED = '?*:;{}\\'


class CreateTest(ServerTest):
    def create(self, path, files, headers=None):
        """Creates a checkout and returns the path that it got."""
        answer = self.api.create(path, files, headers)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.header("Content-Type").split(";")[0], "application/json")
        value = answer.json()
        self.assertEqual(list(value), ["checkoutPath"])
        return value["checkoutPath"]

    def one_file(self, path="scene.blend"):
        return [spec(path, self.stored())]

    def tree(self):
        """Everything below jobs/ and what is in the making."""
        found = set()
        for folder, folders, names in os.walk(self.server.jobs()):
            found.update(os.path.join(folder, name) for name in folders + names)
        return found | set(self.server.temporary_files())

    def assert_refused(self, status, path, files, *words):
        """The request is refused, and nothing below jobs/ has changed."""
        before = self.tree()
        message = self.assert_error(self.api.create(path, files), status, *words)
        self.assertEqual(self.tree(), before)
        return message


class Create(CreateTest):
    def test_the_files_are_there(self):
        content = {"shots/shot010.blend": self.stored(), "tex/wall.png": self.stored(),
                   "tex/props/crate.png": self.stored(), "top.txt": self.stored(5)}
        path = self.create("film/shot010", [spec(*item) for item in content.items()])
        self.assertEqual(path, "film/shot010")
        self.assertEqual(self.server.read_checkout(path), content)

    def test_files_are_relative_links_to_blobs(self):
        data = self.stored()
        path = self.create("links/here", [spec("a.png", data), spec("deep/er/b.png", data)])
        for name in ("a.png", "deep/er/b.png"):
            link = self.server.jobs(path, name)
            text = os.readlink(link)
            self.assertFalse(os.path.isabs(text))
            self.assertEqual(os.path.normpath(os.path.join(os.path.dirname(link), text)),
                             os.path.normpath(self.server.blob_path(sha256(data), len(data))))
            self.assertTrue(text.startswith("../" * (name.count("/") + 2)), text)

    def test_folders_are_for_everybody(self):
        path = self.create("modes/here", self.one_file("deep/a"))
        mask = os.umask(0)
        os.umask(mask)
        for folder in ("modes", path, path + "/deep"):
            self.assertEqual(stat.S_IMODE(os.stat(self.server.jobs(folder)).st_mode), 0o777 & ~mask)

    def test_a_manifest_tells_what_it_holds(self):
        files = [spec(path, self.stored()) for path in ("b.png", "a/z.png", "a.png", "ü.png")]
        path = self.create("with manifest", files)
        link = self.server.jobs(path, ".shaman-checkout")
        with open(link, "rb") as file:
            text = file.read()
        manifest = json.loads(text)
        listed = manifest["files"] if isinstance(manifest, dict) else manifest
        self.assertEqual([file["path"] for file in listed],
                         sorted((file["path"] for file in files), key=str.encode))
        self.assertCountEqual([{key: file[key] for key in ("path", "sha", "size")} for file in listed],
                              files)
        self.assertEqual(os.path.realpath(link),
                         os.path.realpath(self.server.blob_path(sha256(text), len(text))))

    def test_equal_checkouts_share_their_manifest(self):
        files = self.one_file()
        first, second = self.create("twin", files), self.create("twin", list(reversed(files)))
        self.assertNotEqual(first, second)
        manifests = [os.path.realpath(self.server.jobs(path, ".shaman-checkout")) for path in (first, second)]
        self.assertEqual(manifests[0], manifests[1])

    def test_the_same_path_twice_with_the_same_content(self):
        data = self.stored()
        path = self.create("udim", [spec("t.1001.png", data)] * 3 + [spec("t.1002.png", data)])
        self.assertEqual(self.server.read_checkout(path), {"t.1001.png": data, "t.1002.png": data})

    def test_an_empty_file(self):
        self.api.upload(b"")
        self.assertEqual(self.server.read_checkout(self.create("empty file", [spec("a", b"")])), {"a": b""})

    def test_unknown_members_are_ignored(self):
        body = {"files": [{**self.one_file()[0], "mtime": 5}], "checkoutPath": "unknown members", "x": [{}]}
        self.assertEqual(self.api.post_json(CREATE, body).json(), {"checkoutPath": "unknown members"})

    def test_upper_case_digests(self):
        file = self.one_file("a")[0]
        path = self.create("upper case", [{**file, "sha": file["sha"].upper()}])
        self.assertTrue(os.path.isfile(self.server.jobs(path, "a")))

    def test_other_methods(self):
        answer = self.api.get(CREATE)
        self.assert_error(answer, 405)
        self.assertIn("POST", answer.header("Allow"))

    def test_a_checkout_is_marked_as_used(self):
        data = self.stored()
        before = os.stat(self.server.blob_path(sha256(data), len(data))).st_mtime_ns
        self.create("marked", [spec("a", data)])
        self.assertGreaterEqual(os.stat(self.server.blob_path(sha256(data), len(data))).st_mtime_ns, before)


class Missing(CreateTest):
    options = {"create_wait": 30, "stall_after": 1}

    def test_missing_blobs_are_424(self):
        missing = [spec(f"tex/{n}.png", new_content()) for n in range(7)]
        message = self.assert_refused(424, "missing", self.one_file() + missing, "7")
        self.assertTrue(any(file["path"] in message for file in missing), message)
        self.assertLess(len(message), 3000)

    def test_an_untouched_name_is_free_afterwards(self):
        data = new_content()
        self.assert_refused(424, "a/b/later", [spec("a", data)])
        self.api.upload(data)
        self.assertEqual(self.create("a/b/later", [spec("a", data)]), "a/b/later")

    def test_a_failed_create_leaves_the_checkout_of_that_name_alone(self):
        files = self.one_file()
        path = self.create("precious", files)
        content = self.server.read_checkout(path)
        self.assert_refused(424, "precious", [spec("a", new_content())])
        self.assert_refused(400, "precious", [spec("../a", b"")])
        self.assertEqual(self.server.read_checkout(path), content)

    def test_a_blob_that_is_being_sent_is_waited_for(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        answers = []
        with Api(self.server) as client:
            thread = threading.Thread(
                target=lambda: answers.append(client.create("waits", [spec("a", data)])))
            thread.start()
            for n in range(10, 30):  # twice as long as an upload may stall
                self.assertEqual(answers, [])
                sender.send(data[n:n + 1])
                thread.join(0.1)
            sender.send(data[30:])
            self.assertEqual(sender.response().status, 204)
            thread.join()
        self.assertEqual(answers[0].status, 200, answers)
        self.assertEqual(self.server.read_checkout("waits"), {"a": data})

    def test_a_blob_whose_upload_stalls_is_missing_in_the_end(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        self.assert_error(self.api.create("waits in vain", [spec("a", data)]), 424, "1")
        self.assertFalse(os.path.exists(self.server.jobs("waits in vain")))

    def test_a_blob_whose_upload_breaks_off_is_missing_at_once(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        with Api(self.server) as client:
            answers = []
            thread = threading.Thread(
                target=lambda: answers.append(client.create("broken", [spec("a", data)])))
            thread.start()
            sender.reset()
            thread.join()
        self.assert_error(answers[0], 424)

    def test_nobody_waits_when_another_blob_is_missing_anyway(self):
        missing = [spec("b", new_content())]
        self.assert_refused(424, "hopeless", missing)


class WaitIsBounded(CreateTest):
    options = {"create_wait": 1}

    def test_create_does_not_wait_for_ever(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:1])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        creator = self.raw()
        creator.request("POST", CREATE, [], json.dumps({"files": [spec("a", data)],
                                                        "checkoutPath": "bounded"}).encode())
        for n in range(1, 900):
            sender.send(data[n:n + 1])
            if not creator.is_silent(0.1):
                break
        self.assert_error(creator.response(), 424)


class CheckoutPaths(CreateTest):
    def test_unsafe_checkout_paths_are_400(self):
        files = self.one_file()
        for path in ("", "..", "../a", "a/..", "a/../b", "/a", "/", "a//b", "a/", "./a", "a/./b", "a/.",
                     "a/" + "b" * 251, "ü" * 126, "/".join(["d" * 200] * 6), "../" * 50 + "etc/x"):
            with self.subTest(path=path[:40]):
                self.assert_refused(400, path, files)

    def test_long_checkout_paths(self):
        for path in ("b" * 250, "ü" * 125, "/".join(["d" * 200] * 5)):
            with self.subTest(path=path[:40]):
                self.assertEqual(self.create(path, self.one_file()), path)

    def test_ordinary_checkout_paths(self):
        for path in ("with spaces and more", "ünïcödé/ブリック/\U0001f600", "a.b", "..a", "a..", "...", "-x",
                     "~", "$(x) `y`", "a&b|c<d>e", "'quoted' \"twice\"", "%2e%2e", "e\u0301", ".hidden", "#1"):
            with self.subTest(path=path):
                self.assertEqual(self.create(path, self.one_file()), path)
                self.assertTrue(os.path.isdir(self.server.jobs(path)))

    def test_what_flamenco_does_not_allow_is_replaced(self):
        for asked, got in (("Shot 1: take 2", "Shot 1_ take 2"), ("tab\there", "tab_here"), ("nl\n", "nl_"),
                           ("nul\0", "nul_"), ("del\x7f", "del_"), ("\x1b[31m", "_[31m"), ("c\\d", "c_d"),
                           ("..\\..\\etc", ".._.._etc"), ("x?/y*", "x_/y_"), ("::", "__")):
            with self.subTest(asked=asked):
                self.assertEqual(self.create(asked, self.one_file()), got)
                self.assertTrue(os.path.isdir(self.server.jobs(got)))
        for character in REPLACED:
            with self.subTest(character=character):
                self.assertEqual(self.create(f"a{ord(character)}{character}b", self.one_file()),
                                 f"a{ord(character)}_b")

    def test_an_empty_job_name(self):
        self.assertEqual(self.create(".", self.one_file()), "unnamed")
        self.assertRegex(self.create(".", self.one_file()), "^unnamed-[a-z0-9]{4}$")

    def test_malformed_checkout_paths(self):
        for path in (None, 5, ["a"], {}):
            with self.subTest(path=path):
                self.assert_refused(400, path, self.one_file())
        self.assert_error(self.api.post_json(CREATE, {"files": []}), 400)


class Taken(CreateTest):
    def test_a_taken_name_gets_a_suffix(self):
        files = [self.one_file(), self.one_file(), self.one_file()]
        paths = [self.create("taken/name", one) for one in files]
        self.assertEqual(paths[0], "taken/name")
        for path in paths[1:]:
            self.assertRegex(path, r"^taken/name-[a-z0-9]{4}$")
        self.assertEqual(len(set(paths)), 3)
        for path, one in zip(paths, files):
            self.assertEqual(sha256(self.server.read_checkout(path)["scene.blend"]), one[0]["sha"])

    def test_many_at_once_get_different_names(self):
        files, answers = self.one_file(), []

        def create():
            with Api(self.server) as client:
                answers.append(client.create("race/name", files).json()["checkoutPath"])

        threads = [threading.Thread(target=create) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(answers)), 8)
        self.assertIn("race/name", answers)
        self.assertCountEqual(os.listdir(self.server.jobs("race")), [path[5:] for path in answers])

    def test_a_checkout_inside_a_checkout_lands_beside_it(self):
        outer = self.create("film", self.one_file())
        before = sorted(os.listdir(self.server.jobs(outer)))
        path = self.create("film/shot1", self.one_file())
        self.assertRegex(path, r"^film-[a-z0-9]{4}/shot1$")
        deep = self.create("film/act/shot1", self.one_file())
        self.assertRegex(deep, r"^film-[a-z0-9]{4}/act/shot1$")
        self.assertEqual(sorted(os.listdir(self.server.jobs(outer))), before)

    def test_the_component_that_is_a_checkout_gets_the_suffix(self):
        self.create("studio/film", self.one_file())
        self.assertRegex(self.create("studio/film/shot1", self.one_file()),
                         r"^studio/film-[a-z0-9]{4}/shot1$")

    def test_a_folder_of_a_checkout_counts_as_inside(self):
        self.create("set", self.one_file("tex/a.png"))
        self.assertRegex(self.create("set/tex", self.one_file()), r"^set-[a-z0-9]{4}/tex$")

    def test_a_folder_that_holds_checkouts_is_taken(self):
        self.create("show/shot1", self.one_file())
        self.assertRegex(self.create("show", self.one_file()), r"^show-[a-z0-9]{4}$")
        self.assertEqual(os.listdir(self.server.jobs("show")), ["shot1"])

    def test_a_checkout_of_another_server_is_one_by_its_links(self):
        data = self.stored()
        old = self.server.jobs("by-other")
        os.mkdir(old)
        os.symlink(os.path.relpath(self.server.blob_path(sha256(data), len(data)), old),
                   os.path.join(old, "a.png"))
        self.assertRegex(self.create("by-other/shot", self.one_file()), r"^by-other-[a-z0-9]{4}/shot$")
        self.assertEqual(os.listdir(old), ["a.png"])

    def test_a_file_is_in_the_way(self):
        with open(self.server.jobs("notes"), "w", encoding="ascii") as file:
            file.write("by hand")
        self.assertRegex(self.create("notes", self.one_file()), r"^notes-[a-z0-9]{4}$")
        self.assertRegex(self.create("notes/shot", self.one_file()), r"^notes-[a-z0-9]{4}/shot$")

    def test_no_planted_link_leads_out(self):
        with tempfile.TemporaryDirectory() as outside:
            os.symlink(outside, self.server.jobs("planted"))
            for path in ("planted", "planted/shot", "planted/a/b"):
                with self.subTest(path=path):
                    answer = self.api.create(path, self.one_file())
                    if answer.status == 200:
                        got = os.path.realpath(self.server.jobs(answer.json()["checkoutPath"]))
                        self.assertTrue(got.startswith(os.path.realpath(self.server.jobs()) + "/"))
                    self.assertEqual(os.listdir(outside), [])

    def test_a_dangling_link_is_taken(self):
        target = self.server.jobs("none", "target")
        os.symlink(target, self.server.jobs("dangling"))
        self.assertRegex(self.create("dangling", self.one_file()), r"^dangling-[a-z0-9]{4}$")
        self.assertEqual(os.readlink(self.server.jobs("dangling")), target)


class FilePaths(CreateTest):
    def test_unsafe_file_paths_are_400(self):
        for path in ("", ".", "..", "../a", "a/..", "a/../b", "a/../../../b", "/etc/passwd", "/", "a//b", "a/",
                     "./a", "a/./b", "a/" + "b" * 251, "a\nb", "a\0b", "a\tb", "\x1b", "a\x7fb", "..\\a",
                     "a\\..\\..\\b", "\\a", "a\\", "a\\\\b", "a\\.\\b", "\\\\server\\share\\a", "a/..\\b",
                     ".shaman-checkout"):
            with self.subTest(path=path[:40]):
                self.assert_refused(400, "unsafe files", self.one_file() + self.one_file(path))

    def test_the_message_names_the_path(self):
        self.assert_refused(400, "unsafe files", self.one_file("tex/../../secret"), "secret")

    def test_ordinary_file_paths(self):
        data = self.stored()
        paths = ["a b", "ünï/ブリック 1.png", "\U0001f600", "why?", "star*", "colon:", "semi;", "{brace}",
                 "..a", "a..", "...", "-x", "~/x", "$HOME", "%2e%2e/x", "e\u0301", "\u00e9", ".hidden/.x",
                 "b" * 250, "deep/" * 100 + "x", "#", "&|<>'\"", "C:/tex/wall.png", "sub/.shaman-checkout"]
        path = self.create("ordinary", [spec(name, data) for name in paths])
        self.assertEqual(self.server.read_checkout(path),
                         {name: data for name in paths if not name.endswith(".shaman-checkout")})
        self.assertTrue(os.path.islink(self.server.jobs(path, "sub/.shaman-checkout")))

    def test_a_backslash_is_a_separator(self):
        data = self.stored()
        path = self.create("windows", [spec("tex\\props\\crate.png", data), spec("tex/wall.png", data)])
        self.assertEqual(self.server.read_checkout(path), {"tex/props/crate.png": data, "tex/wall.png": data})

    def test_the_same_path_with_another_content(self):
        for one, other in (("a", "a"), ("t/a", "t/a"), ("t\\a", "t/a")):
            with self.subTest(one=one, other=other):
                files = [spec(one, self.stored()), spec(other, self.stored())]
                self.assert_refused(400, "conflict", files)

    def test_the_same_path_with_backslash_and_slash(self):
        data = self.stored()
        path = self.create("both", [spec("t\\a", data), spec("t/a", data)])
        self.assertEqual(self.server.read_checkout(path), {"t/a": data})

    def test_a_path_that_is_file_and_folder(self):
        data = self.stored()
        for paths in (("a", "a/b"), ("a/b", "a"), ("a/b/c/d", "a/b"), ("a\\b", "a"), ("a", "a.b", "a/b")):
            with self.subTest(paths=paths):
                self.assert_refused(400, "conflict", [spec(path, data) for path in paths])

    def test_names_alike_are_no_conflict(self):
        data = self.stored()
        names = ["a", "a.b", "a-b", "A", "a b/c", "ab/c"]
        path = self.create("alike", [spec(name, data) for name in names])
        self.assertEqual(sorted(self.server.read_checkout(path)), sorted(names))

    def test_malformed_files(self):
        good = spec("a", b"x")
        for file in ({**good, "sha": "abc"}, {**good, "size": -1}, {**good, "size": 0.5}, {**good, "path": None},
                     {"sha": good["sha"], "size": 1}, "x", None, 5):
            with self.subTest(file=file):
                self.assert_refused(400, "malformed", [file])


class AllOrNothing(CreateTest):
    def test_a_large_checkout_appears_at_once(self):
        data = self.stored()
        count = 20_000
        files = [spec(f"{n % 50}/{n}.png", data) for n in range(count)]
        seen, done = [], threading.Event()

        def watch():
            place = self.server.jobs("large")
            while not done.is_set():
                try:
                    folders = os.listdir(place)
                except FileNotFoundError:
                    continue
                seen.append(len([name for name in folders if not name.startswith(".shaman-")]) == 50 and
                            sum(len(os.listdir(os.path.join(place, str(n)))) for n in range(50)) == count)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            self.assertEqual(self.create("large", files), "large")
            wait_until(lambda: seen, "the checkout to be seen")
        finally:
            done.set()
            watcher.join()
        self.assertNotIn(False, seen)

    def test_nothing_in_the_making_is_below_jobs(self):
        before = set(os.listdir(self.server.jobs()))
        self.api.create("never", [spec("a", new_content())])
        self.create("other", self.one_file())
        self.assertEqual(set(os.listdir(self.server.jobs())) - before, {"other"})
        self.assertFalse([path for path in self.server.temporary_files() if "/staging/" in path])


class Idempotency(CreateTest):
    def test_a_repeated_request_gets_the_same_answer(self):
        files, key = self.one_file(), {"Idempotency-Key": "key-1"}
        first = self.create("repeat", files, key)
        with Api(self.server) as other:
            again = other.create("repeat", files, key).json()["checkoutPath"]
        self.assertEqual(first, again)
        self.assertEqual([name for name in os.listdir(self.server.jobs()) if name.startswith("repeat")],
                         ["repeat"])

    def test_the_order_of_files_does_not_matter_to_the_answer(self):
        files, key = self.one_file("a") + self.one_file("b"), {"Idempotency-Key": "key-order"}
        self.assertEqual(self.create("order", files, key), "order")
        self.assertTrue(self.create("order", files[::-1], key).startswith("order"))

    def test_another_key_makes_a_twin(self):
        files = self.one_file()
        self.assertEqual(self.create("keys", files, {"Idempotency-Key": "a"}), "keys")
        self.assertRegex(self.create("keys", files, {"Idempotency-Key": "b"}), "^keys-[a-z0-9]{4}$")
        self.assertRegex(self.create("keys", files), "^keys-[a-z0-9]{4}$")

    def test_the_same_key_for_something_else(self):
        key = {"Idempotency-Key": "shared"}
        first = self.one_file()
        self.assertEqual(self.create("else", first, key), "else")
        second = self.one_file()
        path = self.create("else", second, key)
        self.assertRegex(path, "^else-[a-z0-9]{4}$")
        self.assertEqual(sha256(self.server.read_checkout(path)["scene.blend"]), second[0]["sha"])
        self.assertEqual(self.create("other", first, key), "other")

    def test_a_failed_request_is_not_remembered(self):
        data, key = new_content(), {"Idempotency-Key": "failed"}
        self.assert_error(self.api.create("failed", [spec("a", data)], key), 424)
        self.api.upload(data)
        self.assertEqual(self.create("failed", [spec("a", data)], key), "failed")

    def test_repeated_while_under_way(self):
        data = self.stored()
        files = [spec(f"{n}.png", data) for n in range(5000)]
        answers = []

        def create():
            with Api(self.server) as client:
                answers.append(client.create("joined", files, {"Idempotency-Key": "join"}).json())

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [{"checkoutPath": "joined"}] * 4)


if __name__ == "__main__":
    api.main()
