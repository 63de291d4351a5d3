# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /metrics: that the figures are right and their names sound; the alert rules and the dashboard that use them"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from api import Api, files_url, main, new_content, spec
from manager import Manager
from shaman_server import Server, wait_until
from tokens import Tokens

SOURCE = pathlib.Path(os.environ.get("SHAMAN_SOURCE") or pathlib.Path(__file__).resolve().parents[3])
MONITORING = SOURCE / "docs" / "monitoring"
FILES = "/api/v3/shaman/files/{}/{}"
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")


def figures_of(text):
    """{(name, {label: value} as sorted pairs): value}"""
    figures = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            pairs = tuple(sorted(re.findall(r'(\w+)="([^"]*)"', labels or "")))
            if (name, pairs) in figures:
                raise AssertionError(f"twice: {line}")
            figures[name, pairs] = float(value)
    return figures


def written_names():
    """The names of all figures, as the programs' sources have them."""
    sources = [*(SOURCE / "src" / "server").rglob("*.?pp"), *(SOURCE / "shaman").rglob("*.?pp")]
    return {name for source in sources
            for name in re.findall(r'"((?:shaman|process)_[a-z_]+)"', source.read_text(encoding="utf-8"))}


def used_names(text):
    names = set(re.findall(r"\b(?:shaman|process)_[a-z_]+\b", text))
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


def promtool(*arguments, **options):
    if not shutil.which("promtool"):
        raise unittest.SkipTest("needs promtool (Debian's package prometheus)")
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, **options)


class Figures(unittest.TestCase):
    options = {}

    def setUp(self):
        self.server = Server(**self.options).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def text(self):
        answer = self.api.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
        return answer.body.decode()

    def figure(self, name, **labels):
        return figures_of(self.text()).get((name, tuple(sorted(labels.items()))))

    def used_server(self):
        """Something of everything."""
        self.data = [new_content(100_000), new_content(10)]
        for data in self.data:
            self.assertEqual(self.api.upload(data).status, 204)
        files = [spec(f"{number}", data) for number, data in enumerate([*self.data, self.data[0]])]
        made = self.api.create("film/shot", files)
        self.assertEqual(made.status, 200)
        self.assertEqual(self.api.upload(b"other", sha="0" * 64).status, 417)
        self.assertEqual(self.api.get("/nothing").status, 404)
        return made.json()["checkoutPath"]

    def test_count_what_was_done(self):
        path = self.used_server()
        self.assertEqual(self.api.call("DELETE", f"/api/v3/shaman/checkout/{path}").status, 204)
        post = {"method": "POST", "route": FILES}
        self.assertEqual(self.figure("shaman_http_requests_total", status="204", **post), 2)
        self.assertEqual(self.figure("shaman_http_requests_total", status="417", **post), 1)
        self.assertEqual(self.figure("shaman_http_request_duration_seconds_count", **post), 3)
        self.assertGreaterEqual(self.figure("shaman_http_received_bytes_total", **post), 100_010)
        self.assertEqual(self.figure("shaman_http_requests_total", method="any", route="other", status="404"), 1)
        self.assertEqual(self.figure("shaman_checkouts_made_total"), 1)
        self.assertEqual(self.figure("shaman_checkouts_erased_total"), 1)
        self.assertEqual(self.figure("shaman_checkout_linked_files_total"), 3)
        self.assertEqual(self.figure("shaman_checkout_linked_bytes_total"), 200_010)
        self.assertEqual(self.figure("shaman_uploads_committed_total"), 2)
        self.assertGreaterEqual(self.figure("shaman_store_added_bytes_total"), 100_010)
        self.assertEqual(self.figure("shaman_uploads_running"), 0)
        self.assertGreaterEqual(self.figure("shaman_flush_duration_seconds_count"), 2)
        self.assertEqual(self.figure("shaman_errors_total", kind="content_mismatch"), 1)
        self.assertEqual(self.figure("shaman_connections"), 1)
        self.assertEqual(self.figure("shaman_ready", check="storage"), 1)

    def test_free_space_is_that_of_the_file_system(self):
        told = self.figure("shaman_storage_free_bytes")
        space = os.statvfs(self.server.storage)
        self.assertLess(abs(told - space.f_bavail * space.f_frsize), 2**30)

    def test_say_which_build_this_is(self):
        version = self.api.get("/api/v3/version").json()["version"]
        built = [dict(labels) for name, labels in figures_of(self.text()) if name == "shaman_build_info"]
        self.assertEqual([labels["version"] for labels in built], [version])
        with open(f"/proc/{self.server.process.pid}/limits", encoding="ascii") as file:
            limit = int(re.search(r"Max open files\s+(\d+)", file.read())[1])
        self.assertEqual(self.figure("process_max_fds"), limit)
        self.assertGreater(self.figure("process_resident_memory_bytes"), 1_000_000)

    def test_clients_choose_no_label(self):
        self.text()  # from then on it has figures of its own
        for number in range(50):
            self.api.get(f"/hostile/{number}")
            self.api.get(files_url(new_content()))
            self.api.call("GET", "/api/v3/shaman/files/x%22%0a/7")
        before = len(figures_of(self.text()))
        for number in range(50):
            self.api.get(f"/more/{number}")
            self.api.get(files_url(new_content()))
        self.assertEqual(len(figures_of(self.text())), before)
        self.assertNotIn("hostile", self.text())
        self.assertLess(before, 600)

    def test_are_not_logged_when_read(self):
        self.text()
        self.api.get("/metrics/")
        self.server.wait_for_log("/metrics/")
        self.assertFalse([line for line in self.server.log_lines() if "/metrics " in line])

    def test_promtool_finds_no_fault(self):
        self.used_server()
        done = promtool("check", "metrics", input=self.text())
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_each_name_is_documented(self):
        self.used_server()
        documented = set(re.findall(r"^\| `((?:shaman|process)_[a-z_]+)` \|",
                                    (SOURCE / "docs/monitoring.md").read_text(encoding="utf-8"), re.M))
        self.assertEqual(documented, written_names())
        live = {re.sub(r"_(bucket|sum|count)$", "", name) for name, _ in figures_of(self.text())}
        self.assertLessEqual(live, documented)


