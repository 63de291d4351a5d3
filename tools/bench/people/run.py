#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what people notice: whole submissions, from the command to the checkout, compared with
the alternatives (rsync to a daemon, cp). Server and client run on this machine; the farm's
storage is an ext4 in an image file, so it needs root. docs/performance.md explains the rows."""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
sys.path[:0] = [HERE, os.path.join(SOURCE, "tests", "support")]
BUILD = os.path.join(os.environ.get("SHAMAN_BUILD", os.path.join(SOURCE, "build")), "release")
os.environ.setdefault("SHAMAN_SERVER_PROGRAM", os.path.join(BUILD, "shaman", "shaman-server"))
os.environ.setdefault("SHAMAN_PROGRAM", os.path.join(BUILD, "tools", "shaman"))

# After the environment, which they read.
import link  # noqa: E402
import peers  # noqa: E402
from project import Project  # noqa: E402
from report import Report  # noqa: E402
from shaman_server import CLIENT_PROGRAM, Server  # noqa: E402
from storage import LoopStorage  # noqa: E402

ARTISTS = 10
SLOW_RATE = 20_000_000
SLOW_ROUND_TRIP = 0.05


def timed(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


class Artist:
    """An artist at a computer: only a digest cache."""

    def __init__(self, folder):
        self.environment = {**os.environ, "XDG_CACHE_HOME": folder}

    def start(self, project, url):
        command = [CLIENT_PROGRAM, "submit", project.blend, "--server", url, "--json", "--quiet"]
        return subprocess.Popen(command, env=self.environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def submit(self, project, url):
        """Seconds, and the client's output."""
        begin = time.monotonic()
        return self.finish(self.start(project, url), begin)

    @staticmethod
    def finish(process, begin):
        out, errors = process.communicate()
        seconds = time.monotonic() - begin
        if process.returncode != 0:
            raise SystemExit(f"people: the client failed:\n{errors}")
        return seconds, json.loads(out.splitlines()[-1])


