# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/openapi.yaml is whole; tests/support/openapi.py holds each answer of the integration tests against it."""

import re
import sys
import unittest

from repository import ROOT, text

sys.path.insert(0, str(ROOT / "tests" / "support"))
import openapi  # noqa: E402
from json_schema import nodes  # noqa: E402

if openapi.yaml is None:
    print("skipped: needs PyYAML (python3-yaml)", file=sys.stderr)
    sys.exit(77)

METHODS = {"get", "head", "post", "put", "patch", "delete", "options"}


class Document(unittest.TestCase):
    def setUp(self):
        self.document = openapi.document()

    def operations(self):
        return [(path, method, operation) for path, item in self.document["paths"].items()
                for method, operation in item.items() if method in METHODS]

    def test_references_lead_somewhere_and_each_component_is_used(self):
        used = set()
        for place, node in nodes(self.document):
            if isinstance(node, dict) and "$ref" in node:
                with self.subTest(place):
                    self.assertIsNotNone(openapi.resolved(node))
                    used.add(node["$ref"])
        components = {f"#/components/{kind}/{name}" for kind, named in self.document["components"].items()
                      for name in named if kind != "securitySchemes"}
        self.assertEqual(components - used, set())

    def test_each_call_has_a_name_a_summary_and_answers(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, method, operation in self.operations():
            with self.subTest(f"{method} {path}"):
                self.assertTrue(operation["summary"])
                self.assertIn("default", operation["responses"])
                self.assertTrue(any(str(status).startswith("2") for status in operation["responses"]))

    def test_each_parameter_of_an_address_is_described(self):
        for path, item in self.document["paths"].items():
            described = {parameter["name"] for operation in [item, *item.values()] if isinstance(operation, dict)
                         for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
            self.assertEqual(set(re.findall(r"\{(\w+)\}", path)), described, path)

    def test_it_has_the_server_s_calls_and_no_others(self):
        names = dict(re.findall(r'std::string_view (k\w+) =\s+"(/[^"]*)"', text(ROOT / "src/protocol/names.hpp")))
        routes = set()
        for method, constant, rest in re.findall(
                r'router\.add\("(\w+)", (?:below\((\w+), "([^"]+)"\)|\w+)', text(ROOT / "src/server/routes.cpp")):
            if constant:
                routes.add((method.lower(), names[constant] + rest.replace("{*}", "{}")))
        for method, constant in re.findall(r'router\.add\("(\w+)", (k\w+)', text(ROOT / "src/server/routes.cpp")):
            routes.add((method.lower(), names[constant]))
        for method in re.findall(r'router\.add\("(\w+)", file\b', text(ROOT / "src/server/routes.cpp")):
            routes.add((method.lower(), names["kFiles"] + "/{}/{}"))
        routes = {(method, path) for method, path in routes if method != "options"}
        documented = {(method, re.sub(r"\{\w+\}", "{}", path)) for path, method, _ in self.operations()}
        self.assertEqual(documented, routes)

    def test_what_it_does_not_allow_is_found(self):
        status = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1}}}
        self.assertEqual(openapi.faults_of({"a": 1}, status), [])
        for wrong in ({}, {"a": 0}, {"a": "1"}, {"a": True}, {"a": 1, "b": 2}, [], None):
            self.assertEqual(len(openapi.faults_of(wrong, status)), 1, wrong)
        with self.assertRaises(AssertionError):
            openapi.check("GET", openapi.OURS + "info", 200, "application/json", b'{"name":"x"}')
        with self.assertRaises(AssertionError):
            openapi.check("GET", openapi.OURS + "info", 302, None, b"")


unittest.main()
