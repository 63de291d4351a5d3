# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of files as what changed since an earlier checkout: each answer is that to the whole list, and a base gives
nobody more than he has."""

import json
import os
import shutil
import unittest

from api import CREATE, REQUIREMENTS, Api, ServerTest, files_url, new_content, spec
from cutting_proxy import CuttingProxy
from flamenco_server import FlamencoServer
from shaman_server import Server, sha256, wait_until
from studio import Studio
from tokens import Tokens


def digest_of(files):
    """By path."""
    ordered = sorted(files, key=lambda file: file["path"].encode())
    return sha256("".join(f"{file['sha']} {file['size']} {file['path']}\n" for file in ordered).encode())


def difference(base, before, now):
    by_path = {file["path"]: file for file in before}
    paths = {file["path"] for file in now}
    order = lambda file: file["path"].encode()
    return {"base": base, "result": digest_of(now),
            "changed": sorted((file for file in now if by_path.get(file["path"]) != file), key=order),
            "removed": sorted((path for path in by_path if path not in paths), key=str.encode)}


def changed_list(files, *more):
    """Without the first file, and with another content of the second."""
    return [{**files[1], "sha": more[0]["sha"], "size": more[0]["size"]}, *files[2:], *more[1:]]


class Differences(ServerTest):
    def setUp(self):
        super().setUp()
        self.contents = [new_content(100 + n) for n in range(20)]
        for data in self.contents:
            self.assertEqual(self.api.upload(data).status, 204)
        self.files = [spec(f"tex/{n:02}é\\{n}.png".replace("\\", "/"), data) for n, data in enumerate(self.contents)]
        self.base = self.api.create("film/shot", self.files).json()["checkoutPath"]

    def both(self, path, now, headers=None, **more):
        """The answers to the difference and to the whole list, which must be alike."""
        by_difference = self.api.post_json(path, {**difference(self.base, self.files, now), **more}, headers)
        whole = self.api.post_json(path, {"files": sorted(now, key=lambda file: file["path"].encode()), **more}, headers)
        self.assertEqual(by_difference.status, whole.status, by_difference)
        return by_difference, whole

    def assert_not_a_base(self, answer):
        self.assert_error(answer, 412, "send all files")

    def test_requirements_are_answered_as_for_the_whole_list(self):
        new, other = new_content(), new_content()
        for now in (self.files, self.files[3:], [], changed_list(self.files, spec("x", new), spec("a", other)),
                    changed_list(self.files, spec("x", self.contents[3]), spec("zz", new), spec("zzz", new))):
            one, whole = self.both(REQUIREMENTS, now)
            self.assertEqual(one.json(), whole.json())
        self.assertEqual([file["path"] for file in one.json()["files"]], ["zz"])

    def test_checkouts_are_made_as_of_the_whole_list(self):
        now = changed_list(self.files, spec("x", self.contents[3]), spec("new/name", self.contents[0]))
        one, whole = self.both(CREATE, now, checkoutPath="film/next")
        content = self.server.read_checkout(one.json()["checkoutPath"])
        self.assertEqual(content, self.server.read_checkout(whole.json()["checkoutPath"]))
        self.assertEqual(len(content), len(self.files))
        manifests = {os.readlink(self.server.jobs(answer.json()["checkoutPath"], ".shaman-checkout"))
                     for answer in (one, whole)}
        self.assertEqual(len({os.path.basename(os.path.dirname(link)) for link in manifests}), 1)

    def test_files_that_are_missing_are_named(self):
        missing = spec("tex/missing", new_content())
        one, whole = self.both(CREATE, self.files + [missing], checkoutPath="film/missing")
        self.assertEqual((one.status, one.body), (424, whole.body))

    def test_paths_are_judged_as_ever(self):
        for path in ("../x", "a//b", ".", "x\u0001", "tex"):
            one, whole = self.both(CREATE, self.files + [spec(path, self.contents[0])], checkoutPath="film/unsafe")
            self.assertEqual((one.status, one.body), (400, whole.body))

    def test_blobs_are_marked_as_used(self):
        long_ago = 1_000_000_000
        blobs = [self.server.blob_path(file["sha"], file["size"]) for file in self.files]
        # Another server believes no mark of this one.
        other = Server(storage=self.server.storage).start()
        self.addCleanup(other.terminate)
        for blob in blobs:
            os.utime(blob, (long_ago, long_ago))
        with Api(other) as api:
            self.assertEqual(api.post_json(REQUIREMENTS, difference(self.base, self.files, self.files)).status, 200)
        self.assertTrue(all(os.stat(blob).st_mtime > long_ago + 1000 for blob in blobs))

    def test_one_key_has_one_answer_however_the_list_is_sent(self):
        headers = {"Idempotency-Key": "the same"}
        one, whole = self.both(CREATE, self.files, headers, checkoutPath="film/once")
        self.assertEqual(one.json(), whole.json())

    def test_an_unchanged_checkout_is_answered_again(self):
        headers = {"X-Shaman-Reuse-Checkout": "true"}
        first, again = self.both(CREATE, self.files, headers, checkoutPath="film/reused")
        self.assertEqual((first.json()["checkoutPath"], again.json()["reused"]), (again.json()["checkoutPath"], True))
        self.base = first.json()["checkoutPath"]
        one, _ = self.both(CREATE, self.files, headers, checkoutPath="film/reused")
        self.assertTrue(one.json()["reused"])

    def test_creation_waits_for_what_is_being_uploaded(self):
        data = new_content()
        with self.raw() as sender:
            sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
            sender.send(data[:1])
            wait_until(lambda: self.api.status(data) == "uploading", "the upload to begin")
            with self.raw() as waiting:
                body = json.dumps({**difference(self.base, self.files, self.files + [spec("zz", data)]),
                                   "checkoutPath": "film/waits"}).encode()
                waiting.request("POST", CREATE, [], body)
                self.assertTrue(waiting.is_silent())
                sender.send(data[1:])
                self.assertEqual(sender.response().status, 204)
                self.assertEqual(waiting.response().status, 200)

    def test_a_base_that_is_not_there_is_said_to_be_unknown(self):
        for base in ("film/other", "film", "", ".", "..", "/", "film/shot/tex", "x" * 5000, "../jobs/film/shot",
                     ".kept", self.base + "/"):
            for path in (REQUIREMENTS, CREATE):
                answer = self.api.post_json(path, {**difference(base, self.files, self.files), "checkoutPath": "film/x"})
                self.assertIn(answer.status, (412, 200) if base.startswith(self.base) else (412,), (base, answer))

    def test_an_erased_base_is_unknown(self):
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/" + self.base).status, 204)
        self.assert_not_a_base(self.api.post_json(REQUIREMENTS, difference(self.base, self.files, self.files)))
        self.assert_not_a_base(self.api.post_json(CREATE, {**difference(self.base, self.files, self.files),
                                                           "checkoutPath": "film/shot"}))

    def test_what_workers_did_to_the_base_does_not_matter(self):
        folder = self.server.jobs(self.base, "tex")
        names = sorted(os.listdir(folder))
        os.remove(os.path.join(folder, names[0], os.listdir(os.path.join(folder, names[0]))[0]))
        with open(os.path.join(folder, "frame.png"), "wb") as file:
            file.write(b"rendered")
        now = self.files[1:]
        one, whole = self.both(CREATE, now, checkoutPath="film/after")
        self.assertEqual(self.server.read_checkout(one.json()["checkoutPath"]),
                         self.server.read_checkout(whole.json()["checkoutPath"]))

    def test_a_base_without_its_manifest_is_unknown(self):
        manifest = os.path.realpath(self.server.jobs(self.base, ".shaman-checkout"))
        with open(manifest, "rb") as file:
            content = file.read()
        for damaged in (content[:-3], content[:100], b"", content.replace(b"tex", b"tax")):
            os.remove(manifest)
            with open(manifest, "wb") as file:
                file.write(damaged)
            self.assert_not_a_base(self.api.post_json(REQUIREMENTS, difference(self.base, self.files, self.files)))
        os.remove(manifest)
        self.assert_not_a_base(self.api.post_json(REQUIREMENTS, difference(self.base, self.files, self.files)))

    def test_differences_that_do_not_lead_to_the_list_are_refused(self):
        good = difference(self.base, self.files, changed_list(self.files, spec("x", self.contents[3])))
        more = spec("zz", self.contents[0])
        for wrong in ({"result": "0" * 64}, {"removed": []}, {"removed": ["other"]}, {"changed": []},
                      {"removed": good["removed"] * 2}, {"changed": good["changed"] + [more]},
                      {"changed": good["changed"] * 2}):
            self.assert_not_a_base(self.api.post_json(REQUIREMENTS, {**good, **wrong}))

    def test_malformed_ones_are_refused(self):
        good = difference(self.base, self.files, self.files)
        for wrong in ({"result": None}, {"result": "12"}, {"base": 3}, {"changed": {}}, {"changed": [1]},
                      {"removed": [1]}, {"removed": "a"}, {"files": []}):
            self.assertEqual(self.api.post_json(REQUIREMENTS, {**good, **wrong}).status, 400, wrong)
        del good["result"]
        self.assert_error(self.api.post_json(REQUIREMENTS, good), 400, "no result")

    def test_long_ones_are_refused(self):
        now = self.files + [spec(f"zz/{n:06}", self.contents[0]) for n in range(3000)]
        self.assert_not_a_base(self.api.post_json(REQUIREMENTS, difference(self.base, self.files, now)))

    def test_the_server_says_that_it_takes_them(self):
        self.assertIn("list-differences", self.api.get("/api/v3/shaman/info").json()["features"])


class Limits(unittest.TestCase):
    def test_the_whole_list_is_bounded(self):
        server = Server(max_files=30, max_json_size="10KiB").start()
        self.addCleanup(server.close)
        data = new_content()
        files = [spec(f"{n:02}", data) for n in range(25)]
        with Api(server) as api:
            api.upload(data)
            base = api.create("a/b", files).json()["checkoutPath"]
            now = files + [spec(f"x{n}", data) for n in range(6)]
            answers = [api.post_json(REQUIREMENTS, body) for body in ({"files": now}, difference(base, files, now))]
            self.assertEqual([answer.status for answer in answers], [413, 413])
            self.assertEqual(answers[0].body, answers[1].body)

    def test_a_base_larger_than_a_request_may_be_is_none(self):
        server = Server().start()
        data = new_content()
        files = [spec(f"{n:02}", data) for n in range(100)]
        with Api(server) as api:
            api.upload(data)
            base = api.create("a/b", files).json()["checkoutPath"]
        server.terminate()
        small = Server(storage=server.storage, max_json_size="8KiB").start()
        self.addCleanup(server.close)
        self.addCleanup(small.close)
        with Api(small) as api:
            self.assertEqual(api.post_json(REQUIREMENTS, difference(base, files, files)).status, 412)


class OfOthers(unittest.TestCase):
    """With authentication."""

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.secrets = {name: self.tokens.make("submit", name=name) for name in ("anna", "ben")}
        self.secrets["root"] = self.tokens.make("admin", name="root")
        self.server = Server(auth_token_file=self.tokens.file).start()
        self.addCleanup(self.server.close)

    def api(self, name):
        api = Api(self.server)
        api.headers = {"Authorization": "Bearer " + self.secrets[name]}
        self.addCleanup(api.close)
        return api

    def test_a_base_is_for_its_maker_and_gives_no_access_to_a_file(self):
        data, bens = new_content(), new_content()
        anna, ben, root = map(self.api, ("anna", "ben", "root"))
        anna.upload(data)
        ben.upload(bens)
        files = [spec("a", data)]
        base = anna.create("film/shot", files).json()["checkoutPath"]
        request = {**difference(base, files, files), "checkoutPath": "film/next"}
        for path in (REQUIREMENTS, CREATE):
            self.assertEqual(anna.post_json(path, request).status, 200)
            refused = ben.post_json(path, request)
            self.assertEqual(refused.status, 412)
            # The same as for what is nowhere, so that it tells nobody what is there.
            nowhere = ben.post_json(path, {**request, "base": "film/nowhere"})
            self.assertEqual((refused.status, refused.body), (nowhere.status, nowhere.body))
            self.assertEqual(root.post_json(path, request).status, 200)
        # A file of another one, over an own base.
        bens_files = [spec("b", bens)]
        bens_base = ben.create("film/bens", bens_files).json()["checkoutPath"]
        now = bens_files + files
        answer = ben.post_json(REQUIREMENTS, difference(bens_base, bens_files, now))
        self.assertEqual([file["status"] for file in answer.json()["files"]], ["unknown"])
        answer = ben.post_json(CREATE, {**difference(bens_base, bens_files, now), "checkoutPath": "film/x"})
        self.assertEqual(answer.status, 424)


class Client(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        for number in range(1000):
            self.write(f"textures/more/{number:04}.png", b"%d" % number)
        self.server = Server().start()
        self.addCleanup(self.server.close)
        self.proxy = CuttingProxy(self.server)
        self.addCleanup(self.proxy.__exit__)

    def submit(self, url=None):
        """The answer, and how many bytes went to the server."""
        before = self.proxy.sent
        done = self.client.run("submit", self.shot, "--project", self.project, "--include", "textures/more",
                               "--server", url or self.proxy.url, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1]), self.proxy.sent - before

    def submit_until_known(self):
        """What changed a moment ago is read once more, and then its list is not sent as a whole."""
        while self.submit()[0]["hashedFiles"] > 0:
            pass

    def assert_complete(self, answer, url=None):
        content = self.server.read_checkout(answer["checkoutPath"])
        self.assertEqual(len(content), answer["files"])
        self.assertEqual(content["textures/more/0007.png"], b"7")

    def test_unchanged_and_changed_projects_send_little(self):
        self.submit_until_known()
        answer, sent = self.submit()
        self.assert_complete(answer)
        self.assertLess(sent, 3000)
        self.write("textures/more/0000.png", b"another")
        answer, sent = self.submit()
        self.assert_complete(answer)
        self.assertEqual(answer["uploadedFiles"], 1)
        self.assertLess(sent, 6000)
        os.remove(os.path.join(self.project, "textures/more/0003.png"))
        answer, sent = self.submit()
        self.assert_complete(answer)
        self.assertLess(sent, 3500)

    def test_the_whole_list_follows_if_the_base_is_gone(self):
        answer, _ = self.submit()
        with Api(self.server) as api:
            self.assertEqual(api.call("DELETE", "/api/v3/shaman/checkout/" + answer["checkoutPath"]).status, 204)
        answer, sent = self.submit()
        self.assert_complete(answer)
        self.assertGreater(sent, 20_000)
        self.submit_until_known()
        answer, sent = self.submit()
        self.assert_complete(answer)
        self.assertLess(sent, 3000)

    def test_another_storage_at_the_same_address_gets_everything(self):
        self.submit()
        self.server.terminate()
        shutil.rmtree(self.server.storage)
        self.server.start()
        answer, _ = self.submit()
        self.assert_complete(answer)
        self.assertGreater(answer["uploadedFiles"], 1000)

    def test_a_damaged_cache_costs_only_the_list(self):
        self.submit()
        found = [os.path.join(folder, name) for folder, _, names in os.walk(self.folder) for name in names
                 if os.path.basename(folder) == "lists"]
        self.assertEqual(len(found), 1)
        with open(found[0], "rb") as file:
            good = file.read()
        lines = good.splitlines(True)
        # A file that the base has not, one that it has besides, another content, and no list at all.
        for damaged in (b"".join(lines[:500] + lines[501:]), b"".join(lines[:-1] + [lines[-1][:-2] + b"z\n"]),
                        good[:5000] + b"0" * 20 + good[5020:], good[:5000], b"".join([lines[0], b"elsewhere\n", *lines[2:]])):
            with open(found[0], "wb") as file:
                file.write(damaged)
            answer, _ = self.submit()
            self.assert_complete(answer)
            self.assertEqual(answer["uploadedFiles"], 0)

    def test_a_server_that_does_not_name_the_feature_gets_whole_lists(self):
        farm = FlamencoServer()
        self.addCleanup(farm.close)
        self.submit(farm.url)
        answer, _ = self.submit(farm.url)
        self.assertEqual(len(farm.checkouts[answer["checkoutPath"]]), answer["files"])


if __name__ == "__main__":
    unittest.main()
