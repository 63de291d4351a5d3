# SPDX-License-Identifier: GPL-3.0-or-later
"""An artist's files: the demo's scene, copied for one test, and a client with a cache of its own."""

import os
import shutil
import subprocess
import tempfile

from shaman_client import Client


class Studio:
    """To be named before the test case. Everything lies in `folder`; `shot` is the scene, in `project`."""

    def setUp(self):
        super().setUp()
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.studio = os.path.join(self.folder, "studio")
        shutil.copytree(os.path.join(os.environ["SHAMAN_SOURCE"], "tools", "demo", "scene"), self.studio)
        self.project = os.path.join(self.studio, "film")
        self.shot = os.path.join(self.project, "shots", "shot010.blend")
        self.client = Client(os.path.join(self.folder, "cache"))

    def rename_in_scene(self, names):
        """Has the scene name other files, by names of the same length: {old: new}, as bytes. Needs zstd."""
        scene = subprocess.run(["zstd", "-dcq", self.shot], check=True, stdout=subprocess.PIPE).stdout
        for old, new in names.items():
            scene = scene.replace(old, new)
        self.write(self.shot, scene)

    def write(self, path, data=b"x"):
        """Writes a file of the project, or one of an absolute path; gives its path."""
        path = os.path.join(self.project, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path
