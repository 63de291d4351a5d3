# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets fields that Blender's Python keeps read-only, such as those that only a finished job sets.

A .blend describes the structs of the Blender that wrote it; these are its own in memory as well.
"""

import ctypes
import os
import re
import struct
import tempfile

import bpy


def _description():
    """The bytes of the DNA1 block, from an uncompressed copy of the .blend that is open."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "copy.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, compress=False)
        with open(path, "rb") as file:
            data = file.read()
    at = data.rindex(b"SDNANAME")
    return data[at:]


def _layout():
    """{struct: {field: (offset, size)}}"""
    data = _description()
    at = 4

    def tag(expected):
        nonlocal at
        at = (at + 3) & ~3
        if data[at:at + 4] != expected:
            raise RuntimeError(f"{expected} expected in the file's description of its structs")
        at += 4

    def numbers(form, count=1):
        nonlocal at
        size = struct.calcsize(form) * count
        values = struct.unpack_from(f"<{count}{form}", data, at)
        at += size
        return values

    def strings():
        nonlocal at
        found = []
        for _ in range(numbers("i")[0]):
            end = data.index(b"\0", at)
            found.append(data[at:end].decode())
            at = end + 1
        return found

    tag(b"NAME")
    names = strings()
    tag(b"TYPE")
    types = strings()
    tag(b"TLEN")
    sizes = numbers("h", len(types))
    tag(b"STRC")
    layout = {}
    for _ in range(numbers("i")[0]):
        kind, count = numbers("h", 2)
        offset, fields = 0, {}
        for _ in range(count):
            field_type, name = numbers("h", 2)
            text = names[name]
            size = 8 if text.startswith(("*", "(")) else sizes[field_type]
            for dimension in re.findall(r"\[(\d+)\]", text):
                size *= int(dimension)
            fields[re.sub(r"\[.*|[*()]", "", text)] = (offset, size)
            offset += size
        layout[types[kind]] = fields
    return layout


def poke(block, struct_name, field, value):
    """Writes an integer into a field of the struct behind a Python object."""
    offset, size = _layout()[struct_name][field]
    into = (ctypes.c_char * size).from_address(block.as_pointer() + offset)
    into[:] = value.to_bytes(size, "little")
