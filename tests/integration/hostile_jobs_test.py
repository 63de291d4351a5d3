# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in front of a Manager: what it understands is what was judged, and nobody erases what another uses."""

import concurrent.futures
import json
import os
import unittest

import go_json
from api import Api, new_content, spec
from manager import Manager
from shaman_server import Server, wait_until
from tokens import Tokens

JOBS = "/api/v3/jobs"
JSON = {"Content-Type": "application/json"}
BASE = '"name":"j","type":"echo-sleep-test","submitter_platform":"linux"'


def hostile(target):
    """Bodies that lead a Manager to erase `target`, or that it reads otherwise than a strict reader."""
    named = f'"shaman_checkout_id":"{target}"'
    bodies = [
        f'{{{BASE},"storage":{{"SHAMAN_CHECKOUT_ID":"{target}"}}}}',
        f'{{{BASE},"Storage":{{{named}}}}}',
        f'{{{BASE},"STORAGE":{{{named}}}}}',
        f'{{{BASE},"ſtorage":{{{named}}}}}',
        f'{{{BASE},"\\u017ftorage":{{{named}}}}}',
        f'{{{BASE},"storage":{{"ſhaman_checkout_id":"{target}"}}}}',
        f'{{{BASE},"storage":{{"shaman_chec\u212aout_id":"{target}"}}}}',
        f'{{{BASE},"storage":{{}},"storage":{{{named}}}}}',
        f'{{{BASE},"storage":{{{named}}},"storage":{{}}}}',
        f'{{{BASE},"storage":{{"shaman_checkout_id":"",{named}}}}}',
        f'{{{BASE},"stor\\u0061ge":{{}},"storage":{{{named}}}}}',
        f'{{{BASE},"storage":{{{named}}}}} x',
        f'{{{BASE},"storage":{{{named}}}}}{{}}',
        f'{{{BASE},"storage":{{{named}}}}}\0',
        f'{{{BASE},"storage":{{{named}}},"x":1e999}}',
        f'{{{BASE},"storage":{{{named}}},"x":"\\ud800"}}',
        f'{{{BASE},"storage":{{{named}}},"x":"\\udc00\\ud800"}}',
        f'{{{BASE},"storage":{{{named}}},"settings":{{"a":1,"a":2}}}}',
        f'{{{BASE},"storage":{{{named}}},"x":{"[" * 5000}{"]" * 5000}}}',
        f'\ufeff{{{BASE},"storage":{{{named}}}}}',
        f'{{{BASE},"storage":{{{named}}},}}',
        f'{{{BASE},"storage":[{{{named}}}]}}',
        f'[{{{BASE},"storage":{{{named}}}}}]',
        f'"{target}"', "null", "", "5",
    ]
    return [body.encode() for body in bodies] + [
        f'{{{BASE},"storage":{{{named}}},"x":"'.encode() + odd + b'"}' for odd in (b"\xff", b"\xed\xa0\x80", b"\xc0\xae")
    ] + [f'{{{BASE},"storage":{{{named}}}}}'.encode(coding) for coding in ("utf-16", "utf-16-le", "utf-32")]


class JobsTest(unittest.TestCase):
    shaman_enabled = True
    tokens = None
    options = {}

    def setUp(self):
        self.farm = Manager(shaman_enabled=self.shaman_enabled)
        self.addCleanup(self.farm.close)
        self.server = Server(manager=self.farm.url, checkout_orphan_age="0", **self.options)
        self.server.start()
        self.addCleanup(self.server.close)
        self.farm.storage = self.server.storage
        self.api = self.client()

    def client(self, token=None):
        api = Api(self.server)
        if token:
            api.headers = {"Authorization": f"Bearer {token}"}
        self.addCleanup(api.close)
        return api

    def checkout(self, path, api=None, headers=None):
        data = b"the scene"
        self.assertIn((api or self.api).upload(data).status, (204, 208))
        made = (api or self.api).create(path, [spec("a.blend", data)], headers)
        self.assertEqual(made.status, 200, made)
        return made.json()["checkoutPath"]

    def job(self, path, **more):
        return {"name": "j", "type": "echo-sleep-test", "submitter_platform": "linux",
                "settings": {"blendfile": "{jobs}/" + path + "/a.blend"}, **more}

    def submitted(self, job, api=None):
        made = (api or self.api).post_json(JOBS, job)
        self.assertEqual(made.status, 200, made)
        return made.json()["id"]

    def delete(self, job, api=None):
        return (api or self.api).call("DELETE", f"{JOBS}/{job}")

    def is_there(self, path):
        return os.path.exists(self.server.jobs(path, "a.blend"))

    def wait_until_gone(self, path):
        wait_until(lambda: not os.path.lexists(self.server.jobs(path)), f"{path} to be erased")

    def look(self):
        """Waits until the server has looked at the jobs from beginning to end."""
        for _ in range(2):  # one may have been under way
            before = self.looks()
            self.submitted(self.job("nowhere"))
            wait_until(lambda before=before: self.looks() > before, "a look at the jobs")

    def looks(self):
        return self.farm.calls.count(("GET", JOBS))


