#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that this server adds to a Manager's calls, compared with nginx: `ab` calls an nginx in place of the Manager
directly, through nginx with docs/nginx.conf, and through shaman-server --manager."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import types

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path[:0] = [os.path.join(SOURCE, "tests", "support")]
BUILD = os.path.join(os.environ.get("SHAMAN_BUILD", os.path.join(SOURCE, "build")), "release")
os.environ.setdefault("SHAMAN_SERVER_PROGRAM", os.path.join(BUILD, "shaman", "shaman-server"))
os.environ["SHAMAN_SOURCE"] = SOURCE
ROUNDS = 3
# Name, the Manager's path, connections, requests.
LOADS = [("an answer of 100 bytes, 1 connection", "/small", 1, 4000),
         ("an answer of 100 bytes, 64 connections", "/small", 64, 20000),
         ("an answer of 1 MB, 8 connections", "/large", 8, 1000)]


def stand_in(nginx, folder):
    """An nginx that answers as fast as possible, so that only the proxy in front of it counts."""
    port = nginx.free_port()
    with open(os.path.join(folder, "large"), "wb") as file:
        file.write(os.urandom(1_000_000))
    conf = os.path.join(folder, "nginx.conf")
    user = "user root;\n" if os.geteuid() == 0 else ""
    with open(conf, "w", encoding="utf-8") as file:
        file.write(f"{user}daemon off;\npid {folder}/pid;\nworker_processes 1;\nevents {{}}\nhttp {{\naccess_log off;\n"
                   f"server {{ listen 127.0.0.1:{port}; root {folder}; keepalive_requests 1000000;\n"
                   f"location = /small {{ return 200 '{'x' * 100}'; }} }} }}\n")
    process = subprocess.Popen([nginx.PROGRAM, "-e", f"{folder}/error.log", "-c", conf, "-p", folder])
    return process, types.SimpleNamespace(port=port, host="127.0.0.1", url=f"http://127.0.0.1:{port}")


def ask(url, connections, requests):
    """(requests a second, median milliseconds)"""
    done = subprocess.run(["ab", "-q", "-k", "-c", str(connections), "-n", str(requests), url], check=True,
                          capture_output=True, text=True)
    assert re.search(r"Failed requests:\s+0\n", done.stdout), done.stdout
    rate = float(re.search(r"Requests per second:\s+([\d.]+)", done.stdout).group(1))
    return rate, 1000 * connections / rate


def quiet_server(kind, folder, manager):
    """nginx does not log a line per request, either."""
    config = os.path.join(folder, "shaman.yaml")
    open(config, "w", encoding="utf-8").close()
    server = kind(os.path.join(folder, "storage"), manager=manager.url, config=config).start()
    with open(config, "w", encoding="utf-8") as file:
        file.write("log-level: warning\n")
    server.process.send_signal(signal.SIGHUP)
    return server


def main():
    subprocess.run([os.path.join(SOURCE, "tools", "setup.sh"), "--bench"], check=True)
    import nginx  # after the environment, which it reads
    from shaman_server import Server, wait_until

    folder = tempfile.mkdtemp(prefix="shaman-bench.", dir="/dev/shm")
    os.chmod(folder, 0o755)
    process, manager = stand_in(nginx, folder)
    wait_until(lambda: ask_once(manager.url), "the stand-in")
    server = quiet_server(Server, folder, manager)
    proxy = nginx.Nginx(types.SimpleNamespace(port=server.port), manager)
    ways = {"direct": manager.url, "nginx": proxy.url, "shaman-server": server.url}
    try:
        print("| | direct | nginx | shaman-server | adds, compared with nginx |\n|---|---|---|---|---|")
        for name, path, connections, requests in LOADS:
            times = {way: [] for way in ways}
            for _ in range(ROUNDS):
                for way, url in ways.items():
                    times[way].append(ask(url + path, connections, requests))
            rate = {way: statistics.median(each[0] for each in found) for way, found in times.items()}
            each = {way: 1e6 / rate[way] for way in ways}
            added = {way: each[way] - each["direct"] for way in ("nginx", "shaman-server")}
            print(f"| {name} | {rate['direct']:.0f} /s | {rate['nginx']:.0f} /s | {rate['shaman-server']:.0f} /s | "
                  f"{added['shaman-server']:.0f} µs, nginx {added['nginx']:.0f} µs: "
                  f"{added['shaman-server'] / added['nginx']:.2f} x |", flush=True)
    finally:
        proxy.close()
        server.close()
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def ask_once(url):
    return subprocess.run(["ab", "-q", "-n", "1", url + "/small"], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    main()
