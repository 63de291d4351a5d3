# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a Flamenco Manager: its API for jobs as clients meet it, quirks included.

Like the real one it waits 1 s for a connection's first headers, serves no HEAD, takes paths exactly, has two
shapes of errors (its handlers' with `code`, its framework's without), and neither checks settings nor fills any in.
It reads JSON as Go does, where Go is installed, and erases a deleted job's checkout: whatever the id leads to.
"""

import atexit
import copy
import http.server
import json
import os
import re
import shutil
import tempfile
import threading
import urllib.parse
import uuid

import go_json
from shaman_server import sha256

JOB_STATUSES = ("under-construction", "queued", "active", "paused", "pause-requested", "cancel-requested",
                "requeueing", "completed", "canceled", "failed")

RENDER = {
    "name": "simple-blender-render", "label": "Simple Blender Render",
    "settings": [
        {"key": "frames", "type": "string", "required": True,
         "eval": "f'{C.scene.frame_start}-{C.scene.frame_end}'",
         "evalInfo": {"showLinkButton": True, "description": "Scene frame range"}},
        {"key": "chunk_size", "type": "int32", "default": 1, "visible": "submission"},
        {"key": "render_output_root", "type": "string", "subtype": "dir_path", "required": True,
         "visible": "submission"},
        {"key": "add_path_components", "type": "int32", "required": True, "default": 0,
         "propargs": {"min": 0, "max": 32}, "visible": "submission"},
        {"key": "render_output_path", "type": "string", "subtype": "file_path", "editable": False,
         "eval": "str(Path(abspath(settings.render_output_root), last_n_dir_parts(settings.add_path_components), "
                 "jobname, '{timestamp}', '######'))"},
        {"key": "blendfile", "type": "string", "required": True, "visible": "web"},
        {"key": "fps", "type": "float", "eval": "C.scene.render.fps / C.scene.render.fps_base",
         "visible": "hidden"},
        {"key": "format", "type": "string", "required": True,
         "eval": "C.scene.render.image_settings.file_format", "visible": "web"},
        {"key": "image_file_extension", "type": "string", "required": True,
         "eval": "C.scene.render.file_extension", "visible": "hidden"},
        {"key": "has_previews", "type": "bool", "required": False,
         "eval": "C.scene.render.image_settings.use_preview", "visible": "hidden"},
        {"key": "scene", "type": "string", "required": True, "eval": "C.scene.name", "visible": "web"}]}

ECHO = {
    "name": "echo-sleep-test", "label": "Echo Sleep Test",
    "settings": [
        {"key": "message", "type": "string", "required": True},
        {"key": "mood", "type": "string", "choices": ["calm", "merry"], "default": "calm"},
        {"key": "sleep_duration_seconds", "type": "int32", "default": 1},
        {"key": "loud", "type": "bool"}]}


def with_etag(job_type):
    text = json.dumps(job_type, sort_keys=True)
    return {**job_type, "etag": sha256(text.encode())[:40]}


class _Refused(Exception):
    def __init__(self, status, message, has_code=True):
        super().__init__(message)
        self.status = status
        self.body = {"code": status, "message": message} if has_code else {"message": message}


def _is_uuid(text):
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 1

    def parse_request(self):
        self.connection.settimeout(None)
        return super().parse_request()

    def log_message(self, *_):
        pass

    def answer(self):
        farm = self.server.farm
        path = urllib.parse.urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with farm.lock:
            farm.calls.append((self.command, path))
        if farm.loses(farm.lost_requests, self.command, path):
            self.close_connection = True
            return
        try:
            status, content = self.route(farm, path, body)
        except _Refused as refused:
            status, content = refused.status, refused.body
        if farm.loses(farm.lost_answers, self.command, path):
            self.close_connection = True
            return
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type",
                             "text/plain" if path.endswith("/logtail") else "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.send_header("Vary", "Origin")
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def route(self, farm, path, body):
        if not path.startswith("/api/v3/"):
            raise _Refused(405 if self.command == "HEAD" else 404, "Not Found", has_code=False)
        known = False
        for method, pattern, function in ROUTES:
            match = re.fullmatch("/api/v3/" + pattern, path)
            if not match:
                continue
            known = True
            if method == self.command:
                takes_json = method == "POST" or function is Manager.delete_jobs
                return function(farm, *match.groups(), *([self.parsed(body, path)] if takes_json else []))
        raise _Refused(404, "method not allowed" if known else "no matching operation was found",
                       has_code=False)

    def parsed(self, body, path):
        kind = self.headers.get("Content-Type", "").split(";")[0]
        if kind != "application/json":
            raise _Refused(400, f"request body has an error: header Content-Type has unexpected value {kind!r}",
                           has_code=False)
        try:
            return self.server.farm.read_json(body, "job" if path in JOB_PATHS else "any")
        except ValueError:
            raise _Refused(400, "request body has an error: failed to decode", has_code=False) from None


JOB_PATHS = ("/api/v3/jobs", "/api/v3/jobs/check")
_go_reader = None


def start_reader():
    """One for all stand-ins of a test program; it ends with the program's pipe to it."""
    global _go_reader  # pylint: disable=global-statement
    if _go_reader is None and go_json.GO:
        _go_reader = go_json.GoReader()
        atexit.register(_go_reader.close)
    return _go_reader