class StrictJson(JobsTest):
    def test_what_others_read_otherwise_is_refused(self):
        path = self.checkout("film/shot")
        for target in (".", "film", path):
            for body in hostile(target):
                for call in (JOBS, JOBS + "/check"):
                    answer = self.api.post_json(call, body)
                    self.assertEqual(answer.status, 400, (call, body[:200]))
                    self.assertEqual(answer.json()["code"], 400)
        self.assertEqual(self.farm.submitted, [])
        self.assertNotIn("/api/v3/jobs", " ".join(path for method, path in self.farm.calls if method == "POST"))

    @unittest.skipUnless(go_json.GO, go_json.MISSING)
    def test_the_manager_understands_what_was_judged(self):
        """Every one of them would have had Go erase something: so they prove what they are for."""
        reader = go_json.GoReader()
        self.addCleanup(reader.close)
        dangerous = 0
        for body in hostile("."):
            try:
                understood = reader.read(body, "job")
            except go_json.NotUnderstood:
                continue
            dangerous += (understood.get("storage") or {}).get("shaman_checkout_id") == "."
        self.assertGreater(dangerous, 10)

    def test_numbers_and_order_are_kept(self):
        seen = []
        read = self.farm.read_json
        self.farm.read_json = lambda body, kind: seen.append((kind, body)) or read(body, kind)
        text = ('{"type":"echo-sleep-test", "name":"j",\n"submitter_platform":"linux","priority":50,'
                '"settings":{"z":1.0,"a":1e2,"big":12345678901234567890,"fps":23.976,"s":"\\u00fc\\/"}}')
        self.assertEqual(self.api.post_json(JOBS, text.encode()).status, 200)
        passed = [body for kind, body in seen if kind == "job"]
        self.assertEqual(passed[-1].decode(), text.replace("\\u00fc\\/", "ü/").replace(", ", ",").replace("\n", ""))

    def test_a_body_comes_as_what_it_says_that_it_is(self):
        job = json.dumps(self.job("x")).encode()
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/jsonx"},
                        {"Content-Type": "multipart/form-data"}, {"Origin": "https://evil.example"},
                        {**JSON, "Content-Encoding": "gzip"}, {**JSON, "Content-Encoding": "deflate, gzip"}):
            self.assertEqual(self.api.call("POST", JOBS, job, headers).status, 415, headers)
        self.assertEqual(self.api.post_json(JOBS, b'{"name":"' + b"x" * (5 << 20) + b'"}').status, 413)
        self.assertEqual(self.farm.submitted, [])
        charset = {"Content-Type": "application/json; charset=utf-16"}
        self.assertEqual(self.api.call("POST", JOBS, job, charset).status, 200)
        self.assertEqual(self.api.call("POST", JOBS, iter([job[:9], job[9:]]), JSON).status, 200)

    def test_no_spelling_of_an_address_gets_past(self):
        path = self.checkout("film")
        job = json.dumps(self.job(path, storage={"shaman_checkout_id": "."})).encode()
        for target in ("/api/v3/%6Aobs", "/%61pi/v3/jobs", "/api/v3/jobs/", "/api/v3/job%73?x=y", JOBS, JOBS + "?pretty",
                       JOBS + "/%63heck"):
            self.assertEqual(self.api.call("POST", target, job, JSON).status, 400, target)
        made = self.submitted(self.job(path))
        for target in (made.replace("-", "%2D"), made + "/", made + "%20", made + "%0d%0aX:%20y", "x" * 65):
            self.assertEqual(self.delete(target).status, 400, target)
        self.assertEqual(self.api.call("DELETE", JOBS + "/m%61ss-delete", b"{}", JSON).status, 400)
        for target in ("/job-files/..%2f..%2fetc", "/job-files/a%5c..%5cb", "/x/%2e%2e%2fy"):
            self.assertEqual(self.api.get(target).status, 400, target)
        self.assertIn(made, self.farm.jobs)

    def test_other_methods_by_header_end_here(self):
        made = self.submitted(self.job("x"))
        for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            answer = self.api.call("POST", f"{JOBS}/{made}", b"", {**JSON, header: "DELETE"})
            self.assertEqual(answer.status, 400, header)
        self.assertIn(made, self.farm.jobs)


