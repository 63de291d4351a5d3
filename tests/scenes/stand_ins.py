# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny files of every kind that a .blend can name; real ones where Blender reads them at once."""

import hashlib
import math
import os
import shutil
import struct
import zlib

import bpy


def _colour(path):
    return hashlib.sha256(os.fsencode(path)).digest()[:3]


def png(path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + _colour(path) * 4) * 4
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def hdr(path):
    pixel = _colour(path) + b"\x80"
    return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 8\n" + pixel * 32


def wav(path):
    tone = 220 + _colour(path)[0]
    samples = b"".join(struct.pack("<h", int(8000 * math.sin(tone * i / 8000))) for i in range(2000))
    return (b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
            + b"data" + struct.pack("<I", len(samples)) + samples)


def avi(path, width=16, height=16, frames=5):
    """Uncompressed pictures in an AVI container, which every FFmpeg reads."""
    picture = _colour(path) * (width * height)

    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def items(kind, data):
        return chunk(b"LIST", kind + data)

    main = struct.pack("<14I", 40000, len(picture) * 25, 0, 0x10, frames, 0, 1, len(picture), width,
                       height, 0, 0, 0, 0)
    stream = struct.pack("<4s4sIHHIIIIIIIIHHHH", b"vids", b"DIB ", 0, 0, 0, 0, 1, 25, 0, frames,
                         len(picture), 0, 0, 0, 0, width, height)
    layout = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(picture), 0, 0, 0, 0)
    head = items(b"hdrl", chunk(b"avih", main)
                 + items(b"strl", chunk(b"strh", stream) + chunk(b"strf", layout)))
    data = b"".join(chunk(b"00db", picture) for _ in range(frames))
    index = b"".join(struct.pack("<4sIII", b"00db", 0x10, 4 + i * (8 + len(picture)), len(picture))
                     for i in range(frames))
    body = b"AVI " + head + items(b"movi", data) + chunk(b"idx1", index)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def font_file():
    """A font that this Blender brings: writing one by hand is long, and FreeType is strict."""
    folder = bpy.utils.system_resource("DATAFILES", path="fonts")
    for name in sorted(os.listdir(folder)):
        if name.lower().endswith((".ttf", ".otf", ".woff2", ".pfb")):
            return os.path.join(folder, name)
    raise RuntimeError(f"no font in {folder}")


def ies(_path):
    return (b"IESNA:LM-63-2002\nTILT=NONE\n1 1000 1 3 1 1 2 0 0 0\n1 1 100\n0 45 90\n0\n100 80 10\n")


def obj(_path):
    return b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def ply(_path):
    return (b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
            b"property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
            b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")


def stl(_path):
    return (b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\n"
            b"endloop\nendfacet\nendsolid a\n")


def pc2(_path):
    # One frame of 8 vertices: those of the default cube.
    return (b"POINTCACHE2\0" + struct.pack("<iiffi", 1, 8, 0.0, 1.0, 1)
            + struct.pack("<24f", *[float(i % 2) for i in range(24)]))


def mdd(_path):
    return struct.pack(">ii", 1, 8) + struct.pack(">f", 0.0) + struct.pack(">24f", *([0.5] * 24))


def usda(path):
    name = "".join(c for c in os.path.basename(path) if c.isalpha())
    return (f'#usda 1.0\n(\n    upAxis = "Z"\n)\n\ndef Xform "{name}"\n{{\n'
            '    def Mesh "mesh"\n    {\n        int[] faceVertexCounts = [3]\n'
            '        int[] faceVertexIndices = [0, 1, 2]\n'
            '        point3f[] points = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]\n    }\n}\n').encode()


def osl(_path):
    return b"shader flat(output color Col = 0.5) { Col = color(0.2, 0.4, 0.6); }\n"


WRITERS = {".png": png, ".hdr": hdr, ".wav": wav, ".avi": avi, ".ies": ies, ".obj": obj, ".ply": ply,
           ".stl": stl, ".pc2": pc2, ".mdd": mdd, ".usda": usda, ".osl": osl}


def write(path):
    """Makes the file and its folders; an ending without a writer gets a line of text."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    ending = os.path.splitext(path)[1].lower()
    if ending in (".ttf", ".otf", ".woff2"):
        shutil.copyfile(font_file(), path)
        return
    writer = WRITERS.get(ending)
    data = writer(path) if writer else b"stands for " + os.fsencode(os.path.basename(path)) + b"\n"
    with open(path, "wb") as file:
        file.write(data)
