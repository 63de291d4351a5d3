# SPDX-License-Identifier: GPL-3.0-or-later
"""What the add-on asks a Manager on connecting, our own info call, and the shape of all errors"""

import os

import api
from api import CREATE, REQUIREMENTS, ServerTest, files_url


class Manager(ServerTest):
    def json(self, path):
        answer = self.api.get(path)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.header("Content-Type").split(";")[0], "application/json")
        return answer.json()

    def test_version(self):
        version = self.json("/api/v3/version")
        for member in ("name", "shortversion", "version", "git"):
            self.assertIsInstance(version[member], str)
            self.assertTrue(version[member], member)

    def test_shared_storage(self):
        for audience in ("users", "workers"):
            for platform in ("linux", "windows", "darwin"):
                with self.subTest(audience=audience, platform=platform):
                    self.assertEqual(
                        self.json(f"/api/v3/configuration/shared-storage/{audience}/{platform}"),
                        {"location": os.path.realpath(self.server.jobs()), "shamanEnabled": True,
                         "audience": audience, "platform": platform})

    def test_shared_storage_of_nobody(self):
        self.assert_error(self.api.get("/api/v3/configuration/shared-storage/nobody/linux"), 400)

    def test_job_types_and_tags_are_empty(self):
        self.assertEqual(self.json("/api/v3/jobs/types"), {"job_types": []})
        self.assertEqual(self.json("/api/v3/worker-mgt/tags"), {"tags": []})

    def test_info(self):
        info = self.json("/api/v3/shaman/info")
        self.assertIsInstance(info["name"], str)
        self.assertIsInstance(info["version"], str)
        self.assertLessEqual({"create-wait", "idempotency-key"}, set(info["features"]))
        self.assertIsInstance(info["limits"], dict)
        self.assertTrue(info["limits"])

    def test_a_query_does_not_matter(self):
        self.json("/api/v3/version?pretty")
        self.assertEqual(self.json(files_url(b"never stored") + "?x=1"), {"status": "unknown"})

    def test_head(self):
        for path in ("/api/v3/version", "/api/v3/shaman/info", "/api/v3/jobs/types"):
            with self.subTest(path):
                answer = self.api.call("HEAD", path)
                self.assertEqual((answer.status, answer.body), (200, b""))


class Errors(ServerTest):
    def test_unknown_paths_are_404(self):
        for path in ("/", "/api", "/api/v3", "/api/v3/", "/api/v3/nothing", "/api/v4/version", "/api/v3/version/",
                     "/api/v3/version/x", "//api/v3/version", "/api/v3//version", "/API/v3/version",
                     "/api/v3/shaman/files", "/api/v3/shaman/files/abc", "/api/v3/shaman/files/a/5/6",
                     "/api/v3/shaman/../version", "/api/v3/shaman/%2e%2e/version", "/favicon.ico",
                     "/api/v3/configuration/shared-storage/users", "/../../../etc/passwd", "/" + "a" * 4000):
            with self.subTest(path=path[:60]):
                self.assert_error(self.api.get(path), 404)
                self.assert_error(self.api.call("POST", path, b"body"), 404)

    def test_other_methods_are_405_and_tell_which_are_right(self):
        for path, allowed in (("/api/v3/version", "GET"), ("/api/v3/shaman/info", "GET"),
                              (REQUIREMENTS, "POST"), (CREATE, "POST"),
                              ("/api/v3/jobs/types", "GET"),
                              ("/api/v3/configuration/shared-storage/users/linux", "GET")):
            for method in ("DELETE", "PUT", "PATCH"):
                with self.subTest(path=path, method=method):
                    answer = self.api.call(method, path, b"x")
                    self.assert_error(answer, 405)
                    self.assertIn(allowed, answer.header("Allow"))

    def test_a_method_that_nobody_knows_is_501(self):
        self.assert_error(self.api.call("FROB", "/api/v3/version"), 501)

    def test_messages_are_utf8_whatever_was_asked(self):
        connection = self.raw()
        for target in (b"/%ff%fe", b"/\xff\xfe", b"/%c3%28", b"/%e2%80%ae"):
            with self.subTest(target):
                connection = self.raw()
                connection.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = connection.response()
                self.assertIn(answer.status, (400, 404))
                self.assert_error(answer, answer.status)


if __name__ == "__main__":
    api.main()
