# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the content of a terminal as a self-contained SVG picture."""

import re
from xml.sax.saxutils import escape

# An advance of 0.602 em is the widest among the fonts below; with another one a line only gets shorter.
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
FONT_SIZE, ADVANCE, LINE_HEIGHT, MARGIN, BAR = 13, 0.602, 19, 20, 34
# The width that README.md has on a forge.
MOST_COLUMNS = int((860 - 2 * MARGIN) / (FONT_SIZE * ADVANCE))

STYLE = f"""
    text {{ font-family: {FONTS}; font-size: {FONT_SIZE}px; fill: #e6edf3; }}
    .prompt, .remark, .caption {{ fill: #9198a1; }}
    .typed {{ fill: #79c0ff; font-weight: bold; }}
    .red {{ fill: #ff7b72; }}
  """
COLOURS = {"31": "red", "0": None}


def printed(line):
    """(text, class) of each piece of a line that a program has printed, with its colours."""
    colour = None
    for code, text in re.findall(r"\x1b\[(\d+)m|([^\x1b]+|\x1b)", line):
        if code:
            colour = COLOURS[code]
        elif text == "\x1b":
            raise ValueError(f"no colour, but another sequence for terminals: {line!r}")
        else:
            yield text, colour


def typed(command):
    """The same of a command after its prompt."""
    words, mark, remark = command.partition("  # ")
    return [("$ ", "prompt"), (words, "typed"), (mark + remark, "remark")]


def drawn(pieces, y):
    pieces = [(text, style) for text, style in pieces if text]
    columns = sum(len(text) for text, _ in pieces)
    if columns > MOST_COLUMNS:
        raise ValueError(f"a line of {columns} columns; the picture has {MOST_COLUMNS}: {pieces}")
    spans = "".join(f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text)
                    for text, style in pieces)
    return f'    <text x="{MARGIN}" y="{y}">{spans}</text>'


def picture(title, description, caption, lines):
    """The SVG of a terminal's window; each line is a list of (text, class)."""
    lines = [list(line) for line in lines]
    columns = max(sum(len(text) for text, _ in line) for line in lines)
    width = round(columns * FONT_SIZE * ADVANCE) + 2 * MARGIN
    height = BAR + len(lines) * LINE_HEIGHT + MARGIN
    rows = "\n".join(drawn(line, BAR + (row + 1) * LINE_HEIGHT) for row, line in enumerate(lines) if line)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"
     role="img" aria-labelledby="title description">
  <title id="title">{escape(title)}</title>
  <desc id="description">{escape(description)}</desc>
  <style>{STYLE}</style>
  <rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="#0d1117" stroke="#444c56"/>
  <path d="M0.5 {BAR - 4}.5H{width - 0.5}" stroke="#444c56"/>
  <g fill="#6e7681"><circle cx="20" cy="15.5" r="5"/><circle cx="38" cy="15.5" r="5"/><circle cx="56" cy="15.5" r="5"/></g>
  <text class="caption" x="{width / 2:g}" y="20" text-anchor="middle">{escape(caption)}</text>
  <g xml:space="preserve">
{rows}
  </g>
</svg>
"""
