# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkouts end with their jobs, never on doubt; and without a Manager, by their age."""

import os
import signal
import subprocess
import tempfile
import time
import unittest

from api import Api, new_content, spec
from manager import Manager
from shaman_server import PROGRAM, Server, wait_until


class CheckoutExpiryTest(unittest.TestCase):
    """Looks ten times a second; no grace, and orphans stay, but where a test says otherwise."""

    options = {}
    position = "manager"

    def setUp(self):
        self.farm = Manager(shaman_enabled=self.position != "manager")
        self.addCleanup(self.farm.close)
        options = {"checkout_check_interval": "100ms", "checkout_grace": "0", "checkout_orphan_age": "0",
                   **self.options}
        self.server = Server(**{self.position: self.farm.url}, **options).start()
        self.addCleanup(self.server.close)
        self.farm.storage = self.server.storage
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def checkout(self, path):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        made = self.api.create(path, [spec("a.blend", data)])
        self.assertEqual(made.status, 200, made)
        return made.json()["checkoutPath"]

    def job(self, path, through=True, **more):
        """A job that renders this checkout: its id."""
        job = {"name": path, "type": "echo-sleep-test", "submitter_platform": "linux",
               "settings": {"blendfile": "{jobs}/" + path + "/a.blend"}, **more}
        if through:
            made = self.api.post_json("/api/v3/jobs", job)
            self.assertEqual(made.status, 200, made)
            return made.json()["id"]
        return self.farm.submit_job(job)[1]["id"]

    def farm_of(self, count):
        """So many checkouts with jobs; returns the jobs' ids by path."""
        jobs = {}
        for number in range(count):
            path = self.checkout(f"film/shot {number}")
            jobs[path] = self.job(path)
        self.look()
        return jobs

    def look(self, times=2):
        """Waits until the server has looked from the beginning to the end."""
        before = self.looks()
        wait_until(lambda: self.looks() >= before + times, "a look at the jobs")

    def vanish(self, *paths):
        """The Manager has no jobs with these names any more, all at once."""
        with self.farm.lock:
            for job_id in [key for key, job in self.farm.jobs.items() if job["name"] in paths]:
                del self.farm.jobs[job_id]

    def looks(self):
        return self.farm.calls.count(("GET", "/api/v3/jobs"))

    def is_there(self, path):
        return os.path.islink(self.server.jobs(path, "a.blend"))

    def wait_until_gone(self, path):
        wait_until(lambda: not os.path.exists(self.server.jobs(path)), f"{path} to be erased")

    def assert_all_there(self, paths):
        self.look(3)
        for path in paths:
            self.assertTrue(self.is_there(path), path)

    def expired(self, *arguments):
        done = subprocess.run([PROGRAM, "checkouts", "pending", "--storage", self.server.storage, *arguments],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line for line in done.stdout.splitlines() if not line.startswith(" ")]


