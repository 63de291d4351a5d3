# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a JSON value a schema does not allow.

Knows the keywords of JSON Schema that docs/openapi.yaml and docs/schemas/ use, and refuses others. An object has no
members but those that its schema names, unless `additionalProperties` says so.
"""

import re

ANNOTATIONS = {"$schema", "$defs", "title", "description", "deprecated", "format"}
KEYWORDS = ANNOTATIONS | {"$ref", "type", "required", "properties", "additionalProperties", "items", "maxItems", "enum",
                          "const", "pattern", "minimum", "maximum", "allOf", "oneOf"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}


def nodes(node, place="#"):
    """(place, node) of a document and of everything in it."""
    yield place, node
    for name, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(child, f"{place}/{name}")


def with_whole_references(document, name):
    """The document, whose references within itself then have its name: `#/$defs/x` becomes `name#/$defs/x`."""
    for _, node in nodes(document):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"].startswith("#"):
            node["$ref"] = name + node["$ref"]
    return document


def is_of(kind, value):
    # To Python a boolean is a number.
    return isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))


class Checker:
    """`load` gives the document of a name, its references made whole."""

    def __init__(self, load):
        self.load = load

    def resolved(self, node):
        """What a reference leads to; KeyError if it leads nowhere."""
        while isinstance(node, dict) and "$ref" in node:
            name, _, path = node["$ref"].partition("#/")
            node = self.load(name.rstrip("#"))
            for part in path.split("/") if path else ():
                node = node[part]
        return node

    def merged(self, schema):
        """The properties and the required members of a schema and of all that it consists of."""
        schema = self.resolved(schema)
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, needed = self.merged(part)
            properties.update(more)
            required |= needed
        return properties, required

    def faults_of(self, value, schema, place="the answer"):
        """A sentence for each thing in the value that the schema does not allow."""
        schema = self.resolved(schema)
        unknown = set(schema) - KEYWORDS
        if unknown:
            raise ValueError(f"tests/support/json_schema.py does not know {unknown}")
        if "oneOf" in schema:
            return self._choice_faults(value, schema["oneOf"], place)
        kinds = ["object"] if "allOf" in schema else schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(is_of(kind, value) for kind in kinds):
            return [f"{place} is not of the type {' or '.join(kinds)}: {value!r:.80}"]
        return self._plain_faults(value, schema, place) + self._inner_faults(value, schema, kinds, place)

    def _choice_faults(self, value, choices, place):
        """Those of the choice that is nearest, if none allows the value."""
        faults = [self.faults_of(value, choice, place) for choice in choices]
        allowed = faults.count([])
        if allowed > 1:
            return [f"{place} is allowed by {allowed} choices, of which only one may"]
        return [] if allowed else min(faults, key=len)

    @staticmethod
    def _plain_faults(value, schema, place):
        faults = []
        if "const" in schema and (value != schema["const"] or isinstance(value, bool) != isinstance(schema["const"], bool)):
            faults.append(f"{place} is not {schema['const']!r}: {value!r:.80}")
        if "enum" in schema and value not in schema["enum"]:
            faults.append(f"{place} is not one of {schema['enum']}: {value!r}")
        if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
            faults.append(f"{place} does not match {schema['pattern']}: {value!r}")
        if "minimum" in schema and value < schema["minimum"]:
            faults.append(f"{place} is below {schema['minimum']}: {value}")
        if "maximum" in schema and value > schema["maximum"]:
            faults.append(f"{place} is above {schema['maximum']}: {value}")
        if "maxItems" in schema and len(value) > schema["maxItems"]:
            faults.append(f"{place} has {len(value)} items")
        return faults

    def _inner_faults(self, value, schema, kinds, place):
        faults = []
        if "object" in kinds and isinstance(value, dict):
            faults += self._object_faults(value, schema, place)
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                faults += self.faults_of(item, schema["items"], f"{place}[{number}]")
        return faults

    def _object_faults(self, value, schema, place):
        properties, required = self.merged(schema)
        others = schema.get("additionalProperties", False)
        faults = [f"{place} lacks {member}" for member in sorted(required - set(value))]
        for member, content in value.items():
            if member in properties:
                faults += self.faults_of(content, properties[member], f"{place}.{member}")
            elif isinstance(others, dict):
                faults += self.faults_of(content, others, f"{place}.{member}")
            elif not others:
                faults.append(f"{place}.{member} is not in the document")
        return faults
