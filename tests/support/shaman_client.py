# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the client program, with a cache and a configuration of its own so that nobody's is read or spoilt."""

import json
import os

import certificates
import json_lines
from shaman_server import CLIENT_PROGRAM, EVERYTHING_BY_TLS, PATIENCE


class Client:
    def __init__(self, cache_folder):
        self.cache_folder = cache_folder

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if name not in ("SHAMAN_SERVER", "FLAMENCO_MANAGER_URL") and "proxy" not in name.lower()}
        if EVERYTHING_BY_TLS:
            kept["SHAMAN_CA"] = certificates.authority().file
        return {**kept, "XDG_CACHE_HOME": self.cache_folder, "XDG_CONFIG_HOME": self.cache_folder, **more}

    def run(self, *arguments, prefix=(), **more):
        """Runs `shaman arguments…` and returns the finished process."""
        return json_lines.run([*prefix, CLIENT_PROGRAM, *arguments], capture_output=True, text=True,
                              env=self.environment(**more), timeout=4 * PATIENCE)

    def submit(self, blend, server, *arguments, prefix=()):
        """Submits a scene and returns what --json tells; anything but success is an error."""
        more = {"SHAMAN_TOKEN": server.token} if server.token else {}
        if server.tls:
            more["SHAMAN_CA"] = certificates.authority().file
        done = self.run("submit", blend, "--server", server.url, "--json", *arguments, prefix=prefix,
                        **more)
        if done.returncode:
            raise AssertionError(f"shaman submit ended with {done.returncode}:\n{done.stderr}{done.stdout}")
        return json.loads(done.stdout.strip().splitlines()[-1])