class Manager:
    """`jobs` are the Manager's; tests move them on with finish() and the like."""

    handler = Handler

    def __init__(self, storage="/farm", shaman_enabled=True, port=0, job_types=(RENDER, ECHO)):
        self.lock = threading.RLock()
        self.storage = storage
        self.shaman_enabled = shaman_enabled
        self.job_types = [with_etag(each) for each in job_types]
        self.tags = [{"id": str(uuid.uuid4()), "name": "gpu"}]
        self.short_version, self.is_first_run, self.collection_period = "3.9-beta1", False, "0s"
        self.jobs, self.submitted, self.calls = {}, [], []
        self.tasks, self.logs = {}, {}
        self.variables = {}      # platform → {name: {"value", "is_twoway"}}
        self.lost_answers = []   # (method, path): their answers are not sent, each once
        self.lost_requests = []  # (method, path): broken off before they are looked at, each once
        self.on_check = self.on_submit = lambda job: None
        self.jobs_answer = None  # (status, bytes) instead of the list
        self.flickers = None     # (job's id, checkout): every second list has it
        self.deletes_slowly = False  # jobs are only marked, until finish_deletions()
        self.reopen(port)

    def reopen(self, port):
        """Listens, again after close()."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            # As many as a real one keeps waiting. With Python's five, connections of a crowd are taken only when
            # TCP tries again, after up to minutes.
            request_queue_size = 1024

            def handle_error(self, request, client_address):
                """Clients that break off are no news."""

        self.server = Server(("127.0.0.1", port), self.handler)
        self.server.farm = self
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @staticmethod
    def read_json(body, kind):
        reader = start_reader()
        return reader.read(body, kind) if reader else json.loads(body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def loses(self, losses, method, path):
        with self.lock:
            if (method, path) not in losses:
                return False
            losses.remove((method, path))
            return True

    # --- what happens on the farm

    def add_task(self, job_id, name, status="queued", log=""):
        with self.lock:
            tasks = self.tasks.setdefault(job_id, [])
            task = {"id": str(uuid.uuid4()), "name": name, "status": status, "index_in_job": len(tasks) + 1,
                    "priority": 50, "task_type": "blender", "updated": "2026-01-01T00:00:00Z",
                    "worker": {"id": "", "name": "", "address": ""}, "steps_completed": 0, "steps_total": 0}
            tasks.append(task)
            self.logs[task["id"]] = log
            return task

    def set_status(self, job_id, status):
        with self.lock:
            self.jobs[job_id]["status"] = status

    # --- the calls

    def version(self):
        return 200, {"name": "Flamenco", "version": self.short_version,
                     "shortversion": self.short_version, "git": "cf286e71"}

    def location(self):
        return self.storage + ("/jobs" if self.shaman_enabled else "")

    def configuration(self):
        return 200, {"storageLocation": self.location(), "shamanEnabled": self.shaman_enabled,
                     "isFirstRun": self.is_first_run}

    def configuration_file(self):
        return 200, {"_meta": {"version": 3}, "shared_storage_path": self.storage,
                     "shaman": {"enabled": self.shaman_enabled,
                                "garbageCollect": {"period": self.collection_period, "maxAge": "744h0m0s"}}}

    def check_folder(self, asked):
        path = asked.get("path", "")
        cause = ""
        if not os.path.isdir(path):
            cause = f"Directory check: stat {path}: no such file or directory"
        else:
            try:
                with tempfile.TemporaryFile(dir=path):
                    pass
            except OSError as error:
                cause = f"Writing the check file: open {path}: {error.strerror.lower()}"
        return 200, {"path": path, "is_usable": not cause, "cause": cause}

    def shared_storage(self, audience, platform):
        if audience not in ("users", "workers"):
            raise _Refused(400, "parameter \"audience\" in path has an error", has_code=False)
        return 200, {"location": self.location(), "audience": audience, "platform": platform,
                     "shamanEnabled": self.shaman_enabled}

    def all_variables(self, audience, platform):
        if audience not in ("users", "workers"):
            raise _Refused(400, "parameter \"audience\" in path has an error", has_code=False)
        return 200, self.variables.get(platform, {})

    def all_types(self):
        return 200, {"job_types": self.job_types}

    def one_type(self, name):
        for job_type in self.job_types:
            if job_type["name"] == urllib.parse.unquote(name):
                return 200, job_type
        raise _Refused(404, "job type not found")

    def all_tags(self):
        return 200, {"tags": self.tags}

    def compile(self, job):
        for member in ("name", "type", "submitter_platform"):
            if not isinstance(job.get(member), str):
                raise _Refused(400, f"Error at \"/{member}\": property \"{member}\" is missing", has_code=False)
        if any(not isinstance(value, str) for value in job.get("metadata", {}).values()):
            raise _Refused(400, "Error at \"/metadata\": value must be a string", has_code=False)
        if job.get("initial_status", "queued") not in JOB_STATUSES:
            raise _Refused(400, "Error at \"/initial_status\": value is not one of the allowed", has_code=False)
        job_type = next((each for each in self.job_types if each["name"] == job["type"]), None)
        if job_type is None:
            raise _Refused(400, f"job type unknown: {job['type']}")
        if job.get("type_etag") not in (None, "", job_type["etag"]):
            raise _Refused(412, "job type etag does not match")
        if job["type"] == RENDER["name"]:
            settings = job.get("settings", {})
            if settings.get("chunk_size", 0) < 1:
                raise _Refused(400, "chunk size must be at least 1")
            if not settings.get("render_output_path"):
                raise _Refused(400, "no render_output_path setting!")
            if settings.get("format") in ("FFMPEG", "AVI_RAW", "AVI_JPEG"):
                raise _Refused(400, "This job type only renders images")

    def check_job(self, job):
        self.on_check(job)
        self.compile(job)
        return 204, {}

    def submit_job(self, job):
        self.compile(job)
        if job.get("worker_tag", self.tags[0]["id"]) not in [tag["id"] for tag in self.tags]:
            raise _Refused(500, "error persisting job in database")
        made = {"id": str(uuid.uuid4()), "name": job["name"], "type": job["type"],
                "priority": job.get("priority", 50), "submitter_platform": "", "activity": "",
                "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z",
                "status": job.get("initial_status", "queued"), "steps_completed": 0, "steps_total": 0,
                "settings": job.get("settings", {}), "metadata": job.get("metadata", {})}
        made.update({key: job[key] for key in ("storage", "worker_tag") if job.get(key)})
        with self.lock:
            self.jobs[made["id"]] = made
            self.submitted.append(copy.deepcopy(job))
        self.on_submit(made)
        return 200, made

    def all_jobs(self):
        with self.lock:
            if self.jobs_answer:
                return self.jobs_answer
            jobs = copy.deepcopy(list(self.jobs.values()))
            if self.flickers and self.calls.count(("GET", "/api/v3/jobs")) % 2 == 0:
                job_id, checkout = self.flickers
                jobs.append({"id": job_id, "name": "back", "storage": {"shaman_checkout_id": checkout}})
            return 200, {"jobs": jobs}

    def job(self, job_id):
        if not _is_uuid(job_id):
            raise _Refused(400, "job ID not valid")
        if job_id not in self.jobs:
            raise _Refused(404, "no such job")
        return self.jobs[job_id]

    def one_job(self, job_id):
        with self.lock:
            return 200, copy.deepcopy(self.job(job_id))

    def what_would_delete_do(self, job_id):
        """As the real one, it does not look at the disk."""
        with self.lock:
            has_checkout = bool(self.job(job_id).get("storage", {}).get("shaman_checkout_id"))
        return 200, {"shaman_checkout": self.shaman_enabled and has_checkout}

    def delete_job(self, job_id):
        with self.lock:
            self.job(job_id)["delete_requested_at"] = "2026-01-02T00:00:00Z"
            if not self.deletes_slowly:
                self.finish_deletions()
        return 204, {}

    def delete_jobs(self, order):
        if not isinstance(order, dict) or "last_updated_max" not in order:
            raise _Refused(400, "request body has an error: doesn't match schema", has_code=False)
        with self.lock:
            doomed = [job for job in self.jobs.values() if job["updated"] <= order["last_updated_max"]]
            if not doomed:
                raise _Refused(416, "no jobs")
            for job in doomed:
                job["delete_requested_at"] = "2026-01-02T00:00:00Z"
            if not self.deletes_slowly:
                self.finish_deletions()
        return 204, {}

    def finish_deletions(self):
        with self.lock:
            for job_id, job in list(self.jobs.items()):
                if "delete_requested_at" in job:
                    self.erase_checkout(job)
                    del self.jobs[job_id]

    def erase_checkout(self, job):
        """As the real one: `.` and a folder above others' checkouts are erased like any other."""
        checkout = (job.get("storage") or {}).get("shaman_checkout_id")
        if not self.shaman_enabled or not checkout or re.search(r"[?*:;{}\\]|^/|\.\./|/\.\.", checkout):
            return
        folder = os.path.join(self.storage, "jobs", checkout)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            os.rmdir(os.path.dirname(folder))
        except OSError:
            pass  # not empty

    def set_job_status(self, job_id, change):
        if change.get("status") not in JOB_STATUSES or not isinstance(change.get("reason"), str):
            raise _Refused(400, "request body has an error: doesn't match schema", has_code=False)
        follows = {"cancel-requested": "canceled", "pause-requested": "paused", "requeueing": "queued"}
        with self.lock:
            self.job(job_id)["status"] = follows.get(change["status"], change["status"])
        return 204, {}

    def task(self, task_id):
        for job_id, tasks in self.tasks.items():
            for task in tasks:
                if task["id"] == task_id:
                    return job_id, task
        raise _Refused(404, "no such task")

    def one_task(self, task_id):
        with self.lock:
            job_id, task = self.task(task_id)
            return 200, {**task, "job_id": job_id, "commands": []}

    def set_task_status(self, task_id, change):
        if not isinstance(change.get("status"), str) or not isinstance(change.get("reason"), str):
            raise _Refused(400, "request body has an error: doesn't match schema", has_code=False)
        with self.lock:
            job_id, task = self.task(task_id)
            task["status"] = change["status"]
            if change["status"] == "queued":
                self.jobs[job_id]["status"] = "queued"
        return 204, {}

    def job_tasks(self, job_id):
        with self.lock:
            return 200, {"tasks": copy.deepcopy(self.tasks.get(job_id, []))}

    def log_tail(self, task_id):
        if task_id not in self.logs:
            raise _Refused(404, "no such task")
        log = self.logs[task_id].encode()
        return (200, log[-2048:]) if log else (204, {})