class Bench:
    def __init__(self, options, storage, work):
        self.options = options
        self.storage = storage
        self.work = work
        self.report = Report()
        self.count = 0

    def artist(self):
        self.count += 1
        folder = os.path.join(self.work, f"artist{self.count}")
        os.mkdir(folder)
        return Artist(folder)

    def submit(self, label, artist, project, server):
        self.storage.settle()
        seconds, said = artist.submit(project, server.url)
        self.report.parts(label, said["milliseconds"])
        return seconds, said

    @contextlib.contextmanager
    def server(self):
        server = Server(os.path.join(self.storage.path, "shaman"))
        server.start()
        try:
            yield server
        finally:
            server.terminate()

    def project(self, name, textures, size, seed=1, megabytes=0):
        return Project(os.path.join(self.work, name), textures, size, seed, megabytes)

    def days_work(self):
        """One project over a day: first, again, changed, saved, moved."""
        project = self.project("film", self.options.files, int(self.options.gigabytes * 1e9))
        rsync = peers.RsyncDaemon(self.storage.folder("rsync"), self.work)
        artist = self.artist()
        first = f"first submission, {self.options.files} files, {project.bytes() / 1e9:.1f} GB"
        with self.server() as server:
            copied = timed(lambda: peers.copy(project, os.path.join(self.storage.path, "cp")))
            self.storage.settle()
            sent = timed(lambda: rsync.send(project, "day0"))
            seconds, said = self.submit("first", artist, project, server)
            assert said["uploadedFiles"] == self.options.files + 1, said
            self.report.seconds(first, seconds, "rsync", sent, 0.7)
            self.report.seconds("the same", seconds, "cp -r + sync", copied)
            self.again(project, artist, rsync, server)
        rsync.close()
        self.storage.clear()

    def again(self, project, artist, rsync, server):
        def changed():
            project.paint(project.textures // 2)

        steps = (("the same again, unchanged", lambda: None, 0),
                 ("one changed texture", changed, 1),
                 ("the .blend saved again, unchanged", project.save_again, 1))
        for day, (label, change, most_files) in enumerate(steps, start=1):
            change()
            # Files that changed less than two seconds ago are read again, by design.
            time.sleep(2.5)
            self.storage.settle()
            linked = timed(lambda: rsync.send(project, f"day{day}", link_to=f"day{day - 1}"))
            seconds, said = self.submit(label, artist, project, server)
            assert said["uploadedFiles"] <= most_files, said
            self.report.seconds(label, seconds, "rsync, new folder, --link-dest", linked, 1.2)
            if change == project.save_again:
                self.bytes_sent(said, os.path.getsize(project.blend))
        project.moved_to(project.folder + "-moved")
        seconds, said = self.submit("moved", artist, project, server)
        self.report.seconds("the project moved to another folder", seconds)
        self.report.add("… bytes of files sent", str(said["uploadedBytes"]), "", "", None, "≤ 0",
                        said["uploadedBytes"] == 0)

    def bytes_sent(self, said, whole):
        share = said["uploadedBytes"] / whole
        self.report.add("… bytes of the file sent", f"{said['uploadedBytes'] / 1e6:.2f} MB", "the file",
                        f"{whole / 1e6:.2f} MB", share, "≤ 0.1 ×", share <= 0.1)

    def saved_meshes(self):
        """A file that does not pack, unlike that of a day's work."""
        project = self.project("meshes", 1, 1000, megabytes=270)
        artist = self.artist()
        with self.server() as server:
            self.submit("270 MB of meshes, first", artist, project, server)
            project.save_again()
            seconds, said = self.submit("270 MB of meshes, saved again", artist, project, server)
        self.report.seconds("270 MB of meshes saved again, unchanged", seconds)
        self.bytes_sent(said, os.path.getsize(project.blend))
        self.storage.clear()

    def one_scene(self):
        project = self.project("scene", 50, 50_000_000)
        artist = self.artist()
        with self.server() as server:
            self.submit("one scene of 50 files, first", artist, project, server)
            time.sleep(2.5)
            runs = [self.submit("one scene of 50 files, nothing new", artist, project, server)[0]
                    for _ in range(11)]
            del self.report.phases[-len(runs):-1]
        self.report.seconds("from the command to the checkout, 50 files, nothing new",
                            statistics.median(runs), most=0.10)
        self.storage.clear()

    def many_artists(self):
        project = self.project("shared", self.options.files, int(self.options.gigabytes * 1e9), 2)
        with self.server() as server:
            one, _ = self.submit("one artist", self.artist(), project, server)
        self.storage.clear()
        with self.server() as server:
            begin = time.monotonic()
            runs = [(artist, artist.start(project, server.url))
                    for artist in [self.artist() for _ in range(ARTISTS)]]
            for artist, process in runs:
                artist.finish(process, begin)
            all_of_them = time.monotonic() - begin
            stored = bytes_below(os.path.join(server.storage, "file-store"))
            written = bytes_written(server.process.pid)
        self.report.seconds(f"{ARTISTS} artists submit the same new project at once", all_of_them,
                            "one artist", one, 3)
        # Links, folders and the manifests of the checkouts are no files of the project.
        ratio = written / stored
        self.report.add("… bytes written, links and folders included", f"{written / 1e9:.2f} GB",
                        "once", f"{stored / 1e9:.2f} GB", ratio, "≤ 1.1 ×", ratio <= 1.1)
        self.storage.clear()

    def slow_line(self):
        project = self.project("small", 200, 20_000_000)
        with self.server() as server:
            bare = link.bare_stream(project.bytes(), SLOW_RATE, SLOW_ROUND_TRIP)
            line = link.SlowLink(server.host, server.port, SLOW_RATE, SLOW_ROUND_TRIP)
            through = argparse.Namespace(url=f"http://127.0.0.1:{line.port}")
            seconds, _ = self.submit("over 20 Mbit/s, 50 ms", self.artist(), project, through)
            line.close()
        self.slow_blend()
        share = bare / seconds
        self.report.add(f"200 files, {project.bytes() / 1e6:.0f} MB over 20 Mbit/s with 50 ms",
                        f"{seconds:.2f} s", "one bare TCP stream", f"{bare:.2f} s", share,
                        "share ≥ 0.95", share >= 0.95)
        self.storage.clear()


    def slow_blend(self):
        """The .blend is as large as its data-blocks, and not compressed."""
        project = self.project("long", self.options.files, self.options.files)
        with self.server() as server:
            plain = link.bare_stream(project.bytes(), SLOW_RATE, SLOW_ROUND_TRIP)
            line = link.SlowLink(server.host, server.port, SLOW_RATE, SLOW_ROUND_TRIP)
            through = argparse.Namespace(url=f"http://127.0.0.1:{line.port}")
            seconds, _ = self.submit("a large .blend over 20 Mbit/s, 50 ms", self.artist(), project, through)
            line.close()
        self.report.seconds(f"a .blend of {os.path.getsize(project.blend) / 1e6:.0f} MB, not compressed, over 20 Mbit/s "
                            "with 50 ms", seconds, "one bare TCP stream", plain, 0.3)


def bytes_below(folder):
    return sum(os.lstat(os.path.join(parent, name)).st_size
               for parent, _, names in os.walk(folder) for name in names)


def bytes_written(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as file:
        return int(dict(line.split(": ") for line in file.read().splitlines())["write_bytes"])


BENCHES = {"day": Bench.days_work, "meshes": Bench.saved_meshes, "scene": Bench.one_scene,
           "artists": Bench.many_artists, "slow": Bench.slow_line}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="textures of the project")
    parser.add_argument("--gigabytes", type=float, default=1.0, help="of all of them")
    parser.add_argument("--only", default=",".join(BENCHES), help="of " + ",".join(BENCHES))
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := [name for name in chosen if name not in BENCHES]:
        parser.error(f"--only: there is no {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    if os.geteuid() != 0:
        parser.error("mounting the storage's image needs root")
    subprocess.run([os.path.join(SOURCE, "tools", "setup.sh"), "--bench"], check=True)
    storage = LoopStorage(os.path.dirname(BUILD), int((options.gigabytes * 4 + 8) * 1e9))
    work = tempfile.mkdtemp(prefix="people.", dir=os.path.dirname(BUILD))
    bench = Bench(options, storage, work)
    try:
        for name in chosen:
            BENCHES[name](bench)
    finally:
        storage.close()
        shutil.rmtree(work, ignore_errors=True)
    print("\n" + bench.report.text())
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(bench.report.json() + "\n")


if __name__ == "__main__":
    main()
