# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml, and whether an answer is one that it allows.

Members that the document does not name are wrong, as are statuses of success that it does not list. Reads the
keywords of JSON Schema that the document uses, and refuses others. Without PyYAML nothing is checked.
"""

import functools
import json
import os
import pathlib
import re

try:
    import yaml
except ImportError:
    yaml = None

DOCUMENT = pathlib.Path(os.environ.get("SHAMAN_SOURCE") or pathlib.Path(__file__).resolve().parents[2]) / "docs/openapi.yaml"
KEYWORDS = {"type", "required", "properties", "additionalProperties", "items", "maxItems", "enum", "pattern", "format",
            "minimum", "allOf", "description", "$ref"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
# Of a Manager, where there is one: its answers are its own.
OURS = "/api/v3/shaman/"


@functools.cache
def document():
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


def resolved(node):
    """What a reference leads to."""
    while isinstance(node, dict) and "$ref" in node:
        found = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def merged(schema):
    """The properties and the required members of a schema and of all that it consists of."""
    schema = resolved(schema)
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
    for part in schema.get("allOf", []):
        more, needed = merged(part)
        properties.update(more)
        required |= needed
    return properties, required


def object_faults(value, schema, place):
    properties, required = merged(schema)
    others = schema.get("additionalProperties")
    faults = [f"{place} lacks {member}" for member in sorted(required - set(value))]
    for member, content in value.items():
        if member in properties:
            faults += faults_of(content, properties[member], f"{place}.{member}")
        elif isinstance(others, dict):
            faults += faults_of(content, others, f"{place}.{member}")
        else:
            faults.append(f"{place}.{member} is not in the document")
    return faults


def faults_of(value, schema, place="the answer"):
    schema = resolved(schema)
    unknown = set(schema) - KEYWORDS
    if unknown:
        raise ValueError(f"tests/support/openapi.py does not know {unknown}")
    kind = "object" if "allOf" in schema else schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
        return [f"{place} is not of the type {kind}: {value!r:.80}"]
    faults = []
    if "enum" in schema and value not in schema["enum"]:
        faults.append(f"{place} is not one of {schema['enum']}: {value!r}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        faults.append(f"{place} does not match {schema['pattern']}: {value!r}")
    if "minimum" in schema and value < schema["minimum"]:
        faults.append(f"{place} is below {schema['minimum']}: {value}")
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        faults.append(f"{place} has {len(value)} items")
    if kind == "object":
        faults += object_faults(value, schema, place)
    if kind == "array" and "items" in schema:
        for number, item in enumerate(value):
            faults += faults_of(item, schema["items"], f"{place}[{number}]")
    return faults


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
    if yaml is None or not path.startswith(OURS):
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
