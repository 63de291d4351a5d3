# SPDX-License-Identifier: GPL-3.0-or-later
"""The unmodified add-on: connects, uploads and gets its checkout"""

import os
import threading

import api
from addon import Addon, ApiException, NewerAddon, OlderAddon
from api import ServerTest, files_url, new_content
from shaman_server import wait_until


def new_project(count=12, shared=None):
    files = {f"tex/wänd {n}.png": new_content(5000 + n) for n in range(count)}
    files["shots/shot 010.blend"] = new_content(80_000)
    return {**files, **(shared or {})}


class AddonTest(ServerTest):
    def addon(self, kind, **more):
        addon = kind(self.server.url + "/", **more)
        self.addCleanup(addon.close)
        return addon

    def assert_checkout(self, path, files):
        self.assertEqual(self.server.read_checkout(path),
                         {name.replace("\\", "/"): data for name, data in files.items()})

    def test_connects(self):
        for platform in ("linux", "windows", "darwin"):
            with self.subTest(platform):
                manager = self.addon(Addon, platform=platform).connect()
                self.assertTrue(all(manager["version"]))
                self.assertTrue(manager["shaman"])
                self.assertEqual(manager["asked"], ("users", platform))
                self.assertEqual((manager["job_types"], manager["tags"]), ([], []))

    def test_submits(self):
        for kind in (OlderAddon, NewerAddon):
            with self.subTest(kind.__name__):
                addon, files = self.addon(kind), new_project()
                addon.connect()
                name = f"Shot 010 {kind.__name__}"
                path = addon.submit(name, files)
                self.assertEqual(path, name)
                self.assert_checkout(path, files)
                self.assertCountEqual(addon.sent, files)

    def test_submits_again_with_one_change(self):
        for kind in (OlderAddon, NewerAddon):
            with self.subTest(kind.__name__):
                files = new_project()
                self.addon(kind).submit("again", files)
                files["tex/wänd 3.png"] = new_content()
                addon = self.addon(kind)
                path = addon.submit("again", files)
                self.assertRegex(path, "^again-[a-z0-9]{4}$")
                self.assertEqual(addon.sent, ["tex/wänd 3.png"])
                self.assert_checkout(path, files)

    def test_names_of_jobs(self):
        for kind in (OlderAddon, NewerAddon):
            for name, pattern in (("Shot 1: take 2", "^Shot 1_ take 2"), ("", "^unnamed"), ("a//b", "^a/b"),
                                  ("Ünï ブリック", "^Ünï ブリック"), ("what?", "^what_"), ("tab\there", "^tab_here")):
                with self.subTest(kind=kind.__name__, name=name):
                    files = new_project(2)
                    path = self.addon(kind).submit(name, files)
                    self.assertRegex(path, pattern)
                    self.assert_checkout(path, files)

    def test_paths_of_windows(self):
        files = {"shots\\shot.blend": new_content(), "tex\\wänd 1.png": new_content(), "top.txt": new_content()}
        path = self.addon(NewerAddon, platform="windows").submit("windows", files)
        self.assert_checkout(path, files)

    def test_an_empty_file(self):
        for kind in (OlderAddon, NewerAddon):
            files = new_project(1, {"notes.txt": b""})
            self.assert_checkout(self.addon(kind).submit(f"empty file {kind.__name__}", files), files)

    def test_udim_tiles_twice(self):
        """The packer may name one path twice; http requests carry both."""
        data = new_content()
        addon = self.addon(Addon)
        file = addon.spec("tex/t.1001.png", data)
        answer = addon.post("/api/v3/shaman/checkout/requirements", {"files": [file, file]})
        self.assertEqual(len(answer["files"]), 1)
        addon.upload("tex/t.1001.png", data, False)
        answer = addon.post("/api/v3/shaman/checkout/create", {"files": [file, file], "checkoutPath": "udim"})
        self.assert_checkout(answer["checkoutPath"], {"tex/t.1001.png": data})

    def test_two_artists_submit_the_same_project(self):
        """Each is told 425 of what the other is sending, drops it and calls create at once."""
        for first, second in ((OlderAddon, NewerAddon), (NewerAddon, NewerAddon), (OlderAddon, OlderAddon)):
            with self.subTest(first=first.__name__, second=second.__name__):
                files = {f"tex/{n}.bin": new_content(2_000_000) for n in range(12)}
                paths, errors = [], []

                def submit(kind, names, files=files, paths=paths, errors=errors):
                    addon = kind(self.server.url)
                    try:
                        paths.append(addon.submit("same project", {name: files[name] for name in names}))
                    except (ApiException, AssertionError, OSError) as error:
                        errors.append(error)
                    finally:
                        addon.close()

                threads = [threading.Thread(target=submit, args=(first, sorted(files))),
                           threading.Thread(target=submit, args=(second, sorted(files)))]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(errors, [])
                self.assertEqual(len(set(paths)), 2)
                for path in paths:
                    self.assert_checkout(path, files)

    def test_deferred_and_then_created_at_once(self):
        """A slow artist sends a texture that a fast one needs too."""
        for kind in (OlderAddon, NewerAddon):
            with self.subTest(kind.__name__):
                shared = new_content(100_000)
                slow = self.raw()
                slow.request("POST", files_url(shared), [("Content-Length", len(shared))], length=False)
                slow.send(shared[:1000])
                wait_until(lambda: self.api.status(shared) == "uploading", "the status 'uploading'")
                # Not the last one, so that the older packer can defer it as well.
                files = {"shared.png": shared, **new_project(3)}
                addon, results = self.addon(kind), []
                thread = threading.Thread(
                    target=lambda: results.append(addon.submit(f"deferred {kind.__name__}", files)))
                thread.start()
                # Sends on slowly until the other was deferred; create then waits for this.
                sent = 1000
                while not addon.deferrals:
                    slow.send(shared[sent:sent + 100])
                    sent += 100
                    self.assertLess(sent, 90_000, "nobody was deferred")
                    thread.join(0.05)
                slow.send(shared[sent:])
                self.assertEqual(slow.response().status, 204)
                thread.join()
                self.assertEqual(addon.deferrals, 1)
                self.assertNotIn("shared.png", addon.sent)
                self.assert_checkout(results[0], files)

    def test_a_file_that_changes_after_it_was_hashed(self):
        """The wrong body is refused; the artist is told that the checkout lacks it."""
        for kind in (OlderAddon, NewerAddon):
            with self.subTest(kind.__name__):
                files = new_project(2)
                addon = self.addon(kind)
                true_upload = addon.upload

                def upload(path, data, can_defer, true_upload=true_upload):
                    if path == "tex/wänd 1.png":
                        return Addon.call(addon, "POST", files_url(data), bytes([data[0] ^ 1]) + data[1:],
                                          {"Content-Type": "application/octet-stream"})
                    return true_upload(path, data, can_defer)

                addon.upload, addon.rounds = upload, 3
                with self.assertRaises(ApiException) as raised:
                    addon.submit(f"changed {kind.__name__}", files)
                self.assertEqual(raised.exception.status, 424)
                self.assertIn("wänd 1.png", raised.exception.body.decode())
                self.assertFalse(os.path.exists(self.server.jobs(f"changed {kind.__name__}")))


if __name__ == "__main__":
    api.main()