class TwoJobs(JobsTest):
    """One checkout, and a Manager that erases what a job's id says."""

    def assert_goes_with_the_last(self, jobs):
        path = self.checkout("film/shot")
        beside = self.checkout("film/shot2")
        ids = [self.submitted(job(path)) for job in jobs]
        self.assertEqual([job.get("storage") for job in self.farm.submitted], [None] * len(jobs))
        for number, job in enumerate(ids):
            self.assertTrue(self.is_there(path))
            goes = self.api.get(f"{JOBS}/{job}/what-would-delete-do").json()["shaman_checkout"]
            self.assertIs(goes, number == len(ids) - 1)
            self.assertEqual(self.delete(job).status, 204)
            if number < len(ids) - 1:
                self.look()
        self.wait_until_gone(path)
        self.assertTrue(self.is_there(beside))

    def named(self, path):
        return self.job(path, storage={"shaman_checkout_id": path})

    def elsewhere(self, path):
        return self.job("nowhere", storage={"shaman_checkout_id": path})

    def test_the_second_lies_in_the_firsts_checkout(self):
        self.assert_goes_with_the_last([self.named, self.job])

    def test_the_first_was_not_named(self):
        self.assert_goes_with_the_last([self.job, self.named, self.job])

    def test_both_name_it(self):
        self.assert_goes_with_the_last([self.named, self.named])

    def test_it_is_only_named(self):
        self.assert_goes_with_the_last([self.elsewhere, self.elsewhere])

    def test_both_at_once(self):
        path = self.checkout("film/shot")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(lambda _: self.submitted(self.named(path), self.client()), range(8)))
        for job in ids[:-1]:
            self.assertEqual(self.delete(job).status, 204)
        self.look()
        self.assertTrue(self.is_there(path))
        self.assertEqual(self.delete(ids[-1]).status, 204)
        self.wait_until_gone(path)

    def test_a_restart_in_between(self):
        path = self.checkout("film/shot")
        first, second = self.submitted(self.named(path)), self.submitted(self.job(path))
        self.assertEqual(self.delete(first).status, 204)
        self.server.kill()
        self.server.start()
        self.api = self.client()
        self.look()
        self.assertTrue(self.is_there(path))
        self.assertEqual(self.delete(second).status, 204)
        self.wait_until_gone(path)

    def test_at_the_manager_itself(self):
        """Past this server: the Manager has no id by which it could erase anything."""
        path = self.checkout("film/shot")
        first, second = self.submitted(self.named(path)), self.submitted(self.job(path))
        self.farm.delete_job(first)
        self.look()
        self.assertTrue(self.is_there(path))
        self.assertEqual(self.delete(second).status, 204)

    def test_a_manager_that_takes_its_time(self):
        path = self.checkout("film/shot")
        job = self.submitted(self.named(path))
        self.farm.deletes_slowly = True
        self.assertEqual(self.delete(job).status, 204)
        self.look()
        self.assertTrue(self.is_there(path))
        self.farm.finish_deletions()
        self.wait_until_gone(path)

    def test_many_at_once(self):
        paths = [self.checkout(f"film/{number}") for number in range(3)]
        for path in paths:
            self.submitted(self.named(path))
        order = b'{"last_updated_max": "2027-01-01T00:00:00Z"}'
        self.assertEqual(self.api.call("DELETE", JOBS + "/mass-delete", order, JSON).status, 204)
        for path in paths:
            self.wait_until_gone(path)

    def test_nothing_is_guessed_while_the_manager_is_away(self):
        path = self.checkout("film/shot")
        job = self.submitted(self.named(path))
        self.farm.jobs_answer = (500, b"{}")
        order = b'{"last_updated_max": "2027-01-01T00:00:00Z"}'
        self.assertEqual(self.api.call("DELETE", JOBS + "/mass-delete", order, JSON).status, 502)
        self.farm.close()
        self.assertEqual(self.delete(job).status, 502)
        self.assertEqual(self.api.post_json(JOBS, self.job(path)).status, 502)
        self.assertTrue(self.is_there(path))


