# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/schemas/ is whole; tests/support/json_lines.py holds each line of the integration tests against it."""

import ast
import re
import sys
import unittest

from repository import ROOT, files, text

sys.path.insert(0, str(ROOT / "tests" / "support"))
import json_lines  # noqa: E402
from json_schema import ANNOTATIONS, KEYWORDS, TYPES, nodes  # noqa: E402

# Of tasks and of what was given: printed so from the beginning, and not to be changed without a new `schema`.
OLD_STYLE = {"ID"}
MAPS = re.compile(r"/(?:properties|\$defs)$")


def documents():
    return {path.name: json_lines.schema(path.name) for path in json_lines.FOLDER.glob("*.json")}


def schemas():
    """(place, schema) of every schema within a document."""
    for name, document in documents().items():
        for place, node in nodes(document, name):
            if isinstance(node, dict) and (not MAPS.search(place) or MAPS.search(place.rpartition("/")[0])):
                yield place, node


def members():
    """(place, name, schema) of every member of an object."""
    for place, schema in schemas():
        for name, member in schema.get("properties", {}).items():
            yield f"{place}.{name}", name, member


def explained(schema):
    return schema.get("description") or json_lines.CHECKER.resolved(schema).get("description")


class Schemas(unittest.TestCase):
    def test_keywords_and_types_are_known(self):
        for place, schema in schemas():
            with self.subTest(place):
                self.assertLessEqual(set(schema), KEYWORDS)
                kinds = schema.get("type", [])
                self.assertLessEqual({kinds} if isinstance(kinds, str) else set(kinds), set(TYPES))
                if "$ref" in schema:
                    self.assertLessEqual(set(schema) - {"$ref"}, ANNOTATIONS, "what is next to a $ref is not checked")

    def test_references_lead_somewhere_and_each_shared_part_is_used(self):
        used = set()
        for place, schema in schemas():
            if "$ref" in schema:
                with self.subTest(place):
                    self.assertIsInstance(json_lines.CHECKER.resolved(schema), dict)
                    used.add(schema["$ref"])
        parts = {f"{name}#/$defs/{part}" for name, document in documents().items() for part in document.get("$defs", {})}
        self.assertEqual(parts - used, set())

    def test_documents_and_members_are_explained(self):
        for name, document in documents().items():
            with self.subTest(name):
                self.assertEqual(document["$schema"], "https://json-schema.org/draft/2020-12/schema")
                self.assertTrue(document["title"])
                self.assertRegex(document["description"], r"\.$")
        for place, _, member in members():
            with self.subTest(place):
                self.assertRegex(explained(member) or "", r"^\S.*[.`]$")

    def test_sizes_and_times_have_a_unit(self):
        for place, name, member in members():
            if re.search(r"(?i)bytes|^size$", name) and not member.get("deprecated"):
                with self.subTest(place):
                    self.assertIn("in bytes", explained(member))

    def test_members_are_in_camel_case(self):
        for place, name, member in members():
            if not member.get("deprecated") and name not in OLD_STYLE:
                with self.subTest(place):
                    self.assertRegex(name, r"^[a-z][A-Za-z0-9]*$")

    def test_objects_say_which_members_they_have(self):
        for place, schema in schemas():
            if schema.get("type") == "object":
                with self.subTest(place):
                    self.assertIn("additionalProperties", schema)
                    self.assertLessEqual(set(schema["required"]), set(schema["properties"]))

    def test_the_readme_lists_each(self):
        rows = re.findall(r"^\| `([^`]+)` \| \[[^]]+\]\(([^)]+)\) \|", text(json_lines.FOLDER / "README.md"), re.M)
        self.assertEqual(sorted(file for _, file in rows), sorted(json_lines.commands().values()))
        for command, file in rows:
            self.assertEqual(documents()[file]["title"], f"{command} --json")


class Checks(unittest.TestCase):
    def test_tests_do_not_read_json_past_them(self):
        for path in files():
            if path.parent.parent.name != "integration" or path.suffix != ".py":
                continue
            for call in ast.walk(ast.parse(text(path))):
                if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("subprocess."):
                    told = any(isinstance(each, ast.Constant) and each.value == "--json" for each in ast.walk(call))
                    is_checked = ast.unparse(call.func) == "subprocess.Popen" and "json_lines.communicate" in text(path)
                    self.assertTrue(is_checked or not told, f"{path.name}:{call.lineno}: run this by json_lines.py")

    def faults(self, command, status, *lines):
        return json_lines.faults_of(command.split(), status, "".join(line + "\n" for line in lines))

    def test_a_line_is_held_against_the_schema_of_its_command(self):
        erased = '{"schema": 1, "erased": "a", "jobs": []}'
        failed = '{"schema": 1, "error": "no", "missing": []}'
        for command, status, line in (("shaman checkout erase a --json", 0, erased),
                                      ("shaman checkout erase a --json", 1, failed),
                                      ("env A=1 /usr/bin/shaman --frob --json", 2, failed)):
            self.assertEqual(self.faults(command, status, line), [], command)
        for command, status, lines in (("shaman checkout erase a --json", 1, [erased]),
                                       ("shaman checkout erase a --json", 0, [failed]),
                                       ("shaman checkout erase a --json", 0, [erased, erased]),
                                       ("shaman checkout erase a --json", 0, []),
                                       ("shaman checkout list --json", 0, [erased]),
                                       ("shaman frob --json", 0, [erased]),
                                       ("shaman-server pins --json", 0, [erased]),
                                       ("shaman-server pins --json", 0, []),
                                       ("shaman checkout erase a --json", 0, ['{"schema": 2, "erased": "a", "jobs": []}']),
                                       ("shaman checkout erase a --json", 0, ['{"schema": true, "erased": "a", "jobs": []}']),
                                       ("shaman checkout erase a --json", 0, ['{"schema": 1, "erased": "a", "jobs": [], "b": 1}'])):
            self.assertNotEqual(self.faults(command, status, *lines), [], (command, lines))

    def test_a_failure_of_the_server_has_no_line(self):
        self.assertEqual(self.faults("shaman-server gc --json", 1), [])
        self.assertEqual(json_lines.faults_of(["shaman", "list", "--", "--json"], 0, "no JSON"), [])

    def test_options_choose_the_form(self):
        for option, file in (("", "submit"), ("--dry-run", "submit-dry-run"), ("--no-shaman", "submit-no-shaman"),
                             ("--dry-run --no-shaman", "submit-dry-run")):
            found = json_lines.schema_of(["submit", "a.blend", *option.split(), "--json"])
            self.assertEqual(found, {"$ref": file + ".schema.json"})


if __name__ == "__main__":
    unittest.main()
