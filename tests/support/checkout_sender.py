# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in server that sends one checkout, counts what it is asked, and can be told to be hostile."""

import base64
import collections
import hashlib
import http.server
import json
import re
import socketserver
import threading
import time


def blob(content):
    return hashlib.sha256(content).hexdigest(), len(content)


class Sender:
    """With `with`. `checkout` maps paths to contents; `lie(handler, kind, …)` may answer instead."""

    FEATURES = ["content", "content-batch", "checkout-manifest"]

    def __init__(self, checkout, features=None):
        self.features = self.FEATURES if features is None else features
        self.requests = collections.Counter()
        self.sent = collections.Counter()  # bytes by blob
        self.manifest = None  # in place of the right one
        self.cut_after = None  # bytes of an answer with content
        self.pause = 0  # seconds between pieces
        self.contents = {}  # wrong contents by checksum
        self.missing = set()
        self.lock = threading.Lock()
        self.set(checkout)

    def set(self, checkout):
        self.checkout = {path: blob(content) for path, content in checkout.items()}
        self.blobs = {blob(content): content for content in checkout.values()}

    def manifest_body(self):
        files = self.manifest
        if files is None:
            files = [{"path": path, "sha": sha, "size": size} for path, (sha, size) in sorted(self.checkout.items())]
        if isinstance(files, bytes):
            return files
        return json.dumps({"checkoutPath": "shot", "created": "2026-12-01T00:00:00Z", "files": files}).encode()

    def __enter__(self):
        sender = self

        class Handler(_Handler):
            of = sender

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # a client that was killed, or that refuses an answer

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of = None

    def log_message(self, *_):
        pass

    def count(self, kind):
        with self.of.lock:
            self.of.requests[kind] += 1

    def answer(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.pour(body)

    def pour(self, body, key=None):
        cut = self.of.cut_after
        whole = body if cut is None else body[:cut]
        for start in range(0, len(whole), 65536):
            piece = whole[start:start + 65536]
            self.wfile.write(piece)
            if key is not None:
                with self.of.lock:
                    self.of.sent[key] += len(piece)
            if self.of.pause:
                self.wfile.flush()
                time.sleep(self.of.pause)
        if cut is not None and cut < len(body):
            self.wfile.flush()
            self.close_connection = True

    def do_GET(self):
        of = self.of
        if self.path.endswith("/info"):
            self.count("info")
            self.answer(200, json.dumps({"name": "stand-in", "version": "1", "features": of.features}).encode(),
                        Content_Type="application/json")
        elif self.path.endswith("/manifest"):
            self.count("manifest")
            if self.path != "/api/v3/shaman/checkout/shot/manifest":
                self.answer(404, b'{"code": 404, "message": "no such checkout"}', Content_Type="application/json")
                return
            body = of.manifest_body()
            tag = '"' + hashlib.sha256(body).hexdigest() + '"'
            if self.headers["If-None-Match"] == tag:
                self.answer(304, ETag=tag)
            else:
                cut, of.cut_after = of.cut_after, None
                self.answer(200, body, Content_Type="application/json", ETag=tag)
                of.cut_after = cut
        elif found := re.fullmatch(r"/api/v3/shaman/files/([0-9a-f]{64})/(\d+)/content", self.path):
            self.count("content")
            self.send_content((found[1], int(found[2])))
        else:
            self.answer(404, b"{}", Content_Type="application/json")

    def content_of(self, key):
        if key in self.of.missing:
            return None
        return self.of.contents.get(key[0], self.of.blobs.get(key))

    def send_content(self, key):
        content = self.content_of(key)
        if content is None:
            self.answer(404, b'{"code": 404, "message": "not stored"}', Content_Type="application/json")
            return
        tag = f'"{key[0]}-{key[1]}"'
        ranges = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        start = int(ranges[1]) if ranges and self.headers["If-Range"] in (None, tag) else 0
        self.send_response(206 if start else 200)
        if start:
            self.count("resumed")
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("Repr-Digest", "sha-256=:" + base64.b64encode(bytes.fromhex(key[0])).decode() + ":")
        self.end_headers()
        self.pour(content[start:], key)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.endswith("/files:content"):
            self.answer(404, b"{}", Content_Type="application/json")
            return
        self.count("batch")
        answer = b""
        for file in json.loads(body)["files"]:
            key = file["sha"], file["size"]
            content = self.content_of(key)
            if content is None:
                answer += key[0].encode() + b" missing\n"
                continue
            answer += b"%s %d\n" % (key[0].encode(), key[1]) + content
            with self.of.lock:
                self.of.sent[key] += len(content)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        cut = self.of.cut_after
        whole = answer if cut is None else answer[:cut]
        for start in range(0, len(whole), 10000):
            piece = whole[start:start + 10000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if len(whole) < len(answer):
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")
