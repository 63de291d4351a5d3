# SPDX-License-Identifier: GPL-3.0-or-later
"""From a .blend to a rendered job in one command: `shaman submit --job-type`, and `shaman job`."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

import json_lines
from manager import Manager, with_etag
from shaman_client import Client
from shaman_server import CLIENT_PROGRAM, PATIENCE, Server, wait_until

SOURCE = os.environ["SHAMAN_SOURCE"]
OUTPUT = ("--setting", "render_output_root=/farm/out")


class JobTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.film = os.path.join(cls.folder, "studio", "film")
        shutil.copytree(os.path.join(SOURCE, "tools", "demo", "scene"), os.path.dirname(cls.film))
        cls.shot = os.path.join(cls.film, "shots", "shot010.blend")

    def setUp(self):
        self.farm = Manager(storage=os.path.join(self.folder, "storage"))
        self.addCleanup(self.farm.close)
        self.server = Server(manager=self.farm.url).start()
        self.addCleanup(self.server.close)
        self.client = Client(os.path.join(self.folder, "cache"))

    def run_client(self, *arguments):
        return self.client.run(*arguments, "--server", self.server.url)

    def submit(self, *arguments, job_type="simple-blender-render"):
        return self.run_client("submit", self.shot, "--project", self.film, "--job-type", job_type,
                               *arguments)

    def submitted(self, *arguments, **more):
        """The job as the Manager got it, of a submission that must succeed."""
        done = self.submit(*arguments, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.farm.submitted), 1)
        return self.farm.submitted[0]

    def refused(self, *arguments, **more):
        """What it says of a submission that must fail before anything was sent."""
        done = self.submit(*arguments, **more)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(self.farm.submitted, [])
        self.assertEqual(self.server.all_blobs(), set())
        return done.stderr


class Submit(JobTest):
    def test_the_job_has_everything_that_the_type_asks_for(self):
        job = self.submitted(*OUTPUT)
        settings = job["settings"]
        self.assertEqual(settings["frames"], "1-4")
        self.assertEqual(settings["chunk_size"], 1)
        self.assertEqual(settings["add_path_components"], 0)
        self.assertEqual(settings["render_output_path"], "/farm/out/shot010/{timestamp}/######")
        self.assertEqual(settings["fps"], 24.0)
        self.assertEqual((settings["format"], settings["image_file_extension"]), ("PNG", ".png"))
        self.assertEqual(settings["scene"], "Scene")
        self.assertIs(settings["has_previews"], False)
        checkout = job["metadata"]["shaman.checkout"].removeprefix("{jobs}/")
        self.assertEqual(settings["blendfile"], "{jobs}/" + checkout + "/shots/shot010.blend")
        self.assertTrue(os.path.exists(self.server.jobs(checkout, "shots/shot010.blend")))
        self.assertEqual((job["name"], job["priority"], job["initial_status"]),
                         ("shot010", 50, "queued"))
        self.assertEqual(job["submitter_platform"], "linux")
        self.assertEqual(job["type_etag"], self.farm.job_types[0]["etag"])

    def test_all_options_reach_the_job(self):
        job = self.submitted(*OUTPUT, "--frames", "1-10", "--chunk-size", "5", "--priority", "80",
                             "--name", "My shot", "--tag", "gpu", "--paused",
                             "--setting", "add_path_components=2", "--setting", "has_previews=True")
        settings = job["settings"]
        self.assertEqual((settings["frames"], settings["chunk_size"]), ("1-10", 5))
        self.assertEqual(settings["render_output_path"],
                         "/farm/out/film/shots/My shot/{timestamp}/######")
        self.assertIs(settings["has_previews"], True)
        self.assertEqual((job["name"], job["priority"], job["initial_status"]),
                         ("My shot", 80, "paused"))
        self.assertEqual(job["worker_tag"], self.farm.tags[0]["id"])

    def test_the_check_comes_before_the_job(self):
        self.submitted(*OUTPUT)
        posts = [path for method, path in self.farm.calls
                 if method == "POST" and "/jobs" in path]
        self.assertEqual(posts, ["/api/v3/jobs/check", "/api/v3/jobs/check", "/api/v3/jobs"])

    def test_json_has_the_job(self):
        done = self.submit(*OUTPUT, "--json")
        told = json.loads(done.stdout)
        self.assertEqual(told["job"]["id"], next(iter(self.farm.jobs)))
        self.assertEqual(told["job"]["status"], "queued")

    def test_what_is_wrong_is_told_before_anything_is_sent(self):
        self.assertIn('"render_output_root" is required: give --setting render_output_root=VALUE',
                      self.refused())
        wrong = self.refused(*OUTPUT, "--setting", "chunk_size=five", "--setting",
                             "add_path_components=40", "--setting", "colour=red")
        self.assertIn('"chunk_size" must be a whole number, not "five"', wrong)
        self.assertIn('"add_path_components" must be a whole number from 0 to 32, not 40', wrong)
        self.assertIn('there is no setting "colour" (available: frames, ', wrong)
        self.assertIn('"mood" must be one of calm, merry, not "sad"',
                      self.refused("--setting", "message=m", "--setting", "mood=sad",
                                   job_type="echo-sleep-test"))
        self.assertIn('no job type "nope"; available: simple-blender-render, echo-sleep-test',
                      self.refused(job_type="nope"))
        self.assertIn('no tag "cpu"; available: gpu', self.refused(*OUTPUT, "--tag", "cpu"))
        self.assertIn("must be KEY=VALUE", self.refused("--setting", "frames"))
        self.refused("--priority", "101")

    def test_what_the_manager_does_not_take_is_told_in_its_words(self):
        done = self.submit(*OUTPUT, "--chunk-size", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("chunk size must be at least 1", done.stderr)
        self.assertEqual(self.server.all_blobs(), set())

    def test_a_type_that_changed_meanwhile(self):
        types = self.farm.job_types
        checks = []

        def change(job):
            checks.append(job)
            if len(checks) == 2:
                types[0]["etag"] = "0" * 40
        self.farm.on_check = change
        done = self.submit(*OUTPUT)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the job type has changed on the Manager in the meantime", done.stderr)
        self.assertIn("the checkout film/shot010 was made", done.stderr)

    def test_a_lost_answer_is_looked_up_and_nothing_sent_twice(self):
        self.farm.lost_answers = [("POST", "/api/v3/jobs")]
        done = self.submit(*OUTPUT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.farm.submitted), 1)
        self.assertIn(next(iter(self.farm.jobs)), done.stdout)

    def test_a_job_that_never_arrived_is_sent_again(self):
        self.farm.lost_requests = [("POST", "/api/v3/jobs")]
        done = self.submit(*OUTPUT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.farm.jobs), 1)

    def test_every_setting_is_sent_as_the_addon_would(self):
        self.farm.job_types.append(with_etag({"name": "studio", "label": "Studio", "settings": [
            {"key": "text", "type": "string"}, {"key": "count", "type": "int32"}, {"key": "share", "type": "float"},
            {"key": "flag", "type": "bool"}, {"key": "mood", "type": "string", "choices": ["calm", "merry"]},
            {"key": "width", "type": "int32", "eval": "C.scene.render.resolution_x * 2", "visible": "hidden"},
            {"key": "last", "type": "string", "eval": "f'{C.scene.frame_end:04}'"},
            {"key": "kept", "type": "int32", "default": 3, "eval": "bpy.app.version[0]"}]}))
        settings = self.submitted("--setting", "flag=True", job_type="studio")["settings"]
        self.assertEqual(settings, {"text": "", "count": 0, "share": 0.0, "flag": True, "mood": "calm", "width": 1280,
                                    "last": "", "kept": 3})

    def test_what_only_blender_can_compute_is_asked_for(self):
        self.farm.job_types.append(with_etag({"name": "studio", "label": "Studio", "settings": [
            {"key": "version", "type": "int32", "default": 3, "eval": "bpy.app.version[0]", "visible": "hidden"}]}))
        self.assertIn("give --setting version=VALUE (only Blender can compute it: bpy.app.version[0]",
                      self.refused(job_type="studio"))
        self.assertEqual(self.submitted("--setting", "version=5", job_type="studio")["settings"], {"version": 5})

    def test_output_folders_become_absolute_and_are_warned_of(self):
        home = os.path.expanduser("~")
        for given, whole in (("//../render", os.path.join(self.film, "render")),
                             ("out/../render", os.path.join(os.getcwd(), "render")),
                             (f"{home}/render", f"{home}/render")):
            with self.subTest(given):
                done = self.submit("--setting", "render_output_root=" + given)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.farm.submitted[-1]["settings"]["render_output_root"], whole)
                self.assertIn(f'"{whole}"', done.stderr)
                self.assertIn("workers need", done.stderr)
        for given in ("/farm/out", "{jobs}/out", os.path.join(self.farm.storage, "out")):
            with self.subTest(given):
                done = self.submit("--setting", "render_output_root=" + given)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(self.farm.submitted[-1]["settings"]["render_output_root"], given)
                self.assertNotIn("workers need", done.stderr)

    def test_settings_that_no_worker_can_use_are_refused_in_every_way_to_submit(self):
        for settings, words in (
                (["--setting", "render_output_root=C:\\out"], 'this farm\'s workers do not run Windows'),
                ([*OUTPUT, "--frames", "abc"], '"frames" must be a frame range such as 1-250 or 1,5-10, not "abc"'),
                ([*OUTPUT, "--frames", "1-2", "--setting", "frames=3"],
                 'the setting "frames" is given twice, as "3" and as "1-2"'),
                ([*OUTPUT, "--setting", "chunk_size=1", "--setting", "chunk_size=2"],
                 'the setting "chunk_size" is given twice, as "1" and as "2"'),
                ([*OUTPUT, "--setting", "chunksize=2"], 'no setting "chunksize" (did you mean "chunk_size"?)'),
                ([*OUTPUT, "--setting", "chunk_size=3000000000"], "from -2147483648 to 2147483647"),
                ([*OUTPUT, "--setting", "has_previews=yes"], '"has_previews" must be true or false, not "yes"'),
                ([*OUTPUT, "--setting", "blendfile=/tmp/a.blend"], '"blendfile" is the path at which workers find the .blend')):
            for more in ([], ["--dry-run"], ["--no-shaman"]):
                with self.subTest(settings=settings, more=more):
                    self.assertIn(words, self.refused(*settings, *more))
        self.submitted(*OUTPUT, "--frames", "3", "--setting", "frames=3")

    def test_a_dry_run_in_json_has_the_job_of_the_real_run(self):
        arguments = [*OUTPUT, "--frames", "2-3", "--priority", "7", "--json"]
        would_be = json.loads(self.submit(*arguments, "--dry-run").stdout)["job"]
        self.assertEqual(self.farm.submitted, [])
        made = json.loads(self.submit(*arguments).stdout)["job"]
        self.assertEqual(would_be["settings"]["frames"], "2-3")
        self.assertEqual(would_be["priority"], 7)
        self.assertEqual(would_be, {member: made[member] for member in ("name", "type", "priority", "settings")})
        self.assertNotIn("job", json.loads(self.client.run("submit", self.shot, "--dry-run", "--json").stdout))

    def test_a_windows_path_is_right_where_workers_run_windows(self):
        self.farm.storage = "Z:\\farm"
        job = self.submitted("--setting", "render_output_root=Z:\\farm\\out")
        self.assertEqual(job["settings"]["render_output_root"], "Z:\\farm\\out")

    def test_a_home_folder_is_no_output_folder(self):
        self.assertIn("workers have another home folder", self.refused("--setting", "render_output_root=~/out"))

    def test_a_scene_that_is_not_there(self):
        self.assertIn('has no scene "Nope"; available: Scene', self.refused(*OUTPUT, "--setting", "scene=Nope"))

    def test_a_dry_run_looks_at_the_job_too(self):
        self.assertIn('"render_output_root" is required', self.refused("--dry-run"))
        done = self.submit(*OUTPUT, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.farm.submitted, [])
        self.assertIn(("POST", "/api/v3/jobs/check"), self.farm.calls)
        self.assertIn('Job:         the Manager would accept the job "shot010", of the type simple-blender-render, frames 1-4, '
                      "output folder /farm/out\n", done.stdout)

    def test_without_a_manager_there_is_no_job(self):
        with Server() as alone:
            done = self.client.run("submit", self.shot, "--project", self.film, "--server",
                                   alone.url, "--job-type", "simple-blender-render", *OUTPUT)
            self.assertEqual(done.returncode, 2)
            self.assertIn("a file store without a Manager makes checkouts, but no jobs",
                          done.stderr)
            done = self.client.run("submit", self.shot, "--project", self.film, "--server",
                                   alone.url)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_options_of_a_job_need_its_type(self):
        done = self.run_client("submit", self.shot, "--frames", "1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--job-type", done.stderr)


class SharedStorageJob(JobTest):
    """The storage that both see is the studio's folder."""

    def setUp(self):
        super().setUp()
        self.farm.storage = os.path.join(self.folder, "studio", "film")

    def test_nothing_is_sent_and_what_lies_elsewhere_is_listed(self):
        done = self.submit(*OUTPUT, "--no-shaman")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = self.farm.submitted[0]
        self.assertEqual(job["settings"]["blendfile"], self.shot)
        self.assertNotIn("storage", job)
        self.assertEqual(self.server.all_blobs(), set())
        chair = os.path.join(self.folder, "studio/library/furniture/chair.blend")
        self.assertIn(f"workers may not see {chair}: it is not below {self.film}", done.stderr)

    def test_strict_makes_no_job_of_it(self):
        self.assertEqual(self.submit(*OUTPUT, "--no-shaman", "--strict").returncode, 3)
        self.assertEqual(self.farm.submitted, [])

    def test_json_of_a_job_that_is_refused_has_what_was_found(self):
        types, checks = self.farm.job_types, []

        def change(job):
            checks.append(job)
            if len(checks) == 2:
                types[0]["etag"] = "0" * 40
        self.farm.on_check = change
        done = self.submit(*OUTPUT, "--no-shaman", "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        told = json.loads(done.stdout)
        self.assertIn("the job type has changed", told["error"])
        self.assertEqual((told["blendfile"], len(told["outside"]), told["missing"]), (self.shot, 3, []))

    def test_links_to_the_storage_are_seen_through(self):
        link = os.path.join(self.folder, "mounted-" + self.id())
        os.symlink(self.farm.storage, link)
        self.farm.storage = link
        done = self.submit(*OUTPUT, "--no-shaman", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.farm.submitted[0]["settings"]["blendfile"],
                         os.path.join(link, "shots/shot010.blend"))
        self.assertEqual(len(json.loads(done.stdout)["outside"]), 3)

    def test_a_blend_elsewhere_is_refused(self):
        self.farm.storage = os.path.join(self.folder, "elsewhere")
        done = self.submit(*OUTPUT, "--no-shaman")
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not on the farm's shared storage", done.stderr)


class Wait(JobTest):
    def wait(self, end):
        """Submits and waits; `end` moves the job on in another thread."""
        def on_submit(job):
            threading.Thread(target=end, args=(job["id"],), daemon=True).start()
        self.farm.on_submit = on_submit
        return self.submit(*OUTPUT, "--wait")

    def told(self, end, status):
        """The line of --json of a submission that waits, and the job's id."""
        self.farm.on_submit = lambda job: threading.Thread(target=end, args=(job["id"],), daemon=True).start()
        done = self.submit(*OUTPUT, "--wait", "--json")
        self.assertEqual(done.returncode, status, done.stderr)
        told = json.loads(done.stdout)
        job_id = next(iter(self.farm.jobs))
        self.assertEqual(told["job"]["id"], job_id)
        self.assertEqual(told["checkoutPath"], "film/shot010")
        self.assertIn(job_id, done.stderr)
        return told

    def test_json_has_how_it_ended(self):
        def end(job_id):
            self.farm.add_task(job_id, "render 1", "completed")
            self.farm.set_status(job_id, "completed")
        told = self.told(end, 0)
        self.assertEqual((told["job"]["status"], told["job"]["tasks"]),
                         ("completed", {"total": 1, "completed": 1, "failed": 0}))
        self.assertNotIn("error", told)

    def test_json_of_a_failed_job_has_the_same_and_the_error(self):
        def end(job_id):
            self.farm.add_task(job_id, "render 1", "completed")
            self.farm.add_task(job_id, "render 2", "failed")
            self.farm.set_status(job_id, "failed")
        told = self.told(end, 5)
        self.assertEqual((told["job"]["status"], told["job"]["tasks"]),
                         ("failed", {"total": 2, "completed": 1, "failed": 1}))
        self.assertEqual(told["error"], "the job failed: 1 of 2 tasks failed")

    def test_json_after_ctrl_c_has_the_checkout_and_the_job(self):
        processes = []

        def end(job_id):
            self.looked_at(job_id, 2)
            processes[0].send_signal(signal.SIGINT)
        self.farm.on_submit = lambda job: threading.Thread(target=end, args=(job["id"],), daemon=True).start()
        processes.append(subprocess.Popen(
            [CLIENT_PROGRAM, "submit", self.shot, "--project", self.film, "--job-type", "simple-blender-render", *OUTPUT,
             "--wait", "--json", "--server", self.server.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.client.environment()))
        out, err = json_lines.communicate(processes[0], PATIENCE)
        self.assertEqual(processes[0].returncode, 130, err)
        told = json.loads(out)
        job_id = next(iter(self.farm.jobs))
        self.assertEqual((told["checkoutPath"], told["job"]["id"], told["job"]["status"]),
                         ("film/shot010", job_id, "queued"))
        self.assertIn(f"`shaman job cancel {job_id}` cancels it", told["error"])

    def looked_at(self, job_id, times):
        path = f"/api/v3/jobs/{job_id}"
        before = self.farm.calls.count(("GET", path))
        wait_until(lambda: self.farm.calls.count(("GET", path)) >= before + times, "a look")

    def test_completed(self):
        def end(job_id):
            task = self.farm.add_task(job_id, "render 1", "active")
            self.farm.set_status(job_id, "active")
            self.looked_at(job_id, 2)
            task["status"] = "completed"
            self.farm.set_status(job_id, "completed")
        done = self.wait(end)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Job active: 0 of 1 task done, 1 running\n", done.stdout)
        self.assertIn("Job completed: 1 of 1 task done\n", done.stdout)

    def test_failed_with_the_ends_of_the_logs(self):
        def end(job_id):
            self.farm.add_task(job_id, "render 1", "completed", "fine\n")
            self.farm.add_task(job_id, "render 2", "failed", "Error: out of memory\x1b[31m\n")
            self.farm.set_status(job_id, "failed")
        done = self.wait(end)
        self.assertEqual(done.returncode, 5)
        self.assertIn("--- task render 2 (", done.stdout)
        self.assertIn("Error: out of memory\\x1b[31m\n", done.stdout)
        self.assertNotIn("fine", done.stdout)

    def test_quiet_shows_the_id_and_no_progress(self):
        done = self.submit(*OUTPUT, "--quiet")
        self.assertEqual((done.returncode, done.stdout), (0, next(iter(self.farm.jobs)) + "\n"))
        self.farm.jobs.clear()
        self.farm.on_submit = lambda job: self.farm.set_status(job["id"], "completed")
        done = self.submit(*OUTPUT, "--quiet", "--wait")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, next(iter(self.farm.jobs)) + "\n", ""))

    def test_a_log_gets_a_line_every_ten_seconds(self):
        def end(job_id):
            task = self.farm.add_task(job_id, "render 1", "active")
            self.farm.set_status(job_id, "active")
            self.looked_at(job_id, 7)  # more than ten seconds
            task["status"] = "completed"
            self.farm.set_status(job_id, "completed")
        done = self.wait(end)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"shaman: job active: 0 of 1 task done, 1 running, waiting for 1\d s\n")

    def test_canceled(self):
        done = self.wait(lambda job_id: self.farm.set_status(job_id, "canceled"))
        self.assertEqual(done.returncode, 6)

    def test_a_manager_that_is_away_is_waited_for(self):
        def end(job_id):
            self.looked_at(job_id, 1)
            port = self.farm.port
            self.farm.close()
            self.farm.reopen(port)
            self.farm.set_status(job_id, "completed")
        self.assertEqual(self.wait(end).returncode, 0)

    def test_a_job_that_is_deleted_ends_the_waiting(self):
        def end(job_id):
            self.looked_at(job_id, 1)
            self.farm.delete_job(job_id)
        done = self.wait(end)
        self.assertEqual(done.returncode, 7)
        self.assertIn("was deleted on the Manager during the wait", done.stderr)

    def test_a_job_with_nothing_left_to_run_has_failed_though_the_manager_keeps_it_active(self):
        def end(job_id):
            for number in range(19):
                self.farm.add_task(job_id, f"render {number}", "completed")
            self.farm.add_task(job_id, "render 19", "failed", "Error: no memory\n")
            self.farm.set_status(job_id, "active")
        done = self.wait(end)
        self.assertEqual(done.returncode, 5)
        self.assertIn("1 of 20 tasks failed, and nothing is left to run; the Manager keeps the job active", done.stdout)
        self.assertIn("Error: no memory\n", done.stdout)

    def test_what_is_tried_again_has_not_failed(self):
        def end(job_id):
            task = self.farm.add_task(job_id, "render 1", "soft-failed", "Error: once\n")
            self.farm.set_status(job_id, "active")
            self.looked_at(job_id, 8)
            task["status"] = "completed"
            self.farm.set_status(job_id, "completed")
        done = self.wait(end)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("Job active: 0 of 1 task done, 1 to be tried again\n", done.stdout)
        self.assertNotIn("failed", done.stdout)

    def test_the_absence_of_the_manager_is_said(self):
        def end(job_id):
            self.looked_at(job_id, 1)
            # More than what is tried again in silence.
            self.farm.lost_requests += 12 * [("GET", f"/api/v3/jobs/{job_id}")]
            wait_until(lambda: not self.farm.lost_requests, "the Manager to be asked in vain")
            self.farm.set_status(job_id, "completed")
        done = self.wait(end)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("The server answers, but the Manager behind it does not (", done.stdout)
        self.assertIn("The Manager answers again.\n", done.stdout)


