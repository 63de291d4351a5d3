# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman checkout pull` against a stand-in server: what it makes, keeps, resumes, and refuses."""

import hashlib
import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import tempfile
import time
import unittest

import json_lines
from api import Api, spec
from checkout_sender import Sender, blob
from shaman_client import Client
from shaman_server import CLIENT_PROGRAM, UNDER_WINE, Server, wait_until

random.seed(19)
LARGE = random.randbytes(3_000_000)
SCENE = {"shot.blend": b"BLENDER" * 100, "textures/a.png": b"a" * 5000, "textures/b.png": b"b" * 6000,
         "textures/deep/empty": b"", "cache/sim.abc": LARGE}
# Wine makes no symbolic links that others see.
MODES = ("hardlink", "copy") if UNDER_WINE else ("symlink", "hardlink", "copy")
IN_THE_WAY = "is in the way|is not a folder of this program"
DISK_FULL = "No space left on device|Disk full"


def content(folder):
    """{path: content} of all regular files and links to them, the state apart."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = pathlib.Path(where, name)
            if name != ".shaman-pull":
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


class Pulls(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.home = pathlib.Path(held.name).resolve()
        self.client = Client(str(self.home / "home"))
        self.cache = self.home / "cache"
        self.folder = self.home / "work/shot"

    def command(self, sender, *more, folder=None, checkout="shot"):
        return ["checkout", "pull", checkout, str(folder or self.folder), "--server", sender.url,
                "--cache", str(self.cache), *more]

    def pull(self, sender, *more, status=0, **where):
        done = self.client.run(*self.command(sender, "--json", *more, **where))
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def start(self, sender, *more, **where):
        return subprocess.Popen([CLIENT_PROGRAM, *self.command(sender, *more, **where)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, env=self.client.environment())

    def cached(self):
        return {"".join(path.relative_to(self.cache / "files").parts): path
                for path in self.cache.glob("files/*/*")}

    def assert_cache_is_right(self):
        for name, path in self.cached().items():
            held = path.read_bytes()
            self.assertEqual(name, "%s-%d" % blob(held))
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o444)


class Folders(Pulls):
    def test_has_the_files_of_the_checkout_in_each_mode(self):
        with Sender(SCENE) as sender:
            for mode in MODES:
                folder = self.home / mode
                line = self.pull(sender, "--mode", mode, folder=folder)
                self.assertEqual(content(folder), SCENE)
                self.assertEqual((line["files"], line["mode"], line["isNew"]), (5, mode, True))
                self.assertEqual(line["bytes"], sum(map(len, SCENE.values())))
                self.assertEqual((folder / "shot.blend").is_symlink(), mode == "symlink")
            self.assertEqual(sum(sender.sent.values()), sum(map(len, SCENE.values())))
            self.assertGreaterEqual(sender.requests["batch"], 1)
            self.assertEqual(sender.requests["content"], 1)
        self.assert_cache_is_right()
        self.assertEqual([name for name in os.listdir(self.home) if name.startswith(".")], [])

    def test_come_one_by_one_from_a_server_without_batches(self):
        with Sender(SCENE, ["content", "checkout-manifest"]) as sender:
            self.pull(sender)
            self.assertEqual((sender.requests["batch"], sender.requests["content"]), (0, 4))  # an empty file needs no request
        self.assertEqual(content(self.folder), SCENE)

    def test_an_unchanged_checkout_costs_one_request(self):
        with Sender(SCENE) as sender:
            for mode in MODES:
                folder = self.home / mode
                self.pull(sender, "--mode", mode, folder=folder)
                sender.requests.clear()
                line = self.pull(sender, "--mode", mode, folder=folder)
                self.assertEqual(dict(sender.requests), {"manifest": 1})
                self.assertEqual((line["placedFiles"], line["receivedFiles"], line["isNew"]), (0, 0, False))

    def test_are_updated_and_keep_what_others_put_there(self):
        with Sender(SCENE) as sender:
            for mode in MODES:
                folder = self.home / mode
                sender.set(SCENE)
                self.pull(sender, "--mode", mode, folder=folder)
                (folder / "render").mkdir()
                (folder / "render/0001.png").write_bytes(b"frame")
                (folder / "textures/mine.png").write_bytes(b"mine")
                changed = {**SCENE, "textures/a.png": b"changed", "cache/sim.abc/part": b"now a folder", "new": b"new"}
                del changed["cache/sim.abc"], changed["textures/deep/empty"]
                sender.set(changed)
                line = self.pull(sender, "--mode", mode, folder=folder)
                self.assertEqual(content(folder),
                                 {**changed, "render/0001.png": b"frame", "textures/mine.png": b"mine"})
                self.assertEqual((line["placedFiles"], line["removedFiles"]), (3, 2))
                self.assertFalse((folder / "textures/deep").exists())
                sender.set(SCENE)
                self.pull(sender, "--mode", mode, folder=folder)
                self.assertEqual(content(folder),
                                 {**SCENE, "render/0001.png": b"frame", "textures/mine.png": b"mine"})

    def test_what_is_lost_comes_back(self):
        with Sender(SCENE) as sender:
            self.pull(sender)
            (self.folder / "shot.blend").unlink()
            for path in self.cached().values():
                if path.stat().st_size == len(LARGE):
                    path.unlink()
            line = self.pull(sender)
            self.assertEqual((line["placedFiles"], line["receivedFiles"]), (2, 1))
            self.assertEqual(content(self.folder), SCENE)
            subprocess.run(["rm", "-rf", str(self.cache)], check=True)
            self.pull(sender)
            self.assertEqual(content(self.folder), SCENE)

    def test_the_mode_can_change(self):
        with Sender(SCENE) as sender:
            for mode in (*MODES, MODES[0]):
                self.pull(sender, "--mode", mode)
                self.assertEqual(content(self.folder), SCENE)
                self.assertEqual((self.folder / "shot.blend").is_symlink(), mode == "symlink")

    def test_that_are_not_pulled_are_refused(self):
        with Sender(SCENE) as sender:
            self.folder.mkdir(parents=True)
            self.assertTrue(self.pull(sender)["isNew"])  # an empty one is as good as none
            other = self.home / "other"
            other.mkdir()
            (other / "mine").write_bytes(b"mine")
            line = self.pull(sender, folder=other, status=2)
            self.assertIn("is not empty", line["error"])
            self.assertEqual(content(other), {"mine": b"mine"})
            self.assertIn("not a folder", self.pull(sender, folder=other / "mine", status=2)["error"])
            self.assertIn("must not be inside", self.pull(sender, folder=self.cache / "x", status=2)["error"])

    def test_changed_files_and_links_of_others_are_in_the_way(self):
        with Sender(SCENE) as sender:
            self.pull(sender, "--mode", "copy")
            (self.folder / "shot.blend").write_bytes(b"saved by an artist")
            line = self.pull(sender, "--mode", "copy", status=2)
            self.assertIn('"shot.blend" is in the way', line["error"])
            self.assertEqual((self.folder / "shot.blend").read_bytes(), b"saved by an artist")
            (self.folder / "shot.blend").unlink()
            outside = self.home / "outside"
            (self.folder / "textures").rename(outside)
            (self.folder / "textures").symlink_to(outside)
            sender.set({**SCENE, "textures/a.png": b"other"})
            before = content(outside)
            self.assertRegex(self.pull(sender, "--mode", "copy", status=2)["error"], IN_THE_WAY)
            self.assertEqual(content(outside), before)

    def test_ends_with_words_where_the_server_lacks_something(self):
        with Sender(SCENE) as sender:
            self.assertIn("has no checkout", self.pull(sender, checkout="other", status=2)["error"])
            sender.missing.add(blob(LARGE))
            self.assertIn("has lost a file", self.pull(sender, status=2)["error"])
            sender.missing = {blob(SCENE["shot.blend"])}
            subprocess.run(["rm", "-rf", str(self.cache)], check=True)
            self.assertIn("has lost a file", self.pull(sender, status=2)["error"])
            self.assertFalse(self.folder.exists())
            sender.features = []
            self.assertIn("does not send checkouts", self.pull(sender, status=1)["error"])


class Downloads(Pulls):
    def test_go_on_where_they_broke(self):
        with Sender(SCENE) as sender:
            sender.cut_after = 1_000_000
            self.pull(sender)
            self.assertEqual(content(self.folder), SCENE)
            self.assertEqual(sender.sent[blob(LARGE)], len(LARGE))
            self.assertEqual((sender.requests["content"], sender.requests["resumed"]), (3, 2))

    @unittest.skipIf(UNDER_WINE, "the signal would reach Wine's starter")
    def test_go_on_where_a_killed_one_ended(self):
        with Sender(SCENE) as sender:
            sender.pause = 0.02
            running = self.start(sender)
            wait_until(lambda: sender.sent[blob(LARGE)] > 1_000_000, "a part was sent")
            running.kill()
            running.wait()
            running.stderr.close()
            self.assertFalse(self.folder.exists())
            sender.pause = 0
            partial = sum(path.stat().st_size for path in self.cache.glob("partial/*"))
            self.assertGreater(partial, 0)
            line = self.pull(sender)
            self.assertGreaterEqual(line["resumedBytes"], partial)
            self.assertEqual(content(self.folder), SCENE)

    def test_a_wrong_rest_is_thrown_away(self):
        partial = self.cache / "partial"
        partial.mkdir(parents=True)
        (partial / ("%s-%d" % blob(LARGE))).write_bytes(b"x" * 1000)
        with Sender(SCENE) as sender:
            line = self.pull(sender)
            self.assertEqual(line["resumedBytes"], 0)
            self.assertEqual(content(self.folder), SCENE)

    def test_are_shared_by_two_at_once(self):
        with Sender(SCENE) as sender:
            sender.pause = 0.01
            folders = [self.home / name for name in ("one", "two", "three")]
            running = [self.start(sender, folder=folder) for folder in folders]
            for each in running:
                self.assertEqual(each.wait(60), 0, each.stderr.read())
                each.stderr.close()
            for folder in folders:
                self.assertEqual(content(folder), SCENE)
            self.assertEqual(sum(sender.sent.values()), sum(map(len, SCENE.values())))

    def test_two_pulls_of_one_folder_take_turns(self):
        with Sender(SCENE) as sender:
            running = [self.start(sender) for _ in range(3)]
            for each in running:
                self.assertEqual(each.wait(60), 0, each.stderr.read())
                each.stderr.close()
            self.assertEqual(content(self.folder), SCENE)
            self.assertEqual(sender.requests["info"], 1)

    def test_may_be_killed_at_any_moment(self):
        scene = {**{f"small/{i}": b"%d" % i * 50 for i in range(300)}, "large": LARGE}
        with Sender(scene) as sender:
            sender.pause = 0.001
            for turn in range(20):
                running = self.start(sender)
                time.sleep(random.uniform(0, 0.15))
                running.send_signal(signal.SIGKILL)
                running.wait()
                running.stderr.close()
                if self.folder.exists():
                    self.assertEqual(content(self.folder), {**scene})
                self.assert_cache_is_right()
                if turn % 5 == 4:
                    scene = {**scene, f"small/{turn}": b"changed %d" % turn}
                    sender.set(scene)
                    self.pull(sender)
            self.pull(sender)
            self.assertEqual(content(self.folder), scene)
            self.assertEqual([name for name in os.listdir(self.folder.parent) if name != "shot"], [])


class Caches(Pulls):
    def scene(self, letter, files=4, size=100_000):
        return {f"{letter}{i}": letter.encode() * size + b"%d" % i for i in range(files)}

    def test_stay_within_their_limit_but_keep_what_folders_use(self):
        with Sender(self.scene("a")) as sender:
            self.pull(sender, "--cache-size", "1M", folder=self.home / "a")
            sender.set(self.scene("b"))
            self.pull(sender, "--cache-size", "1M", folder=self.home / "b")
            subprocess.run(["rm", "-rf", str(self.home / "a")], check=True)
            sender.set(self.scene("c"))
            line = self.pull(sender, "--cache-size", "1M", folder=self.home / "c")
            self.assertEqual(line["warnings"], [])
            self.assertEqual(content(self.home / "b"), self.scene("b"))
            self.assertEqual(content(self.home / "c"), self.scene("c"))
            self.assertLessEqual(sum(path.stat().st_size for path in self.cached().values()), 1 << 20)
            line = self.pull(sender, "--cache-size", "100K", folder=self.home / "d")
            self.assertEqual(line["warnings"], [])  # nothing came
            sender.set(self.scene("e", 1))
            line = self.pull(sender, "--cache-size", "100K", folder=self.home / "e")
            self.assertIn("over its limit", line["warnings"][0])
            for name in "bc":
                self.assertEqual(content(self.home / name), self.scene(name))

    def test_lose_the_least_recently_used_first(self):
        with Sender({}) as sender:
            for name in "abc":
                sender.set(self.scene(name, 1))
                self.pull(sender, "--mode", "copy", folder=self.home / name)
            for number, name in enumerate("bac"):
                file = self.cache.joinpath("files", blob(self.scene(name, 1)[f"{name}0"])[0][:2])
                for path in file.iterdir():
                    os.utime(path, (1000 + number, 1000 + number))
            sender.set(self.scene("d", 1))
            self.pull(sender, "--mode", "copy", "--cache-size", "310K", folder=self.home / "d")
            kept = {path.read_bytes()[:1] for path in self.cached().values()}
            self.assertEqual(kept, {b"a", b"c", b"d"})

    def test_keep_what_a_running_pull_needs(self):
        with Sender({**self.scene("a"), "large": LARGE}) as sender:
            self.pull(sender, "--mode", "copy", folder=self.home / "old")
            sender.set({**self.scene("a"), "large": LARGE + b"more"})
            sender.pause = 0.05
            running = self.start(sender)
            wait_until(lambda: sender.sent[blob(LARGE + b"more")] > 100_000, "a part was sent")
            with Sender(self.scene("b", 1)) as other:
                self.pull(other, "--cache-size", "10K", folder=self.home / "b")
            self.assertEqual(running.wait(60), 0, running.stderr.read())
            running.stderr.close()
            self.assertEqual(content(self.folder), {**self.scene("a"), "large": LARGE + b"more"})
            self.assertNotIn("%s-%d" % blob(LARGE), self.cached())


class FullDisks(Pulls):
    def mount(self, folder, options):
        folder.mkdir(parents=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True,
                                 check=False)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)

    def test_of_the_cache_end_with_words_and_go_on_later(self):
        self.mount(self.cache, "size=2m")
        with Sender(SCENE) as sender:
            error = self.pull(sender, status=1)["error"]
            self.assertRegex(error, DISK_FULL)
            self.assertIn("--cache", error)
            self.assertFalse(self.folder.exists())
            subprocess.run(["mount", "-o", "remount,size=20m", str(self.cache)], check=True)
            self.assertGreater(self.pull(sender)["resumedBytes"], 0)
            self.assertEqual(content(self.folder), SCENE)

    def test_of_the_folder_leave_nothing_half(self):
        work = self.home / "work"
        self.mount(work, "size=1m")
        with Sender(SCENE) as sender:
            self.assertRegex(self.pull(sender, "--mode", "copy", status=1)["error"], DISK_FULL)
            self.assertEqual(os.listdir(work), [])
            subprocess.run(["mount", "-o", "remount,size=20m", str(work)], check=True)
            self.assertEqual(self.pull(sender, "--mode", "copy")["receivedFiles"], 0)
            self.assertEqual(content(self.folder), SCENE)


class HostileServers(Pulls):
    def refused(self, sender, words, status=2):
        before = sorted(str(path) for path in self.home.rglob("*") if self.cache not in path.parents)
        line = self.pull(sender, status=status)
        self.assertIn(words, line["error"])
        after = sorted(str(path) for path in self.home.rglob("*") if self.cache not in path.parents)
        self.assertEqual([path for path in after if path not in before and "home" not in path
                          and path not in (str(self.cache), str(self.folder.parent))], [])
        self.assert_cache_is_right()

    def test_cannot_name_files_outside(self):
        sha, size = blob(b"x")
        with Sender({"x": b"x"}) as sender:
            for path in ("../x", "a/../../x", "/x", "a//x", "./x", "", "a\\b", "a\nb", "a\u0085b", "x" * 300, "a/" * 200 + "x",
                         ".shaman-checkout", ".shaman-pull", "a/.shaman-pull-new", ".SHAMAN-PULL", ".shaman-id-1"):
                with self.subTest(path=path):
                    sender.manifest = [{"path": path, "sha": sha, "size": size}]
                    self.refused(sender, "nothing was changed")
            for paths in (("a", "a"), ("a", "a/b"), ("a/b/c", "a/b")):
                with self.subTest(paths=paths):
                    sender.manifest = [{"path": path, "sha": sha, "size": size} for path in paths]
                    self.refused(sender, "one name here")
            for manifest in (b"{}", b"[]", b"", b"{\"files\": [1]}", b"\xff", b'{"files": [{"path": "a"}]}'):
                with self.subTest(manifest=manifest):
                    sender.manifest = manifest
                    self.refused(sender, "not the manifest", status=1)

    def test_cannot_send_other_content(self):
        for name in ("shot.blend", "cache/sim.abc"):
            for wrong in (SCENE[name][:-1] + b"?", SCENE[name] + b"?", SCENE[name] * 3):
                with self.subTest(name=name, size=len(wrong)), Sender(SCENE) as sender:
                    subprocess.run(["rm", "-rf", str(self.cache)], check=True)
                    sender.contents[blob(SCENE[name])[0]] = wrong
                    self.refused(sender, "the server sent", status=1)

    def test_cannot_lead_out_by_links_in_the_folder(self):
        outside = self.home / "outside"
        outside.mkdir()
        with Sender(SCENE) as sender:
            self.pull(sender)
            (self.folder / "render").symlink_to(outside)
            sender.set({**SCENE, "render/evil": b"evil"})
            self.assertRegex(self.pull(sender, status=2)["error"], IN_THE_WAY)
            self.assertEqual(os.listdir(outside), [])


class Words(Pulls):
    def test_say_what_was_done(self):
        with Sender(SCENE) as sender:
            first = json_lines.run([CLIENT_PROGRAM, *self.command(sender)], capture_output=True, text=True,
                                   env=self.client.environment())
            self.assertRegex(first.stdout, r"^Made .*/shot: 5 files, .*; received 5 files, .*\.\n$")
            second = json_lines.run([CLIENT_PROGRAM, *self.command(sender)], capture_output=True, text=True,
                                    env=self.client.environment())
            self.assertRegex(second.stdout, r"^.*/shot is up to date \(5 files, .*\)\.\n$")
        self.assertEqual(hashlib.sha256((self.folder / "cache/sim.abc").read_bytes()).hexdigest(), blob(LARGE)[0])


class RealServers(Pulls):
    def test_send_a_checkout_that_was_submitted_and_changed(self):
        with Server() as server, Api(server) as api:
            for data in SCENE.values():
                if data:
                    self.assertIn(api.upload(data).status, (200, 204))
            api.upload(b"")
            answer = api.create("film/a shot", [spec(path, data) for path, data in SCENE.items()]).json()
            where = {"checkout": answer["checkoutPath"]}
            self.assertEqual(self.pull(server, **where)["receivedFiles"], 5)
            self.assertEqual(content(self.folder), SCENE)
            self.assertEqual(self.pull(server, **where)["placedFiles"], 0)
            # A part of an earlier run, and a rest by Range.
            subprocess.run(["rm", "-rf", str(self.cache)], check=True)
            partial = self.cache / "partial"
            partial.mkdir(parents=True)
            (partial / ("%s-%d" % blob(LARGE))).write_bytes(LARGE[:1_000_000])
            self.assertEqual(self.pull(server, **where)["resumedBytes"], 1_000_000)
            self.assertEqual(content(self.folder), SCENE)
            other = {**SCENE, "shot.blend": b"changed"}
            api.upload(b"changed")
            answer = api.create("film/other", [spec(path, data) for path, data in other.items()]).json()
            line = self.pull(server, checkout=answer["checkoutPath"])
            self.assertEqual((line["placedFiles"], line["receivedFiles"]), (1, 1))
            self.assertEqual(content(self.folder), other)
            self.assertIn("has no checkout", self.pull(server, checkout="film/none", status=2)["error"])
        self.assert_cache_is_right()


if __name__ == "__main__":
    unittest.main()