class Gone(CheckoutExpiryTest):
    def test_a_job_deleted_in_passing_takes_its_checkout_along(self):
        jobs = self.farm_of(6)
        self.assertEqual(self.api.call("DELETE", f"/api/v3/jobs/{jobs['film/shot 2']}").status, 204)
        self.wait_until_gone("film/shot 2")
        del jobs["film/shot 2"]
        self.assert_all_there(jobs)
        self.server.wait_for_log('erased the checkout "film/shot 2": its job is gone')

    def test_who_asks_what_goes_with_a_job_is_told_of_its_checkout(self):
        path = self.checkout("film/shot")
        job = self.job(path)
        bare = self.farm.submit_job({"name": "x", "type": "echo-sleep-test", "submitter_platform": "linux"})[1]["id"]

        def goes(job_id):
            return self.api.get(f"/api/v3/jobs/{job_id}/what-would-delete-do").json()["shaman_checkout"]

        self.assertIs(goes(job), True)
        self.assertIs(goes(bare), False)
        os.rename(self.server.jobs(path), self.server.jobs("elsewhere"))
        self.assertIs(goes(job), False)
        os.rename(self.server.jobs("elsewhere"), self.server.jobs(path))
        self.farm.shaman_enabled = True
        self.assertIs(goes(job), True)
        self.assertEqual(self.api.get("/api/v3/jobs/none/what-would-delete-do").status, 400)

    def test_a_job_deleted_elsewhere_too(self):
        jobs = self.farm_of(6)
        self.farm.delete_job(jobs.pop("film/shot 3"))
        self.wait_until_gone("film/shot 3")
        self.assert_all_there(jobs)

    def test_a_checkout_with_another_job_stays(self):
        jobs = self.farm_of(6)
        self.job("film/shot 1")
        self.look()
        self.farm.delete_job(jobs["film/shot 1"])
        self.assert_all_there(jobs)

    def test_any_setting_that_leads_into_it_is_a_use(self):
        self.farm_of(6)
        paths = [self.checkout(f"film/other {number}") for number in range(3)]
        ids = [self.job(path) for path in paths]
        self.job("x", settings={"blendfile": self.server.jobs(paths[0], "a.blend")})
        self.job("x", settings={"deep": [{"path": "S:\\shaman\\jobs\\film\\other 1\\a.blend"}]})
        self.job("x", storage={"shaman_checkout_id": paths[2]}, settings={})
        self.look()
        for job_id in ids:
            self.farm.delete_job(job_id)
        self.assert_all_there(paths)

    def test_what_is_known_survives_a_restart(self):
        jobs = self.farm_of(6)
        self.assertEqual(self.server.terminate(), 0)
        self.farm.delete_job(jobs.pop("film/shot 0"))
        self.server.start()
        self.wait_until_gone("film/shot 0")
        self.assert_all_there(jobs)

    def test_the_last_job_of_all(self):
        path = self.checkout("only")
        more = [self.checkout(f"other/{number}") for number in range(5)]
        job = self.job(path)
        self.look()
        self.assertEqual(self.api.call("DELETE", f"/api/v3/jobs/{job}").status, 204)
        self.wait_until_gone(path)
        self.assert_all_there(more)


class Doubt(CheckoutExpiryTest):
    def test_no_list_or_an_odd_one_erases_nothing(self):
        jobs = self.farm_of(6)
        self.farm.delete_job(jobs["film/shot 0"])
        answers = [b"", b"[]", b"{}", b'{"jobs": null}', b'{"jobs": {}}', b'{"jobs": []}',
                   b'{"jobs": [3]}', b'{"jobs": [{}]}', b'{"jobs": [{"id": 5}]}', b'{"jobs": [{"id": "x"}'
                   b'', b"<html>", b'{"jobs": [{"id": "x"}]} trailing']
        self.farm.jobs_answer = (500, b'{"code": 500, "message": "database is locked"}')
        self.look(3)
        # Whatever was found out before that answer came may have been true.
        path = "film/shot 1"
        self.farm.delete_job(jobs[path])
        for answer in answers:
            self.farm.jobs_answer = (200, answer)
            self.look(2)
            self.assertTrue(self.is_there(path), answer)
        self.server.wait_for_log("no checkout is erased with its job for now")
        self.farm.jobs_answer = None
        self.server.wait_for_log("the Manager's jobs can be looked at again")

    def test_a_manager_that_is_away_erases_nothing(self):
        jobs = self.farm_of(6)
        port = self.farm.port
        self.farm.close()
        self.server.wait_for_log("no checkout is erased with its job for now")
        self.farm.reopen(port)
        self.assert_all_there(jobs)

    def test_a_job_that_comes_between_two_looks_saves_its_checkout(self):
        jobs = self.farm_of(6)
        path = "film/shot 4"
        self.farm.delete_job(jobs[path])
        # From now on every second answer has it again.
        self.farm.flickers = jobs[path], path
        self.look(4)
        self.assertTrue(self.is_there(path))