class Job(JobTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.submit(*OUTPUT, "--name", "First").returncode, 0)
        self.id = next(iter(self.farm.jobs))

    def job(self, *arguments, status=0):
        done = self.run_client("job", *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_types(self):
        shown = self.job("types")
        self.assertIn("simple-blender-render: Simple Blender Render\n", shown)
        for line in ("frames: a frame range such as 1-250 or 1,5-10; default: computed from the scene",
                     "render_output_root: the path of a file or folder; required",
                     "add_path_components: a whole number from 0 to 32; default: 0",
                     "render_output_path: the path of a file or folder; default: computed from other settings",
                     "mood: one of calm, merry; default: calm", "message: text; required",
                     "loud: true or false; default: false"):
            self.assertIn(f"  {line}\n", shown)
        self.assertNotIn("blendfile", shown)
        types = json.loads(self.job("types", "--json"))["jobTypes"]
        settings = {each["key"]: each for each in types[0]["settingDetails"]}
        self.assertEqual(list(settings), types[0]["settings"])
        self.assertNotIn("blendfile", settings)
        self.assertEqual(settings["add_path_components"],
                         {"key": "add_path_components", "type": "int32", "required": False, "computed": False,
                          "description": "", "default": 0, "min": 0, "max": 32})
        mood = types[1]["settingDetails"][1]
        self.assertEqual((mood["choices"], mood["default"]), (["calm", "merry"], "calm"))
        self.assertTrue(types[1]["settingDetails"][0]["required"])
        self.assertEqual([each["name"] for each in types],
                         ["simple-blender-render", "echo-sleep-test"])

    def test_list(self):
        self.assertIn(f"{self.id}  queued  ", self.job("list"))
        self.assertEqual(json.loads(self.job("list", "--json"))["jobs"][0]["id"], self.id)

    def test_show(self):
        self.farm.add_task(self.id, "render-1", "active")
        shown = self.job("show", self.id)
        self.assertTrue(shown.startswith("First: queued\n"), shown)
        self.assertIn("  frames = 1-4\n", shown)
        self.assertIn("active  render-1", shown)
        self.assertEqual(json.loads(self.job("show", self.id, "--json"))["tasks"][0]["name"],
                         "render-1")

    def test_tail_of_a_job_and_of_a_task(self):
        self.assertIn("no task of this job has failed", self.job("tail", self.id))
        task = self.farm.add_task(self.id, "render-1", "failed", "it broke\n")
        self.assertIn("it broke", self.job("tail", self.id))
        self.assertEqual(self.job("tail", task["id"]), "it broke\n")
        self.assertIn("it broke", json.loads(self.job("tail", self.id, "--json"))["log"])
        self.assertEqual(json.loads(self.job("tail", task["id"], "--json"))["log"], "it broke\n")

    def test_cancel(self):
        self.assertIn("The Manager is cancelling the job First", self.job("cancel", self.id))
        self.assertEqual(self.farm.jobs[self.id]["status"], "canceled")
        self.assertIn('already ended; its status is "canceled"', self.job("cancel", self.id, status=2))

    def test_json_of_a_job_that_is_canceled(self):
        self.assertTrue(json.loads(self.job("cancel", self.id, "--json"))["canceled"])
        self.assertEqual(self.farm.jobs[self.id]["status"], "canceled")
        self.assertIn('already ended; its status is "canceled"', self.job("cancel", self.id, "--json", status=2))

    def test_erasing_a_checkout_names_the_jobs_that_use_it(self):
        done = self.client.run("submit", self.shot, "--project", self.film, "--server", self.server.url, *OUTPUT,
                               "--job-type", "simple-blender-render", "--name", "Second", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        path = json.loads(done.stdout)["checkoutPath"]
        done = self.run_client("checkout", "erase", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"Second" (queued)', done.stderr)
        self.assertIn("can no longer render", done.stderr)

    def test_a_manager_that_is_away_behind_a_server_that_answers(self):
        self.server = Server(manager="http://127.0.0.1:1").start()
        self.addCleanup(self.server.close)
        done = self.run_client("job", "list")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("the server answers, but the Manager behind it does not (502, ", done.stderr)
        self.assertNotIn("firewall", done.stderr)
        done = self.submit(*OUTPUT)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertTrue(done.stderr.endswith("; nothing was sent\n"), done.stderr)
        done = self.run_client("status")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the Manager behind it does not", done.stdout)

    def test_status_says_whether_the_manager_answers(self):
        self.assertIn("Its Flamenco Manager answers.\n", self.run_client("status").stdout)
        self.assertEqual(json.loads(self.run_client("status", "--json").stdout)["manager"], "answers")
        with Server() as alone:
            done = self.client.run("status", "--server", alone.url)
            self.assertIn("No Flamenco Manager is behind it", done.stdout)

    def test_waiting_for_a_job_ends_with_it(self):
        self.farm.add_task(self.id, "render 1", "completed")
        self.farm.set_status(self.id, "completed")
        self.assertIn("Job completed: 1 of 1 task done\n", self.job("wait", self.id))
        told = json.loads(self.job("wait", self.id, "--json"))["job"]
        self.assertEqual((told["id"], told["status"]), (self.id, "completed"))
        self.assertEqual(told["tasks"], {"total": 1, "completed": 1, "failed": 0})
        self.farm.set_status(self.id, "canceled")
        self.job("wait", self.id, status=6)
        done = self.run_client("job", "wait", self.id, "--json")
        self.assertEqual(json.loads(done.stdout)["error"], "the job was cancelled")

    def test_a_job_that_is_not_there(self):
        unknown = "00000000-0000-0000-0000-000000000000"
        for call in ("show", "tail", "wait", "cancel"):
            self.assertIn("has no job", self.job(call, unknown, status=7))
            self.assertIn("has no job", self.job(call, unknown, "--json", status=7))
        self.assertIn("`shaman job list` lists all", self.job("show", "../../version", status=7))

    def test_nobody_there(self):
        self.server.terminate()
        self.assertIn("no server answers", self.job("list", status=4))


if __name__ == "__main__":
    unittest.main()
