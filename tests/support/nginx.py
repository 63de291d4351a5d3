# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's nginx with docs/nginx.conf, as an admin would have it, on ports that are free."""

import os
import shutil
import socket
import subprocess
import tempfile

import certificates
from shaman_server import wait_until

PROGRAM = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
SAMPLE = os.path.join(os.environ.get("SHAMAN_SOURCE", "."), "docs", "nginx.conf")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address_of(upstream):
    host = getattr(upstream, "host", "127.0.0.1")
    return f"[{host}]" if ":" in host else host


class Nginx:
    token = None

    def __init__(self, shaman, manager, secured=False, edit=lambda sample: sample):
        """`edit` makes of the sample what an admin has made of it."""
        self.folder = tempfile.TemporaryDirectory(prefix="shaman-nginx-")
        self.host, self.port = "127.0.0.1", free_port()
        self.url = f"http{'s' if secured else ''}://{self.host}:{self.port}"
        self.tls = certificates.authority().trust() if secured else None
        listen = f"listen 127.0.0.1:{self.port}"
        if secured:
            certificate, key = certificates.server_certificate()
            listen += f" ssl; ssl_certificate {certificate}; ssl_certificate_key {key}"
        with open(SAMPLE, encoding="utf-8") as file:
            sample = file.read()
        for address, ours in (("127.0.0.1:8082", f"{address_of(shaman)}:{shaman.port}"),
                              ("127.0.0.1:8081", f"{address_of(manager)}:{manager.port}"),
                              ("listen 8080", listen),
                              ("/var/log/nginx/flamenco.log", self.folder.name + "/access.log")):
            assert sample.count(address) == 1
            sample = sample.replace(address, ours)
        sample = edit(sample)
        here = self.folder.name
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(f"{kind}_temp_path {here}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(here, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"{user}daemon off;\npid {here}/pid;\nworker_processes 2;\n"
                       f"events {{ worker_connections 4096; }}\n"
                       f"http {{\n{temporary}{sample}}}\n")
        self.process = subprocess.Popen(
            [PROGRAM, "-e", f"{here}/error.log", "-c", f"{here}/nginx.conf", "-p", here],
            stderr=subprocess.PIPE)
        wait_until(self.listens, "nginx to listen")

    def log(self):
        with open(os.path.join(self.folder.name, "access.log"), encoding="utf-8") as file:
            return file.read()

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError("nginx did not start:\n" + self.process.stderr.read().decode())
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
        self.folder.cleanup()
