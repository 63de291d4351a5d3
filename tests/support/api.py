# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol's calls through Python's http.client, and the test case that most tests build on."""

import http.client
import json
import os
import unittest

import openapi
from raw_http import RawConnection
from shaman_server import PATIENCE, Server, sha256

REQUIREMENTS = "/api/v3/shaman/checkout/requirements"
CREATE = "/api/v3/shaman/checkout/create"


def files_url(data=None, sha=None, size=None):
    """The address of a file: its checksum and size, or others where given."""
    sha = sha256(data) if sha is None else sha
    size = len(data) if size is None else size
    return f"/api/v3/shaman/files/{sha}/{size}"


def spec(path, data):
    """The protocol's FileSpec."""
    return {"sha": sha256(data), "size": len(data), "path": path}


def new_content(size=1000):
    """Bytes that no other test has."""
    return os.urandom(size)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def header(self, name):
        return self.headers.get(name)

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Api:
    """One kept-alive connection to a server; gives its `token`, where it has one."""

    def __init__(self, server):
        token = getattr(server, "token", None)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if getattr(server, "tls", None):
            self.connection = http.client.HTTPSConnection(server.host, server.port, timeout=PATIENCE,
                                                          context=server.tls)
        else:
            self.connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def call(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, {**self.headers, **(headers or {})})
        answer = Answer(self.connection.getresponse())
        openapi.check(method, path, answer.status, answer.header("Content-Type"), answer.body)
        return answer

    def get(self, path):
        return self.call("GET", path)

    def post_json(self, path, value, headers=None):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.call("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    def requirements(self, files):
        return self.post_json(REQUIREMENTS, {"files": files})

    def create(self, path, files, headers=None):
        return self.post_json(CREATE, {"files": files, "checkoutPath": path}, headers)

    def status(self, data):
        return self.get(files_url(data)).json()["status"]

    def upload(self, data, headers=None, sha=None, size=None):
        return self.call("POST", files_url(data, sha, size), data,
                         {"Content-Type": "application/octet-stream", **(headers or {})})


class ServerTest(unittest.TestCase):
    """Tests that share one server; `options` are its command line's."""

    options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(**cls.options).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.api = self.new_api()

    def new_api(self):
        api = Api(self.server)
        self.addCleanup(api.close)
        return api

    def raw(self, **more):
        connection = RawConnection(self.server, **more)
        self.addCleanup(connection.close)
        return connection

    def stored(self, size=1000):
        """New content that the server already has."""
        data = new_content(size)
        self.assertEqual(self.api.upload(data).status, 204)
        return data

    def assert_error(self, answer, status, *words):
        """The answer is the protocol's Error with this status, and its message has the words."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.header("Content-Type").split(";")[0], "application/json", answer)
        error = answer.json()
        self.assertEqual(error["code"], status)
        self.assertIsInstance(error["message"], str)
        self.assertTrue(error["message"])
        for word in words:
            self.assertIn(word, error["message"])
        return error["message"]

    def assert_alive(self):
        """The server still serves newcomers."""
        with Api(self.server) as api:
            self.assertEqual(api.get("/api/v3/version").status, 200)


main = unittest.main
