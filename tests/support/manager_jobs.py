# SPDX-License-Identifier: GPL-3.0-or-later
"""A server in front of a stand-in Manager, its checkouts, and jobs that use them."""

import os
import unittest

from api import Api, spec
from manager import Manager
from shaman_server import Server, wait_until

JOBS = "/api/v3/jobs"
JSON = {"Content-Type": "application/json"}


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
