# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in front of a Manager: what it understands is what was judged, and no job erases what another uses."""

import concurrent.futures
import json
import unittest

import go_json
from manager_jobs import JOBS, JSON, JobsTest

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


if __name__ == "__main__":
    unittest.main()
