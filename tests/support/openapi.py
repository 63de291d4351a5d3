# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml, and whether an answer is one that it allows.

Members that the document does not name are wrong, as are statuses of success that it does not list. Without PyYAML
nothing is checked.
"""

import functools
import json
import os
import pathlib
import re

import json_schema

try:
    import yaml
except ImportError:
    yaml = None

DOCUMENT = pathlib.Path(os.environ.get("SHAMAN_SOURCE") or pathlib.Path(__file__).resolve().parents[2]) / "docs/openapi.yaml"
# Of a Manager, where there is one: its answers are its own.
OURS = "/api/v3/shaman/"
WATCHED = ("/livez", "/readyz", "/metrics")


@functools.cache
def document():
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


CHECKER = json_schema.Checker(lambda _: document())
resolved, faults_of = CHECKER.resolved, CHECKER.faults_of


@functools.cache
def routes():
    """(regular expression, the path's item), the most literal paths first."""
    found = []
    for path, item in document()["paths"].items():
        # A checkout's path has slashes of its own.
        pattern = re.sub(r"\{checkoutPath\}", ".+", path)
        found.append((re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern)), item))
    return sorted(found, key=lambda route: -route[0].pattern.count("/") - 10 * (".+" not in route[0].pattern))


def operation(method, path):
    path = path.split("?")[0]
    for pattern, item in routes():
        if pattern.fullmatch(path) and method.lower() in item:
            return item[method.lower()]
    return None


def check(method, path, status, content_type, body):
    """AssertionError where the answer to a call is not one that the document allows."""
    if yaml is None or not path.startswith((OURS, *WATCHED)):
        return
    called = operation(method, path)
    if called is None:
        return
    allowed = resolved(called["responses"].get(str(status)))
    if allowed is None:
        if status < 400:
            raise AssertionError(f"{method} {path}: {status} is not in {DOCUMENT.name}")
        allowed = resolved(called["responses"]["default"])
    if not body or method == "HEAD" or content_type != "application/json":
        return
    if "content" not in allowed:
        raise AssertionError(f"{method} {path}: {status} has a body, but none in {DOCUMENT.name}: {body[:200]!r}")
    faults = faults_of(json.loads(body), allowed["content"]["application/json"]["schema"])
    if faults:
        raise AssertionError(f"{method} {path}: {status} is not as in {DOCUMENT.name}: {'; '.join(faults[:5])}")