ROUTES = [
    ("GET", "version", Manager.version),
    ("GET", "configuration", Manager.configuration),
    ("GET", "configuration/file", Manager.configuration_file),
    ("POST", "configuration/check/shared-storage", Manager.check_folder),
    ("GET", "configuration/shared-storage/([^/]+)/([^/]+)", Manager.shared_storage),
    ("GET", "configuration/variables/([^/]+)/([^/]+)", Manager.all_variables),
    ("GET", "jobs/types", Manager.all_types),
    ("GET", "jobs/type/([^/]+)", Manager.one_type),
    ("GET", "worker-mgt/tags", Manager.all_tags),
    ("POST", "jobs/check", Manager.check_job),
    ("POST", "jobs", Manager.submit_job),
    ("GET", "jobs", Manager.all_jobs),
    ("GET", "jobs/([^/]+)", Manager.one_job),
    ("GET", "jobs/([^/]+)/what-would-delete-do", Manager.what_would_delete_do),
    ("DELETE", "jobs/mass-delete", Manager.delete_jobs),
    ("DELETE", "jobs/([^/]+)", Manager.delete_job),
    ("POST", "jobs/([^/]+)/setstatus", Manager.set_job_status),
    ("GET", "jobs/([^/]+)/tasks", Manager.job_tasks),
    ("GET", "tasks/([^/]+)", Manager.one_task),
    ("POST", "tasks/([^/]+)/setstatus", Manager.set_task_status),
    ("GET", "tasks/([^/]+)/logtail", Manager.log_tail),
]
