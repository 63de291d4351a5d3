# SPDX-License-Identifier: GPL-3.0-or-later
"""share/flamenco: what a Manager makes of these job types, by a JavaScript engine with the Manager's few functions."""

import json
import os
import shutil
import subprocess
import sys
import unittest

SCRIPT = os.path.join(os.environ["SHAMAN_SOURCE"], "share/flamenco/shaman-blender-render.js")
MANAGER = """
const author = {
  Task: (name, type) => ({name, type, commands: [], addCommand(command) { this.commands.push(command); }}),
  Command: (name, parameters) => ({name, parameters}),
};
const frameChunker = (frames, size) => frames.split(",").map(text => text.trim());
"""
RUN = """
const job = JSON.parse(process.argv[1]);
job.tasks = [];
job.addTask = task => job.tasks.push(task);
compileJob(job);
console.log(JSON.stringify({label: JOB_TYPE.label, settings: JOB_TYPE.settings, tasks: job.tasks}));
"""

if not shutil.which("node"):
    print("skipped: needs nodejs", file=sys.stderr)
    sys.exit(77)


def compiled(checkout="film/shot", blendfile="{jobs}/film/shot/shots/a b.blend", **settings):
    job = {"settings": {"frames": "1-3, 7", "chunk_size": 3, "scene": "", "blendfile": blendfile, **settings},
           "metadata": {"shaman.checkout": "{jobs}/" + checkout} if checkout else {}}
    with open(SCRIPT, encoding="utf-8") as script:
        program = MANAGER + script.read() + RUN
    return subprocess.run(["node", "-e", program, "--", json.dumps(job)], capture_output=True, text=True, check=False)


class BlenderRender(unittest.TestCase):
    def tasks(self, **job):
        done = compiled(**job)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["tasks"]

    def test_each_task_pulls_renders_and_pushes(self):
        tasks = self.tasks()
        self.assertEqual([task["name"] for task in tasks], ["render-1-3", "render-7"])
        for task in tasks:
            self.assertEqual([command["name"] for command in task["commands"]], ["exec", "blender-render", "exec"])
        pull, render, push = (command["parameters"] for command in tasks[0]["commands"])
        folder, frames = "{shaman_work}/film/shot", "{shaman_work}/.frames/film/shot/1-3"
        self.assertEqual(pull, {"exe": "{shaman}", "args": ["checkout", "pull", "film/shot", folder]})
        self.assertEqual(render["blendfile"], folder + "/shots/a b.blend")
        self.assertEqual(render["args"], ["--render-output", frames + "/######", "--render-frame", "1..3"])
        self.assertEqual(push["args"], ["outputs", "push", frames, "--checkout", "film/shot"])

    def test_a_scene_is_chosen_before_anything_else(self):
        render = self.tasks(scene="Night")[0]["commands"][1]["parameters"]
        self.assertEqual(render["args"][:2], ["--scene", "Night"])

    def test_a_job_without_a_checkout_is_refused_in_words(self):
        done = compiled(checkout="")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("shaman submit", done.stderr)
        done = compiled(checkout="other")
        self.assertIn("is not in the checkout other", done.stderr)


if __name__ == "__main__":
    unittest.main()
