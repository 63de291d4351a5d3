# SPDX-License-Identifier: GPL-3.0-or-later
"""Does to a server what the Flamenco add-on does, in its order and with its habits.

Two kinds of packer are in use: that of Blender before 5.1.1 (`OlderAddon`) and the later one
(`NewerAddon`). Both send whole bodies before they read an answer, have no time-outs, and crash on
an answer that lacks a member, so every member is taken with [] here.
"""

import collections
import http.client
import json
import pathlib
import quopri
import urllib.parse

import certificates
from shaman_server import PATIENCE, sha256

HEADERS = {"User-Agent": "Flamenco/3.9-beta1 (Blender add-on)", "Accept": "application/json",
           "Accept-Encoding": "identity"}


class ApiException(Exception):
    def __init__(self, status, reason, body):
        super().__init__(f"({status}) {reason}: {body[:500]!r}")
        self.status, self.body = status, body


class Addon:
    """One artist's add-on. `files` maps paths in the pack to content."""

    max_deferred = 8

    def __init__(self, url, platform="linux"):
        address = urllib.parse.urlsplit(url.rstrip("/"))
        self.prefix = address.path
        if address.scheme == "https":
            self.connection = http.client.HTTPSConnection(
                address.hostname, address.port, timeout=PATIENCE,
                context=certificates.authority().trust())
        else:
            self.connection = http.client.HTTPConnection(address.hostname, address.port,
                                                         timeout=PATIENCE)
        self.platform = platform
        self.sent = []  # paths whose body was sent
        self.deferrals = 0

    def close(self):
        self.connection.close()

    def call(self, method, path, body=None, headers=None):
        headers = {**HEADERS, **(headers or {})}
        self.connection.request(method, self.prefix + path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if not 200 <= response.status <= 299:
            content.decode("utf-8")
            raise ApiException(response.status, response.reason, content)
        return response.status, content

    def get(self, path):
        return json.loads(self.call("GET", path)[1])

    def post(self, path, value):
        return json.loads(self.call("POST", path, json.dumps(value), {"Content-Type": "application/json"})[1])

    def connect(self):
        """What happens when the Manager's address is entered, and again at each submission."""
        version = self.get("/api/v3/version")
        storage = self.get(f"/api/v3/configuration/shared-storage/users/{self.platform}")
        types = self.get("/api/v3/jobs/types")
        tags = self.get("/api/v3/worker-mgt/tags")
        return {"version": (version["name"], version["version"], version["shortversion"], version["git"]),
                "location": storage["location"], "shaman": storage["shamanEnabled"],
                "asked": (storage["audience"], storage["platform"]),
                "job_types": [job_type["name"] for job_type in types["job_types"]],
                "tags": [tag["id"] for tag in tags["tags"]]}

    def spec(self, path, data):
        return {"sha": sha256(data), "size": len(data), "path": path}

    def requirements(self, files):
        """The files to be sent, as (path, status)."""
        answer = self.post("/api/v3/shaman/checkout/requirements",
                           {"files": [self.spec(path, data) for path, data in files.items()]})
        wanted = []
        for file in answer["files"]:
            if file["path"] not in files:
                raise AssertionError(f"the server wants {file['path']!r}, which nobody spoke of")
            if file["status"] not in ("unknown", "uploading"):
                raise AssertionError(f"a requirement has the status {file['status']!r}")
            wanted.append((file["path"], file["status"]))
        return wanted

    def check(self, data):
        return self.get(f"/api/v3/shaman/files/{sha256(data)}/{len(data)}")["status"]

    def upload(self, path, data, can_defer):
        """Sends one file and returns the status; False when it was deferred."""
        headers = {"Content-Type": "application/octet-stream", "X-Shaman-Can-Defer-Upload": str(can_defer),
                   "X-Shaman-Original-Filename": encoded_word(path)}
        try:
            status, _ = self.call("POST", f"/api/v3/shaman/files/{sha256(data)}/{len(data)}", data, headers)
        except ApiException as error:
            if error.status == 425:
                self.deferrals += 1
                return False
            raise
        self.sent.append(path)
        return status

    def create(self, name, files):
        # The job's name goes through PurePosixPath: an empty one becomes ".".
        path = str(pathlib.PurePosixPath(name))
        answer = self.post("/api/v3/shaman/checkout/create",
                           {"files": [self.spec(file, data) for file, data in files.items()], "checkoutPath": path})
        return answer["checkoutPath"]


def encoded_word(text):
    """RFC 2047, the way email.header writes it for the packers."""
    if text.isascii() and "\\" not in text:
        return text
    quoted = quopri.encodestring(text.encode("utf-8"), quotetabs=True).decode("ascii").replace("=\n", "")
    return f"=?utf-8?q?{quoted.replace(' ', '_').replace(chr(92), '=5C')}?="


class OlderAddon(Addon):
    """Rounds of requirements and uploads until nothing is wanted, then create."""

    rounds = 50

    def submit(self, name, files):
        files = {path.replace("\\", "/"): data for path, data in files.items()}
        for _ in range(self.rounds):
            queue = collections.deque(path for path, _ in self.requirements(files))
            if not queue:
                break
            failed = False
            while queue:
                path = queue.popleft()
                if self.check(files[path]) == "stored":
                    continue
                can_defer = bool(queue) and self.deferrals < self.max_deferred
                try:
                    # What was answered 425 is dropped, and create follows without another look.
                    self.upload(path, files[path], can_defer)
                except ApiException:
                    failed = True
            if not failed:
                break
        return self.create(name, files)


class NewerAddon(Addon):
    """Requirements once, one pass of uploads, create whatever became of them."""

    def submit(self, name, files):
        wanted = self.requirements(files)
        # Files that nobody else is sending come first.
        for path, _ in sorted(wanted, key=lambda file: file[1] == "uploading"):
            if self.check(files[path]) == "stored":
                continue
            try:
                self.upload(path, files[path], True)
            except ApiException:
                pass  # logged, and that is all
        return self.create(name, files)