class TwoJobsOfAManagerWithoutShaman(TwoJobs):
    shaman_enabled = False


class JobsPastThisServer(JobsTest):
    """The Manager has their ids, and erases by them."""

    def past(self, path, **more):
        return self.farm.submit_job(self.job(path, storage={"shaman_checkout_id": path}, **more))[1]["id"]

    def test_a_job_stays_while_another_uses_its_checkout(self):
        path = self.checkout("film/shot")
        first, second = self.past(path), self.submitted(self.job(path))
        refused = self.delete(first)
        self.assertEqual(refused.status, 409)
        self.assertIn(second, refused.json()["message"])
        self.assertEqual(self.delete(second).status, 204)
        self.assertEqual(self.delete(first).status, 204)
        self.wait_until_gone(path)

    def test_ids_that_lead_to_others_checkouts(self):
        path = self.checkout("film/shot")
        for odd in (".", "film", path + "/."):
            job = self.past(odd)
            self.assertEqual(self.delete(job).status, 409, odd)
            order = b'{"last_updated_max": "2027-01-01T00:00:00Z"}'
            self.assertEqual(self.api.call("DELETE", JOBS + "/mass-delete", order, JSON).status, 409)
            del self.farm.jobs[job]
        self.assertTrue(self.is_there(path))
        self.assertEqual(self.delete(self.past("gone/before")).status, 204)