class Kept(unittest.TestCase):
    def test_the_store_is_known_after_a_collection(self):
        with Server(gc_period="1s", gc_max_age="3h") as server, Api(server) as api:
            self.assertEqual(api.upload(new_content(1000)).status, 204)

            def store():
                return figures_of(api.get("/metrics").body.decode()).get(("shaman_store_size_bytes", ()))
            wait_until(store, "a collection")
            self.assertEqual(store(), 1000)
            runs = ("shaman_maintenance_runs_total", (("outcome", "complete"), ("task", "collection")))
            self.assertGreaterEqual(figures_of(api.get("/metrics").body.decode())[runs], 1)


class Readers(unittest.TestCase):
    def test_need_a_role_but_not_more_than_the_least(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        worker = tokens.make("worker")
        with Server(auth_token_file=tokens.file) as server, Api(server) as api:
            self.assertEqual(api.get("/metrics").status, 401)
            answer = api.call("GET", "/metrics", headers={"Authorization": f"Bearer {worker}"})
            self.assertEqual(answer.status, 200)
            self.assertNotIn(server.storage, answer.body.decode())
            self.assertNotIn("token", answer.body.decode())

    def test_see_how_a_manager_is_used(self):
        manager = Manager()
        self.addCleanup(manager.close)
        with Server(manager=manager.url) as server, Api(server) as api:
            self.assertEqual(api.get("/api/v3/version").status, 200)
            figures = figures_of(api.get("/metrics").body.decode())
            passed = (("method", "any"), ("route", "manager"), ("status", "200"))
            self.assertEqual(figures["shaman_http_requests_total", passed], 1)


class Rules(unittest.TestCase):
    def test_name_only_figures_that_exist(self):
        names = written_names()
        for document in ("alerts.yaml", "dashboard.json"):
            text = (MONITORING / document).read_text(encoding="utf-8")
            used = used_names(text)
            self.assertTrue(used)
            self.assertEqual(used - names, set(), document)

    def test_fire_when_they_should(self):
        rules = (SOURCE / "tests/integration/server/alerts.test.yaml").read_text(encoding="utf-8")
        alerts = re.findall(r"alert: (\w+)", (MONITORING / "alerts.yaml").read_text(encoding="utf-8"))
        self.assertEqual([alert for alert in alerts if alert not in rules], [], "these are not tried")
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(rules.replace("ALERTS]", f"{MONITORING}/alerts.yaml]"))
            file.flush()
            done = promtool("test", "rules", file.name)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_dashboard_asks_what_prometheus_understands(self):
        dashboard = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
        asked = [target["expr"].replace("$instance", ".*") for panel in dashboard["panels"]
                 for target in panel["targets"]]
        rules = {"groups": [{"name": "asked", "rules": [{"record": f"asked:{number}", "expr": expression}
                                                        for number, expression in enumerate(asked)]}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            json.dump(rules, file)
            file.flush()
            done = promtool("check", "rules", "--lint=none", file.name)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
