# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the programs `flamenco-manager` and `flamenco-worker`, started as people start the real ones.

    flamenco_programs.py manager      reads flamenco-manager.yaml of the working folder, and serves
    flamenco_programs.py worker       reads flamenco-worker.yaml, and runs tasks until it is ended

The Manager compiles "simple-blender-render" to one task per job; the worker runs it with Blender.
"""

import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.parse
import uuid

import manager

ANY_FRAMES = re.compile(r"(\d+)(?:-(\d+))?$")


def read_settings(path):
    """{"shaman.enabled": "true", …} of a YAML file that holds maps of scalars; lists are skipped."""
    settings, parents = {}, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.match(r"( *)([\w]+):\s*(.*?)\s*$", line)
            if not match:
                continue
            depth = len(match.group(1))
            parents = [(at, key) for at, key in parents if at < depth] + [(depth, match.group(2))]
            settings[".".join(key for _, key in parents)] = match.group(3)
    return settings


class _Handler(manager.Handler):
    """The calls of workers besides those of artists."""

    def route(self, farm, path, body):
        call = (self.command, path)
        if call == ("POST", "/api/v3/worker/register-worker"):
            asked = json.loads(body)
            farm.workers[worker_id := str(uuid.uuid4())] = asked["secret"]
            return 200, {"uuid": worker_id, "name": asked["name"], "platform": asked["platform"],
                         "supported_task_types": asked["supported_task_types"]}
        if call == ("POST", "/api/v3/worker/sign-on"):
            return 200, {"status_requested": "awake"}
        if call == ("POST", "/api/v3/worker/task"):
            return farm.next_task()
        if self.command == "POST" and path.startswith("/api/v3/worker/task/"):
            return farm.task_update(path.rpartition("/")[2], json.loads(body))
        return super().route(farm, path, body)


class FarmManager(manager.Manager):
    handler = _Handler

    def __init__(self, **more):
        self.workers = {}
        super().__init__(**more)
        self.on_submit = lambda job: self.add_task(job["id"], "render")

    def next_task(self):
        with self.lock:
            for job in self.jobs.values():
                for task in self.tasks.get(job["id"], []):
                    if task["status"] == "queued":
                        task["status"] = job["status"] = "active"
                        return 200, {"uuid": task["id"], "job": job["id"], "task_type": "blender",
                                     "commands": [{"name": "blender-render", "parameters": self.command(job)}]}
        return 204, {}

    def command(self, job):
        settings = job["settings"]
        first, last = ANY_FRAMES.match(settings["frames"]).groups()
        return {"exe": "blender", "exeArgs": "-b -y", "blendfile": settings["blendfile"].replace("{jobs}", self.location()),
                "args": ["--render-output", settings["render_output_path"].replace("{timestamp}", "2026-01-01_000000"),
                         "--render-format", settings["format"], "--render-frame", f"{first}..{last or first}"]}

    def task_update(self, task_id, update):
        with self.lock:
            for job_id, tasks in self.tasks.items():
                for task in tasks:
                    if task["id"] == task_id:
                        task["status"] = update["taskStatus"]
                        self.logs[task_id] += update.get("log", "")
                        if all(each["status"] == "completed" for each in tasks):
                            self.set_status(job_id, "completed")
                        elif any(each["status"] == "failed" for each in tasks):
                            self.set_status(job_id, "failed")
        return 204, {}


def run_manager():
    settings = read_settings("flamenco-manager.yaml")
    host, _, port = settings.get("listen", ":8080").rpartition(":")
    if host not in ("127.0.0.1", "localhost"):
        sys.exit(f"this stand-in serves loopback alone, not {host!r}")
    farm = FarmManager(storage=settings["shared_storage_path"], port=int(port),
                       shaman_enabled=settings.get("shaman.enabled") == "true")
    farm.collection_period = settings.get("shaman.garbageCollect.period", "24h0m0s")
    print(f"listening on {farm.url}", flush=True)
    while True:
        time.sleep(3600)


class Worker:
    def __init__(self, url):
        address = urllib.parse.urlsplit(url)
        self.host, self.port = address.hostname, address.port
        self.secret = secrets.token_hex()
        self.id = None

    def post(self, path, value=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = {"Content-Type": "application/json"} if value is not None else {}
        connection.request("POST", "/api/v3/worker/" + path, None if value is None else json.dumps(value), headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status >= 300:
            raise OSError(f"{path}: {response.status} {body!r}")
        return json.loads(body) if body else None

    def sign_on(self):
        types = ["blender", "ffmpeg", "file-management", "misc"]
        self.id = self.post("register-worker", {"name": "worker", "platform": "linux", "secret": self.secret,
                                                "supported_task_types": types})["uuid"]
        return self.post("sign-on", {"name": "worker", "software_version": "3.9", "supported_task_types": types})

    def run_next(self):
        task = self.post("task")
        if not task:
            return False
        for command in task["commands"]:
            parameters = command["parameters"]
            done = subprocess.run([parameters["exe"], *parameters["exeArgs"].split(), parameters["blendfile"],
                                   *parameters["args"]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
            status = "completed" if done.returncode == 0 else "failed"
            self.post("task/" + task["uuid"], {"taskStatus": status, "log": done.stdout})
        return True


def run_worker():
    worker = Worker(read_settings("flamenco-worker.yaml")["manager_url"])
    worker.sign_on()
    print(f"signed on as {worker.id}", flush=True)
    while True:
        if not worker.run_next():
            time.sleep(0.2)


if __name__ == "__main__":
    os.umask(0o002)
    {"manager": run_manager, "worker": run_worker}[sys.argv[1]]()