class Makers(JobsTest):
    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        secrets = {name: self.tokens.make(role, name=name)
                   for name, role in (("anna", "submit"), ("ben", "submit"), ("root", "admin"))}
        self.options = {"auth_token_file": self.tokens.file, "jobs_location": [
            "windows=J:\\", "darwin=/Volumes/Farm Work", "linux=/mnt/farm/jobs"]}
        super().setUp()
        self.farm.variables = {
            "linux": {"render": {"value": "/mnt/render", "is_twoway": True},
                      "there": {"value": "/mnt/farm/jobs", "is_twoway": False},
                      "two": {"value": "/mnt/twoway", "is_twoway": True}},
            "windows": {"render": {"value": "R:\\", "is_twoway": True}, "two": {"value": "J:", "is_twoway": True}}}
        self.anna, self.ben, self.root = (self.client(secrets[name]) for name in ("anna", "ben", "root"))
        self.api = self.root

    def erase(self, path, api):
        return api.call("DELETE", "/api/v3/shaman/checkout/" + path).status

    def assert_refused_alike(self, job, status=403):
        """Ben's job, submitted and only checked."""
        answer = self.ben.post_json(JOBS, job)
        self.assertEqual(answer.status, status, job)
        checked = self.ben.post_json(JOBS + "/check", job)
        self.assertEqual((checked.status, checked.json()), (status, answer.json()), job)
        return answer

    def assert_annas(self, path):
        for job in (self.job(path), self.job("x", storage={"shaman_checkout_id": path}),
                    self.job("x", metadata={"shaman.checkout": "{jobs}/" + path}),
                    self.job("x", settings={"list": ["--python={jobs}/" + path + "/evil.py"]}),
                    self.job("x", settings={"long": "{jobs}/" + path + "/" + "x" * 300 + "/" + "y/" * 200}),
                    self.job("x", settings={"windows": "{jobs}\\" + path.replace("/", "\\")})):
            answer = self.assert_refused_alike(job)
            self.assertIn("did not make", answer.json()["message"])
        self.assertEqual(self.farm.submitted, [])
        self.assertEqual(self.erase(path, self.ben), 403)
        self.assertEqual(self.erase("nothing/there", self.ben), 403)
        self.assertTrue(self.is_there(path))

    def test_a_checkout_is_its_makers(self):
        path = self.checkout("film/shot", self.anna)
        self.assert_annas(path)
        job = self.submitted(self.job(path), self.anna)
        refused = self.delete(job, self.ben)
        self.assertEqual(refused.status, 403)
        self.assertEqual(self.delete(job, self.anna).status, 204)
        self.wait_until_gone(path)

    def test_who_made_it_may_erase_it(self):
        path = self.checkout("film/shot", self.anna)
        self.assertEqual(self.erase(path, self.anna), 204)
        path = self.checkout("film/shot", self.anna)
        self.assertEqual(self.erase(path, self.root), 204)

    def test_a_new_checkout_by_the_name_of_an_erased_one_is_not_its_jobs(self):
        path = self.checkout("film/shot", self.ben)
        job = self.submitted(self.job(path), self.ben)
        self.assertEqual(self.delete(job, self.ben).status, 204)
        self.assertIn(self.erase(path, self.ben), (204, 403, 404))
        self.assertEqual(self.checkout("film/shot", self.anna), path)
        self.assert_outlives_a_look(path)

    def test_an_admin_may_all(self):
        path = self.checkout("film/shot", self.anna)
        job = self.submitted(self.job(path, storage={"shaman_checkout_id": path}), self.root)
        self.assertEqual(self.delete(job, self.ben).status, 403)
        self.assertEqual(self.delete(job, self.anna).status, 204)

    def test_every_restart_and_every_server_knows(self):
        path = self.checkout("film/shot", self.anna)
        self.server.kill()
        self.server.start()
        for api in (self.anna, self.ben, self.root):
            api.connection.port = self.server.port
            api.close()
        self.assert_annas(path)
        with Server(storage=self.server.storage, auth_token_file=self.tokens.file) as other, Api(other) as there:
            there.headers = self.ben.headers
            self.assertEqual(self.erase(path, there), 403)
            there.headers = self.anna.headers
            self.assertEqual(self.erase(path, there), 204)

    def test_a_repeated_request_is_its_makers_too(self):
        key = {"Idempotency-Key": "the same"}
        path = self.checkout("film/shot", self.anna, key)
        self.assertEqual(self.checkout("film/shot", self.anna, key), path)
        self.assertNotEqual(self.checkout("film/shot", self.ben, key), path)
        self.assert_annas(path)

    def test_what_nobody_is_known_to_have_made_is_an_admins(self):
        path = self.checkout("film/shot", self.anna)
        os.unlink(self.server.jobs(path, ".shaman-maker"))
        for api in (self.anna, self.ben):
            self.assertEqual(api.post_json(JOBS, self.job(path)).status, 403)
            self.assertEqual(self.erase(path, api), 403)
        job = self.submitted(self.job(path), self.root)
        self.assertEqual(self.delete(job, self.anna).status, 403)
        self.assertEqual(self.delete(job, self.root).status, 204)

    def test_an_erased_checkout_protects_its_job(self):
        for spelling in ("{jobs}/film/shot", "{jobs}/FILM/Shot", "{jobs}/film/s*"):
            path = self.checkout("film/shot", self.anna)
            job = self.submitted(self.job("x", settings={"x": spelling + "/a"}), self.anna)
            self.assertEqual(self.delete(job, self.ben).status, 403, spelling)
            self.assertEqual(self.erase(path, self.anna), 204)
            self.assertEqual(self.delete(job, self.ben).status, 403, spelling)
            self.assertEqual(self.delete(job, self.anna).status, 204, spelling)

    def test_no_client_says_who_made_a_jobs_checkouts(self):
        path = self.checkout("film/shot", self.anna)
        forged = {"shaman.checkout-makers": "none", "shaman.checkout-identities": "none"}
        job = self.submitted(self.job(path, metadata=forged), self.anna)
        self.assertEqual(self.erase(path, self.anna), 204)
        self.assertEqual(self.delete(job, self.ben).status, 403)
        self.submitted({**self.job("x"), "settings": {}, "metadata": forged}, self.ben)
        self.assertEqual(self.farm.submitted[-1]["metadata"], {})

    def test_every_spelling_keeps_a_checkout(self):
        path = self.checkout("film/shot", self.anna)
        jobs = [self.submitted(self.job("x", settings={"x": text}), self.anna)
                for text in ("{jobs}/FILM/SHOT/a", "{jobs}/f*/shot/a", "J:\\film\\shot", "{unknown}/film/shot")]
        naming = self.submitted(self.job(path), self.anna)
        self.assertEqual(self.delete(naming, self.anna).status, 204)
        for job in jobs:
            self.look()
            self.assertTrue(self.is_there(path))
            self.assertEqual(self.delete(job, self.anna).status, 204)
        self.wait_until_gone(path)

    def set_status(self, job, status, api, call="jobs"):
        return api.post_json(f"/api/v3/{call}/{job}/setstatus", {"status": status, "reason": "x"}).status

    def test_a_job_that_rests_does_not_get_a_checkout_that_comes_later(self):
        for text in ("{jobs}/film/shot/a", "{jobs}/FILM/s*/a"):
            job = self.submitted(self.job("x", settings={"x": text}, initial_status="paused"), self.ben)
            task = self.farm.add_task(job, "render", status="failed")["id"]
            path = self.checkout("film/shot", self.anna)
            for status in ("queued", "requeueing", "active"):
                self.assertEqual(self.set_status(job, status, self.ben), 403, text)
                self.assertEqual(self.set_status(task, status, self.ben, "tasks"), 403, text)
            self.assertEqual(self.farm.jobs[job]["status"], "paused")
            for status in ("canceled", "paused"):
                self.assertEqual(self.set_status(job, status, self.ben), 204)
            self.assertEqual(self.set_status(task, "canceled", self.ben, "tasks"), 204)
            self.assertEqual(self.set_status(job, "queued", self.anna), 204)
            self.assertEqual(self.set_status(task, "queued", self.root, "tasks"), 204)
            self.assertEqual(self.erase(path, self.anna), 204)
            self.assertEqual(self.set_status(job, "queued", self.ben), 204)

    def test_nor_one_whose_checkout_became_anothers(self):
        path, job = self.replaced()
        self.assertEqual(self.set_status(job, "requeueing", self.ben), 403)
        self.assertEqual(self.set_status(job, "pause-requested", self.ben), 204)
        self.assertTrue(self.is_there(path))

    def test_colleagues_may_let_a_job_run_in_its_own_checkout(self):
        job = self.submitted(self.job(self.checkout("film/shot", self.anna)), self.anna)
        self.assertEqual(self.set_status(job, "requeueing", self.ben), 204)

    def test_a_status_has_one_reading(self):
        job = self.submitted(self.job("nowhere"), self.ben)
        for body in (b'{"status":"paused","status":"queued","reason":"x"}', b"[]", b"",
                     b'{"status":"paused","Status":"queued","reason":"x"}'):
            self.assertEqual(self.ben.call("POST", f"{JOBS}/{job}/setstatus", body, JSON).status, 400, body)
        for path in (f"/api/v3/%6Aobs/{job}/setstatus", f"{JOBS}/{job}/%73etstatus"):
            self.assertEqual(self.ben.call("POST", path, b"{}", JSON).status, 400, path)
        # Not a call that any Manager has.
        self.assertEqual(self.ben.call("POST", f"{JOBS}/{job}/setstatus/", b"{}", JSON).status, 403)
        self.assertEqual(self.set_status("00000000-0000-0000-0000-000000000000", "queued", self.ben), 404)
        self.assertEqual(self.set_status("nothing", "queued", self.ben, "tasks"), 404)

    def test_jobs_without_a_checkout_are_every_submitters(self):
        job = self.submitted(self.job("nowhere"), self.anna)
        self.assertEqual(self.delete(job, self.ben).status, 204)

    def test_a_job_that_only_may_lead_there_erases_nothing(self):
        path = self.checkout("film/shot", self.anna)
        # Past this server, which would have refused it.
        job = self.farm.submit_job(self.job("x", settings={"out": "/mnt/jobs/" + path + "/out"}))[1]["id"]
        self.look()
        self.assertEqual(self.delete(job, self.ben).status, 403)
        self.assertEqual(self.delete(job, self.anna).status, 204)
        self.look()
        self.assertTrue(self.is_there(path))

    def test_no_spelling_leads_into_somebody_elses_checkout(self):
        path = self.checkout("film/shot", self.anna)
        own = self.checkout("film/own", self.ben)
        self.checkout("take1", self.anna)
        windows = path.replace("/", "\\")
        for way, settings in {
                "the storage": {"x": self.server.storage + "/jobs/" + path + "/a.blend"},
                "where workers see it": {"x": "/mnt/farm/jobs/" + path + "/a.blend"},
                "another case": {"x": "{jobs}/FILM/Shot/a.blend"},
                "another case of all": {"x": "/MNT/FARM/JOBS/FILM/SHOT"},
                "a drive": {"x": "S:\\farm\\jobs\\" + windows},
                "a share": {"x": "\\\\nas\\jobs\\" + windows + "\\a.blend"},
                "as Windows trims it": {"x": "{jobs}\\film.\\shot \\a.blend"},
                "backslashes": {"x": "--a={jobs}\\" + windows},
                "doubled slashes": {"x": "/mnt//jobs//film//shot"},
                "a glob": {"x": "{jobs}/film/s*/a.blend"},
                "a glob above": {"x": "{jobs}/*/*/a.blend"},
                "braces": {"x": "{jobs}/film/{own,shot}/a.blend"},
                "a frame's number": {"x": "{jobs}/take#/a.blend"},
                "a key": {"{jobs}/" + path: "x"},
                "a key further down": {"x": [{"/mnt/jobs/" + path: 1}]},
                "up and down": {"x": "--a={jobs}/../jobs/" + path},
                "up from one's own": {"x": "--a={jobs}/" + own + "/../shot/a.blend"},
                "through it": {"x": "--a={jobs}/" + path + "/../own/a.blend"},
                "Blender's relative path": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "//../shot/a.blend"},
                "a relative path": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "..\\shot\\a.blend"},
                "a command line": {"x": "--python {jobs}/" + path + " --background /x/y"},
                "relative to the storage": {"x": "jobs/" + path},
                "a folder jobs by a glob": {"x": "/mnt/j*/" + path},
                "a folder jobs by a set": {"x": "/mnt/jo[b]s/" + path},
                "any folder": {"x": "/mnt/*/" + path},
                "as Windows trims the folder jobs": {"x": "S:\\farm\\jobs.\\" + windows},
                "a stream of the folder jobs": {"x": "S:\\jobs::$INDEX_ALLOCATION\\" + windows},
                "a placeholder": {"x": "/mnt/{blend_name}/" + path},
                "a placeholder at the beginning": {"x": "{blend_dir}/" + path},
                "a placeholder for folders above": {"x": "{unknown}/shot/a.blend"},
                "a placeholder below": {"x": "{jobs}/film/{blend_name}/a.blend"},
                "a placeholder in a name": {"x": "{jobs}/film/sh{x}/a.blend"},
                "a variable that leads there": {"x": "{there}/" + path},
                "a variable of the environment": {"x": "$JOBS/" + path},
                "the jobs folder as Windows knows it": {"x": "J:\\" + windows},
                "without its slash": {"x": "--out=j:" + windows},
                "the jobs folder as macOS knows it": {"x": "/Volumes/Farm Work/" + path},
                "the same in another case": {"x": "/volumes/FARM*/" + path},
                "a value that becomes a variable": {"x": "/mnt/twoway/" + path},
                "dots with a blank": {"x": "--a={jobs}\\film\\own\\.. \\shot\\a"},
        }.items():
            with self.subTest(way):
                refused = self.assert_refused_alike(self.job("x", settings=settings))
                self.assertIn("did not make", refused.json()["message"])
        refused = self.ben.post_json(JOBS, self.job("x", settings={"x": "{jobs}/.Kept/film/a.png"}))
        self.assertEqual(refused.status, 403)
        self.assert_refused_alike(self.job("x", metadata={"x": "/mnt/jobs/" + path}))
        self.assert_refused_alike(self.job("x", metadata={"{jobs}/" + path: "x"}))
        self.assert_refused_alike({**self.job("x"), "name": "/mnt/jobs/" + path})
        self.assertEqual(self.farm.submitted, [])
        for settings in ({"x": "{jobs}/" + own + "/*.png"}, {"x": "{jobs}/FILM/OWN"}, {"x": "{render}/" + path},
                         {"x": "/mnt/jobs/film/shot2/####"}, {"x": "shot"}):
            self.assertEqual(self.ben.post_json(JOBS, self.job("x", settings=settings)).status, 200, settings)

    def test_a_check_is_judged_as_the_job_itself(self):
        path = self.checkout("film/shot", self.ben)
        for odd in (self.job("x", storage={"shaman_checkout_id": "film"}), self.job("./" + path),
                    self.job("x", settings={"x": "{jobs}//x"})):
            self.assert_refused_alike(odd, 400)
        seen = []
        self.farm.on_check = seen.append
        job = self.job(path, storage={"shaman_checkout_id": path})
        self.assertEqual(self.ben.post_json(JOBS + "/check", job).status, 204)
        self.submitted(job, self.ben)
        self.assertEqual(seen, self.farm.submitted)

    def replaced(self):
        """Ben's job, whose checkout was erased; by its name Anna has made another one."""
        path = self.checkout("film/shot", self.ben)
        job = self.submitted(self.job(path, storage={"shaman_checkout_id": path}), self.ben)
        self.look()
        self.assertEqual(self.erase(path, self.ben), 204)
        self.assertEqual(self.checkout("film/shot", self.anna), path)
        return path, job

    def assert_outlives_a_look(self, path):
        """The look that erases this one would have erased the other."""
        second = self.checkout("film/second", self.root)
        self.assertEqual(self.delete(self.submitted(self.job(second))).status, 204)
        self.wait_until_gone(second)
        self.assertTrue(self.is_there(path))

    def test_an_admin_does_not_erase_what_has_a_jobs_path_now(self):
        path, job = self.replaced()
        question = self.api.get(f"{JOBS}/{job}/what-would-delete-do")
        self.assertIs(question.json()["shaman_checkout"], False)
        self.assertEqual(self.delete(job, self.root).status, 204)
        self.assert_outlives_a_look(path)

    def test_nor_does_its_submitter_who_may_delete_the_job(self):
        path, job = self.replaced()
        self.assertEqual(self.delete(job, self.ben).status, 204)
        self.assert_outlives_a_look(path)

    def test_nor_does_who_deletes_many_jobs(self):
        path, _ = self.replaced()
        order = b'{"last_updated_max": "2027-01-01T00:00:00Z"}'
        self.assertEqual(self.root.call("DELETE", JOBS + "/mass-delete", order, JSON).status, 204)
        self.assert_outlives_a_look(path)

    def test_nor_does_who_deletes_the_job_at_the_manager(self):
        path, job = self.replaced()
        self.farm.delete_job(job)
        self.assert_outlives_a_look(path)

    def test_a_job_that_was_there_first_does_not_get_the_checkout(self):
        job = self.submitted(self.job("film/shot"), self.ben)
        path = self.checkout("film/shot", self.anna)
        self.assertEqual(self.delete(job, self.root).status, 204)
        self.assert_outlives_a_look(path)

    def test_no_client_says_which_checkout_a_job_names(self):
        path = self.checkout("film/shot", self.ben)
        self.submitted(self.job(path, metadata={"shaman.checkout-identities": "forged"}), self.ben)
        recorded = self.farm.submitted[-1]["metadata"]["shaman.checkout-identities"]
        self.assertIn(".shaman-id-" + recorded, os.listdir(self.server.jobs(path)))

    def test_no_file_of_a_checkout_says_who_made_it(self):
        data = new_content()
        self.assertEqual(self.ben.upload(data).status, 204)
        for name in (".shaman-maker", ".shaman-maker/x"):
            self.assertEqual(self.ben.create("x", [spec(name, data)]).status, 400)
        self.assertEqual(self.ben.create("x/.shaman-maker", [spec("a", data)]).status, 400)

    def test_unknown_changes_to_jobs_are_an_admins(self):
        job = self.submitted(self.job("nowhere"), self.anna)
        for method, path in (("PATCH", ""), ("PUT", ""), ("POST", "/storage"), ("DELETE", "/storage"), ("POST", "")):
            self.assertEqual(self.anna.call(method, f"{JOBS}/{job}{path}", b"{}", JSON).status, 403, (method, path))
        change = b'{"status": "paused", "reason": "x"}'
        self.assertEqual(self.anna.call("POST", f"{JOBS}/{job}/setstatus", change, JSON).status, 204)


if __name__ == "__main__":
    unittest.main()
