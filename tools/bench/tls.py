#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of TLS: one large upload, and answers on one connection, compared with the same without TLS.

The machine's own limit, AES-128-GCM by `openssl speed`, is measured in the same run.
"""

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
BUILD = os.path.join(os.environ.get("SHAMAN_BUILD", os.path.join(SOURCE, "build")), "release")
os.environ.setdefault("SHAMAN_SERVER_PROGRAM", os.path.join(BUILD, "shaman", "shaman-server"))

from api import files_url  # noqa: E402
from shaman_server import Server  # noqa: E402


def connect(server):
    if server.tls:
        return http.client.HTTPSConnection(server.host, server.port, context=server.tls)
    return http.client.HTTPConnection(server.host, server.port)


def upload(server, data):
    """Bytes a second of one upload whose content the server does not know."""
    connection = connect(server)
    connection.connect()
    path = files_url(data)
    begun = time.perf_counter()
    connection.request("POST", path, data, {"Content-Type": "application/octet-stream"})
    assert connection.getresponse().status == 204
    return len(data) / (time.perf_counter() - begun)


def answers(server, count):
    connection = connect(server)
    connection.connect()
    begun = time.perf_counter()
    for _ in range(count):
        connection.request("GET", "/api/v3/version")
        connection.getresponse().read()
    return count / (time.perf_counter() - begun)


def handshakes(server, count):
    begun = time.perf_counter()
    for _ in range(count):
        connection = connect(server)
        connection.connect()
        connection.close()
    return count / (time.perf_counter() - begun)


def cipher_limit():
    done = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "-evp", "aes-128-gcm"],
                          capture_output=True, text=True, check=True)
    return float(re.search(r"AES-128-GCM +([\d.]+)k", done.stdout, re.I).group(1)) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    figures = {}
    for secured in (False, True):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            with Server(storage=os.path.join(folder, "s"), secured=secured) as server:
                figures[secured] = [
                    statistics.median(upload(server, os.urandom(arguments.mebibytes << 20))
                                      for _ in range(arguments.repeat)),
                    statistics.median(answers(server, 5000) for _ in range(arguments.repeat)),
                    statistics.median(handshakes(server, 300) for _ in range(arguments.repeat))]
    print(f"AES-128-GCM on one core: {cipher_limit() / 1e9:.2f} GB/s")
    for name, plain, secured, unit in zip(("one upload", "answers on one connection", "new connections"),
                                          figures[False], figures[True], (1e6, 1, 1)):
        print(f"{name}: {plain / unit:,.0f} without, {secured / unit:,.0f} with TLS"
              f"{' MB' if unit > 1 else ''}/s, {secured / plain:.2f} x")


if __name__ == "__main__":
    main()
