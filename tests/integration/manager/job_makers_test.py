# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs and checkouts in front of a Manager are their makers': no spelling leads into somebody else's."""

import os
import unittest

from api import Api, new_content, spec
from manager_jobs import JOBS, JSON, JobsTest
from shaman_server import Server
from tokens import Tokens


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
                for text in ("{jobs}/FILM/SHOT/a", "{jobs}/f*/shot/a", "J:\\film\\shot")]
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
                "a placeholder for a setting": {"root": "/mnt/farm/jobs", "x": "{root}/" + path},
                "a class of characters": {"x": "/mnt/jobs/film/s[[:lower:]]ot/a.blend"},
                "a choice": {"x": "/mnt/jobs/film/@(shot|x)/a.blend"},
                "a printed word": {"x": "/mnt/jobs/film/sh%st/a.blend"},
                "a variable of cmd": {"x": "/mnt/jobs/film/!X!/a.blend"},
                "a stream of the checkout": {"x": "J:\\film\\shot::$INDEX_ALLOCATION\\a.blend"},
                "a short name": {"x": "J:\\film\\SHOT~1\\a.blend"},
                "an address of a file": {"x": "file:///mnt/farm/jobs/film/s%68ot/a.blend"},
                "quotes": {"x": "/mnt/farm/jobs/film/sh\"\"ot/a.blend"},
                "a format": {"x": "{jobs}/film/sh{fps:.0f}/a.blend"},
                "settings of settings": {"a": "{jobs}", "c": "{a}", "x": "{c}/" + path},
                "a choice with folders": {"x": "{jobs}/{film/shot,x}/a.blend"},
                "a relative path in a command line": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "-o //../shot/a"},
                "what vanishes behind jobs": {"x": "{jobs} /" + path},
                "any depth": {"x": "/mnt/**/shot/a.blend"},
                "an invisible character": {"x": "/mnt/farm/jobs/film/sh\u00adot/a.blend"},
                "a placeholder below": {"x": "{jobs}/film/{blend_name}/a.blend"},
                "a placeholder in a name": {"x": "{jobs}/film/sh{x}/a.blend"},
                "a variable that leads there": {"x": "{there}/" + path},
                "the jobs folder as Windows knows it": {"x": "J:\\" + windows},
                "without its slash": {"x": "--out=j:" + windows},
                "the jobs folder as macOS knows it": {"x": "/Volumes/Farm Work/" + path},
                "the same in another case": {"x": "/volumes/FARM*/" + path},
                "a value that becomes a variable": {"x": "/mnt/twoway/" + path},
                "dots with a blank": {"x": "--a={jobs}\\film\\own\\.. \\shot\\a"},
                "up from a placeholder": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "//{blend_name}/../../shot/####"},
                "up from a variable": {"x": "/mnt/farm/jobs/" + own + "/%NAME%/../../shot"},
                "up from any depth": {"x": "/mnt/farm/jobs/" + own + "/**/../../shot"},
                "up from a choice with folders": {"x": "/mnt/farm/jobs/" + own + "/@(a|b/c)/../../shot"},
                "up by a pattern": {"x": "/mnt/farm/jobs/" + own + "/.[.]/shot"},
                "Blender's folder": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "-o {blend_dir}/../shot/"},
                "a word that is relative": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "-o x/../../shot/"},
                "an attached option": {"blendfile": "{jobs}/" + own + "/a.blend", "x": "-o../shot"},
                "an attached drive": {"x": "-oJ:\\" + windows},
                "out of the jobs folder and back": {
                    "blendfile": "{jobs}/" + own + "/a.blend", "x": "//../../../Farm Work/" + path},
                "relative to the jobs folder": {"blendfile": "{jobs}/a.blend", "x": path + "/a"},
                "a value with a format": {"a": "{jobs}", "x": "{a:s}/" + path},
                "dots by a value": {"blendfile": "{jobs}/" + own + "/a.blend", "a": "..", "x": "//{a!s}/shot"},
                "a short name by its checksum": {"x": "J:\\film\\1F03~1\\a.blend"},
        }.items():
            with self.subTest(way):
                refused = self.assert_refused_alike(self.job("x", settings=settings))
                self.assertIn("did not make", refused.json()["message"])
        refused = self.ben.post_json(JOBS, self.job("x", settings={"x": "{jobs}/.Kept/film/a.png"}))
        self.assertEqual(refused.status, 403)
        self.assert_refused_alike(self.job("x", settings={"x": "{jobs}/.k*/film/a.png"}))
        for files in ("/mnt/farm/file-store/stored/ab/cd/1.blob", "//../../../file-store/stored/ab", "/mnt/farm/.shaman/pins"):
            refused = self.assert_refused_alike(self.job("x", settings={"x": files}))
            self.assertIn("the server's own files", refused.json()["message"])
        self.assert_refused_alike(self.job("x", metadata={"x": "/mnt/jobs/" + path}))
        self.assert_refused_alike(self.job("x", metadata={"{jobs}/" + path: "x"}))
        self.assert_refused_alike({**self.job("x"), "name": "/mnt/jobs/" + path})
        self.assertEqual(self.farm.submitted, [])
        for settings in ({"x": "{jobs}/" + own + "/*.png"}, {"x": "{jobs}/FILM/OWN"}, {"x": "{render}/" + path},
                         {"x": "/mnt/jobs/film/shot2/####"}, {"x": "shot"}, {"x": "{render}/{blend_name}/" + path + "/####"},
                         {"x": "Render <final> " + path}, {"x": "https://wiki/jobs/" + path}, {"x": "{unknown}/" + path},
                         {"x": "$HOME/" + path}, {"x": "{jobs}/" + own + "/**"}, {"x": "{jobs}/" + own + "/**/*"},
                         {"blendfile": "{jobs}/" + own + "/a.blend", "x": "//**"}, {"x": "my jobs/#1"}, {"x": "foo@jobs/*"},
                         {"blendfile": "{jobs}/" + own + "/a.blend", "x": "//{blend_name}/../out/####"}):
            self.assertEqual(self.ben.post_json(JOBS, self.job("x", settings=settings)).status, 200, settings)

    def test_a_refusal_names_the_setting(self):
        path = self.checkout("film/shot", self.anna)
        job = self.job("x", settings={"a": "x", "deep": {"list": ["y", "/mnt/jobs/" + path]}})
        message = self.assert_refused_alike(job).json()["message"]
        self.assertIn(f'the job\'s settings.deep.list "/mnt/jobs/{path}" could lead into the checkout "{path}"', message)
        message = self.assert_refused_alike(self.job("x", settings={"x": "{jobs}/*/*"})).json()["message"]
        self.assertNotIn("film", message, "a pattern tells nobody which checkouts there are")
        message = self.assert_refused_alike(self.job("x", settings={"x": "{jobs}/film/S~1"})).json()["message"]
        self.assertIn("could lead into a checkout, which you did not make", message)
        self.assertNotIn("shot", message, "nor does a short name")
        message = self.assert_refused_alike(self.job("x", settings={"x": "{jobs}/.kept/x"})).json()["message"]
        self.assertIn("rendered into erased checkouts", message)
        message = self.assert_refused_alike({**self.job("x"), "name": "/mnt/jobs/" + path}).json()["message"]
        self.assertIn("the job's name ", message)

    def test_a_job_that_would_be_much_work_is_refused(self):
        settings = {"a": "jobs/q" * 1000, "x": "/mnt/" + "{a}" * 20_000}
        message = self.assert_refused_alike(self.job("x", settings=settings), 400).json()["message"]
        self.assertIn("too long to judge", message)
        for text in ("{jobs}/" + "[" * 4_000_000, "//" + "a/" * 1_900_000, "{jobs}/" + "*x" * 2000):
            job = self.job("x", settings={f"x{i}": text for i in range(1 if len(text) > 10_000 else 900)})
            self.assert_refused_alike(job, 400)

    def test_a_relative_path_begins_in_the_checkout_that_the_job_names(self):
        self.checkout("film/shot", self.anna)
        own = self.checkout("film/own", self.ben)
        self.assert_refused_alike(self.job("x", storage={"shaman_checkout_id": own}, settings={"x": "//../shot"}))

    def test_a_pattern_keeps_nothing_that_others_make_later(self):
        greedy = self.submitted(self.job("x", settings={"x": "{jobs}/*/*"}), self.ben)
        path = self.checkout("film/shot", self.anna)
        job = self.submitted(self.job(path), self.anna)
        self.look()
        self.assertEqual(self.delete(job, self.anna).status, 204)
        self.wait_until_gone(path)
        self.assertIn(greedy, self.farm.jobs)

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
