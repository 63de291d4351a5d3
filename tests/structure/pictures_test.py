# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures in the documents: each can be shown alone, and says in words what it shows."""

import re
import unittest
import xml.etree.ElementTree as ElementTree

from repository import documents, files, name, prose_lines, text

SVG = "{http://www.w3.org/2000/svg}"
# What a document is wide on a forge.
MOST_WIDTH = 860
# Elements that run code, or show what is not drawn here.
FOREIGN = {"script", "foreignObject", "image", "use", "iframe", "audio", "video"}


def shown():
    """(where, words in its place, path) of each picture in a document."""
    for document in documents():
        for number, line in prose_lines(document):
            for words, target in re.findall(r"!\[([^\]]*)\]\(<?([^)\s>]+)", line):
                yield f"{name(document)}:{number}", words, document.parent / target


def pictures():
    return [path for path in files() if path.suffix == ".svg"]


def outside(source):
    """What a picture takes from outside itself, or may do to who looks at it."""
    if "<!" in re.sub(r"<!--.*?-->", "", source, flags=re.S):
        yield "a declaration or an entity"
    if re.search(r"<\?(?!xml )", source):
        yield "a processing instruction"
    for element in ElementTree.fromstring(source).iter():
        tag = element.tag.rpartition("}")[2]
        if tag in FOREIGN:
            yield f"<{tag}>"
        values = [element.text or ""] if tag == "style" else []
        for attribute, value in element.attrib.items():
            attribute = attribute.rpartition("}")[2]
            if attribute.startswith("on"):
                yield f"{attribute}={value}"
            if attribute in ("href", "src") and not value.startswith("#"):
                yield f"{attribute}={value}"
            values.append(value)
        for value in values:
            if "@import" in value:
                yield "@import"
            yield from (f"url({target})" for target in re.findall(r"url\(\s*['\"]?([^)'\"]*)", value)
                        if not target.startswith("#"))


class Pictures(unittest.TestCase):
    def test_each_that_a_document_shows_is_here_and_has_words_in_its_place(self):
        for where, words, path in shown():
            with self.subTest(where):
                self.assertIn(path.resolve(), [each.resolve() for each in pictures()])
                self.assertTrue(words.strip(), "give the picture a text: ![what it shows](…)")

    def test_each_is_shown_somewhere(self):
        used = {path.resolve() for _, _, path in shown()}
        self.assertEqual([name(path) for path in pictures() if path.resolve() not in used], [])
        self.assertGreater(len(used), 0)

    def test_each_says_what_it_shows(self):
        for path in pictures():
            with self.subTest(name(path)):
                root = ElementTree.fromstring(text(path))
                self.assertEqual(root.tag, SVG + "svg")
                self.assertEqual(root.get("role"), "img")
                named = [each.get("id") for each in (root.find(SVG + "title"), root.find(SVG + "desc"))
                         if each is not None and each.text.strip()]
                self.assertEqual(root.get("aria-labelledby").split(), named, "a title and a description")

    def test_each_fits_a_page(self):
        for path in pictures():
            with self.subTest(name(path)):
                root = ElementTree.fromstring(text(path))
                self.assertLessEqual(int(root.get("width")), MOST_WIDTH)
                self.assertEqual(root.get("viewBox"), f"0 0 {root.get('width')} {root.get('height')}")

    def test_each_needs_nothing_outside_itself(self):
        for path in pictures():
            self.assertEqual(list(outside(text(path))), [], name(path))


class Outside(unittest.TestCase):
    def picture(self, inside):
        return ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
                f"{inside}</svg>")

    def test_is_found(self):
        for inside in ('<image href="a.png"/>', '<a xlink:href="http://farm"/>', "<script/>", '<g onclick="f()"/>',
                       '<path fill="url(http://farm/a#b)"/>', '<g style="mask: url( \'a.svg#b\')"/>',
                       "<style>@import 'a.css';</style>", "<style>@font-face { src: url(a.woff) }</style>"):
            self.assertTrue(list(outside(self.picture(inside))), inside)
        self.assertTrue(list(outside('<!DOCTYPE svg SYSTEM "a.dtd">' + self.picture(""))))
        self.assertTrue(list(outside('<?xml-stylesheet href="a.css"?>' + self.picture(""))))

    def test_is_not_what_is_drawn_here(self):
        inside = '<!-- a > b --><style>.a { fill: red }</style><a href="#b"/><path marker-end="url(#b)"/>'
        self.assertEqual(list(outside('<?xml version="1.0"?>' + self.picture(inside))), [])


unittest.main()
