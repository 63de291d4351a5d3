#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes unicode_tables.cpp: make_unicode_tables.py > unicode_tables.cpp

For each code point whose canonical decomposition, case-folded, is not itself: what it becomes; and
the combining classes. Hangul syllables are computed in name_key.cpp.
"""
import sys
import unicodedata


def fold(char):
    folded = char.casefold()
    # Full folding makes "ss" of a sharp s, which no file system does: simple folding only.
    return folded if len(folded) == 1 else char


rows, classes = [], []
for point in range(sys.maxunicode + 1):
    if 0xD800 <= point <= 0xDFFF or 0xAC00 <= point <= 0xD7A3:
        continue
    char = chr(point)
    if unicodedata.combining(char):
        classes.append((point, unicodedata.combining(char)))
    key = unicodedata.normalize("NFD", "".join(fold(c) for c in unicodedata.normalize("NFD", char)))
    if key != char:
        assert len(key) <= 4
        rows.append((point, [ord(c) for c in key]))

runs = []
for point, number in classes:
    if runs and runs[-1][1] == point - 1 and runs[-1][2] == number:
        runs[-1][1] = point
    else:
        runs.append([point, point, number])


def table(entries):
    lines, line = [], " "
    for entry in entries:
        if len(line) + len(entry) + 2 > 100:
            lines.append(line)
            line = " "
        line += " " + entry + ","
    return "\n".join(lines + [line])


print("// SPDX-License-Identifier: GPL-3.0-or-later")
print(f"// Made by make_unicode_tables.py from Unicode {unicodedata.unidata_version}; do not edit.")
print("// clang-format off")
print('#include "unicode_tables.hpp"\n')
print("namespace shaman::trace::unicode {\n")
print(f"const std::array<Mapping, {len(rows)}> kMappings{{{{")
print(table("{%#x,{%s}}" % (p, ",".join("%#x" % c for c in k)) for p, k in rows))
print("}};\n")
print(f"const std::array<ClassRun, {len(runs)}> kClassRuns{{{{")
print(table("{%#x,%#x,%d}" % tuple(r) for r in runs))
print("}};\n")
print("}  // namespace shaman::trace::unicode")
print(len(rows), len(runs), file=sys.stderr)