class Brake(CheckoutExpiryTest):
    def test_more_than_a_fifth_waits_for_an_admin(self):
        jobs = self.farm_of(8)
        vanished = list(jobs)[:3]
        self.vanish(*vanished)
        self.server.wait_for_log("3 checkouts of 8 would be erased at once")
        self.assert_all_there(jobs)
        self.assertEqual(self.expired(), vanished)
        self.assertEqual(self.expired("--confirm"), vanished)
        for path in vanished:
            self.wait_until_gone(path)
            self.server.wait_for_log(f'erased the checkout "{path}": its job is gone; confirmed by ')
        self.assert_all_there(list(jobs)[3:])
        self.assertEqual(self.expired(), [])

    def test_what_was_confirmed_and_has_a_job_again_stays(self):
        jobs = self.farm_of(10)
        self.vanish(*list(jobs)[:4])
        wait_until(lambda: len(self.expired()) == 4, "the brake")
        self.job("film/shot 0")
        self.expired("--confirm")
        self.wait_until_gone("film/shot 1")
        self.assert_all_there(["film/shot 0"])

    def test_one_or_two_do_not_wait_however_few_there_are(self):
        jobs = self.farm_of(4)
        self.vanish("film/shot 0")
        self.wait_until_gone("film/shot 0")
        self.vanish("film/shot 1", "film/shot 2")
        self.wait_until_gone("film/shot 1")
        self.wait_until_gone("film/shot 2")
        self.assert_all_there(["film/shot 3"])
        self.assertEqual(self.expired(), [])
        self.assertEqual(len(jobs), 4)

    def test_a_manager_with_other_jobs_erases_nothing(self):
        jobs = self.farm_of(6)
        with self.farm.lock:
            self.farm.jobs.clear()
        self.job("elsewhere", through=False)
        self.assert_all_there(jobs)
        self.assertEqual(len(self.expired()), 6)
        former = subprocess.run([PROGRAM, "expired", "--storage", self.server.storage],
                                capture_output=True, text=True, check=True)
        self.assertEqual(former.stdout.splitlines()[::2], self.expired())
        for line in former.stdout.splitlines()[1::2]:
            self.assertRegex(line, r"^    its job is gone; last given to a client 20\S+Z; waiting since 20\S+Z$")
        self.assertIn("shaman-server expired is now shaman-server checkouts pending", former.stderr)


class SmallBrake(CheckoutExpiryTest):
    options = {"checkout_bulk_erase_limit": 1}

    def test_a_number_is_a_limit_as_well(self):
        jobs = self.farm_of(12)
        self.vanish(*list(jobs)[:2])
        self.server.wait_for_log("2 checkouts of 12 would be erased at once")
        self.assert_all_there(jobs)


class Grace(CheckoutExpiryTest):
    options = {"checkout_grace": "1h"}

    def test_it_stays_for_a_while(self):
        jobs = self.farm_of(6)
        self.farm.delete_job(jobs["film/shot 0"])
        self.assert_all_there(jobs)


class Orphans(CheckoutExpiryTest):
    options = {"checkout_orphan_age": "3s"}

    def test_a_checkout_that_never_got_a_job_ends_too(self):
        jobs = self.farm_of(6)
        orphan = self.checkout("film/orphan")
        self.wait_until_gone(orphan)
        self.server.wait_for_log('erased the checkout "film/orphan": it never had a job')
        self.assert_all_there(jobs)

    def test_what_others_made_stays(self):
        self.farm_of(6)
        theirs = self.server.jobs("flamenco", "tex")
        os.makedirs(theirs)
        os.symlink("../../../file-store/stored/aa/bb/1.blob", os.path.join(theirs, "a.png"))
        os.utime(theirs, (0, 0))
        self.look(8)
        self.assertTrue(os.path.islink(os.path.join(theirs, "a.png")))


class Beside(CheckoutExpiryTest):
    """Something else sends each its part: jobs come to the Manager without passing the server."""

    position = "manager_api"

    def job(self, path, through=False, **more):
        return super().job(path, through, **more)

    def test_a_checkout_of_a_job_without_an_id_ends_with_it(self):
        self.server.wait_for_log(f"side by side with the Flamenco Manager at 127.0.0.1:{self.farm.port}")
        jobs = self.farm_of(3)
        self.assertNotIn("storage", self.farm.jobs[jobs["film/shot 1"]])
        self.farm.delete_job(jobs.pop("film/shot 1"))
        self.wait_until_gone("film/shot 1")
        self.server.wait_for_log('erased the checkout "film/shot 1": its job is gone')
        self.assert_all_there(jobs)

    def test_what_has_a_checkouts_path_now_does_not_end_with_its_job(self):
        jobs = self.farm_of(3)
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/film/shot%201").status, 204)
        self.assertEqual(self.checkout("film/shot 1"), "film/shot 1")
        self.look()
        self.farm.delete_job(jobs["film/shot 1"])
        self.farm.delete_job(jobs.pop("film/shot 2"))
        self.wait_until_gone("film/shot 2")  # a look that would have erased both
        self.assert_all_there(jobs)

    def test_one_that_the_manager_erases_itself_is_no_trouble(self):
        jobs = self.farm_of(2)
        path = self.checkout("film/known")
        job = self.job(path, storage={"shaman_checkout_id": path})
        self.look()
        self.farm.delete_job(job)
        self.wait_until_gone(path)
        self.assert_all_there(jobs)
        self.assertNotIn("error", self.server.log())

    def test_a_manager_that_is_away_erases_nothing(self):
        jobs = self.farm_of(2)
        port = self.farm.port
        self.farm.close()
        self.server.wait_for_log("no checkout is erased with its job for now")
        self.farm.reopen(port)
        self.assert_all_there(jobs)

    def test_the_server_passes_nothing_on(self):
        self.assertEqual(self.api.get("/api/v3/jobs").status, 404)
        self.assertEqual(self.api.get("/api/v3/jobs/types").json(), {"job_types": []})


