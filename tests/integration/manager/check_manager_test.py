# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman-server check-manager`, and the same at the start of a server in front of a Manager."""

import os
import subprocess
import tempfile
import unittest

import certificates
from manager import Manager
from shaman_server import PROGRAM, Server


class CheckManager(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.close)
        self.farm = Manager(storage=self.server.storage)
        self.addCleanup(self.farm.close)

    def check(self, *arguments, url=None, **more):
        done = subprocess.run([PROGRAM, "check-manager", url or self.farm.url, "--storage",
                               self.server.storage, *arguments],
                              capture_output=True, text=True, check=False, **more)
        return done.returncode, done.stdout + done.stderr

    def behind_https(self):
        """A server that forwards the Manager's calls."""
        certificate, key = certificates.server_certificate()
        return Server(secured=False, manager=self.farm.url, **{"tls.certificate": certificate, "tls.key": key})

    def wrong(self, *arguments):
        """The lines of what is wrong; the exit status says that something is."""
        status, said = self.check(*arguments)
        self.assertEqual(status, 1, said)
        return [line for line in said.splitlines() if line.startswith("error ")]

    def test_a_good_one(self):
        for arguments in ((), ("--side-by-side",)):
            status, said = self.check(*arguments)
            self.assertEqual(status, 0, said)
            self.assertIn("they are the same folder", said)
            self.assertIn("its own garbage collection is off", said)
        self.assertEqual(os.listdir(self.server.jobs()), [])

    def test_the_former_name_of_an_option_is_noted(self):
        done = subprocess.run([PROGRAM, "check-manager", self.farm.url, "--storage", self.server.storage, "--beside"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("--beside is now --side-by-side", done.stderr)

    def test_a_manager_behind_https_needs_its_authority(self):
        with tempfile.TemporaryDirectory() as folder, self.behind_https() as proxy:
            _, said = self.check(url=f"https://{proxy.host}:{proxy.port}")
            self.assertIn("`shaman-server check-manager` take it with --ca FILE or SHAMAN_CA", said)
            self.assertEqual(self.check("--ca", certificates.authority().file, url=f"https://{proxy.host}:{proxy.port}")[0], 0)
            self.assertEqual(self.check(url=f"https://{proxy.host}:{proxy.port}", env={**os.environ, "SHAMAN_CA": certificates.authority().file})[0], 0)
            status, said = self.check("--ca", folder + "/none", url=f"https://{proxy.host}:{proxy.port}")
            self.assertEqual((status, "--ca: cannot open" in said), (2, True), said)
            status, said = self.check("--ca", certificates.authority().file)
            self.assertEqual((status, "warning: --ca has no effect, because http://127.0.0.1" in said), (0, True), said)

    def test_another_name_of_the_same_storage_is_good(self):
        with tempfile.TemporaryDirectory() as folder:
            self.farm.storage = os.path.join(folder, "mounted")
            os.symlink(self.server.storage, self.farm.storage)
            self.assertEqual(self.check()[0], 0)

    def test_another_storage(self):
        with tempfile.TemporaryDirectory() as folder:
            self.farm.storage = folder
            wrong = self.wrong()
            self.assertEqual(len(wrong), 1)
            self.assertIn(f"the Manager's storage is \"{folder}\", this server's", wrong[0])
            self.assertIn("give both the same storage", wrong[0])

    def test_its_collection_is_on(self):
        self.farm.collection_period = "24h0m0s"
        wrong = self.wrong()
        self.assertEqual(len(wrong), 1)
        self.assertIn("(every 24h0m0s)", wrong[0])
        self.assertIn("garbageCollect: {period: 0s}", wrong[0])

    def test_its_shaman_is_off(self):
        self.farm.shaman_enabled = False
        self.assertEqual(self.check()[0], 0)
        wrong = self.wrong("--side-by-side")
        self.assertEqual(len(wrong), 1)
        self.assertIn("its Shaman is off", wrong[0])

    def test_other_versions(self):
        for version, words in (("4.0", "use a Manager 3.x"), ("3.1", "use a newer Manager"),
                               ("nonsense", "use a Manager 3.x")):
            self.farm.short_version = version
            self.assertIn(words, self.wrong()[0])
        self.farm.short_version = "3.10.1"
        self.assertEqual(self.check()[0], 0)

    def test_it_is_not_set_up(self):
        self.farm.is_first_run = True
        self.assertIn("has not been set up", self.wrong()[0])

    def test_nobody_there_and_no_address(self):
        self.farm.close()
        status, said = self.check()
        self.assertEqual(status, 4)
        self.assertIn("no server answers", said)
        self.farm.reopen(0)
        self.assertEqual(self.check(url="ftp://x")[0], 2)

    def test_what_cannot_be_tried_is_a_warning(self):
        self.farm.lost_requests += [("POST", "/api/v3/configuration/check/shared-storage")] * 9
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"(?m)^warning .*; whether that is the same folder cannot be tested \(")

    def test_an_address_with_a_path_is_refused(self):
        status, said = self.check(url=self.farm.url + "/api")
        self.assertEqual(status, 2)
        self.assertIn(f"has a path, and a Manager has none; give the address without a path: {self.farm.url}", said)

    def test_a_server_in_front_says_it_at_its_start(self):
        self.farm.collection_period = "1h0m0s"
        with Server(manager=self.farm.url, storage=self.server.storage) as front:
            line = front.wait_for_log("its own garbage collection is on")
            self.assertIn("warning", line)

    def test_a_server_beside_says_it_as_one_that_is_beside(self):
        self.farm.shaman_enabled = False
        with Server(manager_api=self.farm.url, storage=self.server.storage) as beside:
            line = beside.wait_for_log("its Shaman is off")
            self.assertIn("warning", line)

    def test_address_and_position_come_from_the_configuration(self):
        self.farm.shaman_enabled = False
        for option, status in (("manager", 0), ("manager-api", 1)):
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(f"storage: {self.server.storage}\n{option}: {self.farm.url}\n")
                file.flush()
                done = subprocess.run([PROGRAM, "check-manager", "--config", file.name],
                                      capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, status, done)
        done = subprocess.run([PROGRAM, "check-manager", "--storage", self.server.storage],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no Manager given; give its URL", done.stderr)

    def test_a_server_in_front_waits_for_its_manager(self):
        port = self.farm.port
        self.farm.close()
        with Server(manager=f"http://127.0.0.1:{port}", storage=self.server.storage) as front:
            front.wait_for_log("cannot read the Manager's configuration yet")
            self.farm.reopen(port)
            front.wait_for_log("the Manager's configuration matches this storage")


if __name__ == "__main__":
    unittest.main()