class ByAge(unittest.TestCase):
    """Without a Manager."""

    DAY = 86_400

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "shaman.yaml")
        self.write("checkout: {check-interval: 100ms, max-age: 7d}")
        self.server = Server(config=self.file).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def checkout(self, path, days):
        """A checkout that was made so many days ago."""
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        made = self.api.create(path, [spec("a.blend", data)])
        self.assertEqual(made.status, 200, made)
        then = time.time() - days * self.DAY
        os.utime(self.server.jobs(path, ".shaman-checkout"), (then, then), follow_symlinks=False)

    def is_there(self, path):
        return os.path.islink(self.server.jobs(path, "a.blend"))

    def wait_until_gone(self, path):
        wait_until(lambda: not os.path.exists(self.server.jobs(path)), f"{path} to be erased")

    def test_old_ones_end_and_what_was_rendered_into_them_is_kept(self):
        self.checkout("film/young", 6)
        self.checkout("film/old", 0)
        with open(self.server.jobs("film/old", "frame.png"), "wb") as file:
            file.write(b"a frame")
        self.checkout("film/older", 8)
        self.wait_until_gone("film/older")
        self.server.wait_for_log('erased the checkout "film/older": it is older than checkout.max-age')
        self.assertTrue(self.is_there("film/old"))
        then = time.time() - 8 * self.DAY
        os.utime(self.server.jobs("film/old", ".shaman-checkout"), (then, then), follow_symlinks=False)
        self.wait_until_gone("film/old")
        kept = self.server.jobs(".kept", "film_old", "frame.png")
        wait_until(lambda: os.path.exists(kept), "the frame to be kept")
        with open(kept, "rb") as file:
            self.assertEqual(file.read(), b"a frame")
        self.assertTrue(self.is_there("film/young"))

    def test_the_age_can_be_changed_and_taken_away_while_the_server_runs(self):
        self.checkout("a", 5)
        self.write("checkout: {check-interval: 100ms}")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_log("checkout.max-age is now 0s; it was 168h")
        self.checkout("b", 9)
        self.write("checkout: {check-interval: 100ms, max-age: 8d}")
        self.server.process.send_signal(signal.SIGHUP)
        self.wait_until_gone("b")
        self.assertTrue(self.is_there("a"))
        self.server.wait_for_log('erased the checkout "b"')
        self.assertNotIn('erased the checkout "a"', self.server.log())

    def test_an_age_that_is_too_short_ends_many_only_when_it_is_confirmed(self):
        for number in range(4):
            self.checkout(f"film/{number}", 2)
        self.write("checkout: {check-interval: 100ms, max-age: 1d}")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_log("4 checkouts of 4 would be erased at once, because they are older than checkout.max-age")
        subprocess.run([PROGRAM, "gc", "--storage", self.server.storage, "--max-age", "0s", "--min-age", "0s",
                        "--grace", "0s"], check=True, capture_output=True)
        for number in range(4):
            self.assertTrue(os.path.isfile(self.server.jobs(f"film/{number}", "a.blend")), "gc goes past nothing")
        pending = subprocess.run([PROGRAM, "checkouts", "pending", "--storage", self.server.storage, "--confirm"],
                                 check=True, capture_output=True, text=True).stdout
        self.assertIn("film/3\n    it is older than checkout.max-age; last given to a client", pending)
        for number in range(4):
            self.wait_until_gone(f"film/{number}")
            self.server.wait_for_log(f'"film/{number}": it is older than checkout.max-age; confirmed by ')


if __name__ == "__main__":
    unittest.main()
