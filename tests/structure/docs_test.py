# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents: links, decision records, the glossary, and what no file may name"""

import pathlib
import re
import tempfile
import unittest

from repository import ROOT, anchors, documents, files, links, name, text

DESIGN = ROOT / "docs" / "design"
SECTIONS = ["Context", "Choice", "Measured", "Not chosen", "What would change our mind"]
REQUIRED = {"Context", "Choice", "What would change our mind"}
STATUS = re.compile(r"Status: (accepted|replaced by \d{4})\. Date: (\d{4}-\d\d-\d\d)\.")


def records():
    return sorted(path for path in DESIGN.glob("*.md") if path.name != "README.md")


def parts(record):
    """Number, title, status and date, and (name, content) of each section."""
    title, _, rest = text(record).partition("\n")
    number, _, decision = title.removeprefix("# ").partition(": ")
    pieces = re.split(r"^## (.*)$", rest, flags=re.M)
    return number, decision, pieces[0].strip(), list(zip(pieces[1::2], pieces[2::2]))


class Links(unittest.TestCase):
    def test_every_relative_link_and_anchor_leads_somewhere(self):
        wrong = []
        for document in documents():
            for number, target in links(document):
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                path, _, anchor = target.partition("#")
                leads_to = (document.parent / path).resolve() if path else document
                where = f"{name(document)}:{number}: {target}"
                if not leads_to.exists() or not leads_to.is_relative_to(ROOT.resolve()):
                    wrong.append(f"{where}: there is no such file")
                elif anchor and anchor not in anchors(leads_to):
                    wrong.append(f"{where}: there is no such heading")
        self.assertEqual(wrong, [])

    def test_every_document_can_be_reached_from_the_readme(self):
        reached, waiting = set(), [ROOT / "README.md"]
        while waiting:
            document = waiting.pop()
            if document in reached:
                continue
            reached.add(document)
            targets = [target.partition("#")[0] for _, target in links(document)]
            waiting += [path for target in targets if target.endswith(".md") and "://" not in target
                        for path in [ROOT / (document.parent / target).resolve().relative_to(ROOT.resolve())]
                        if path.is_file()]
        lost = [name(path) for path in documents() if path not in reached and name(path).startswith("docs/")]
        self.assertEqual(lost, [], "link these from README.md, or from a document that it leads to")

    def test_every_document_that_a_file_names_exists(self):
        wrong = []
        numbers = {record.name[:4] for record in records()}
        for path in files():
            for mention in re.findall(r"(?<![\w/.-])docs/[\w/-]+\.(?:md|yaml|conf)\b", text(path)):
                if not (ROOT / mention).is_file():
                    wrong.append(f"{name(path)}: {mention}")
            for number in re.findall(r"\bdesign/(\d{4})\b", text(path)):
                if number not in numbers:
                    wrong.append(f"{name(path)}: decision record {number}")
        self.assertEqual(wrong, [], "these are named, but do not exist")


class DecisionRecords(unittest.TestCase):
    def test_numbers_are_unique_and_those_of_the_titles(self):
        numbers = [record.name[:4] for record in records()]
        self.assertEqual(sorted(set(numbers)), numbers, "a number is used twice")
        for record in records():
            self.assertRegex(record.name, r"^\d{4}-[a-z0-9]+(-[a-z0-9]+)*\.md$")
            self.assertEqual(parts(record)[0], record.name[:4], record.name)

    def test_the_title_is_the_decision_as_a_sentence(self):
        for record in records():
            with self.subTest(record.name):
                decision = parts(record)[1]
                self.assertRegex(decision, r"^[^a-z\s].* .*[^.]$")

    def test_status_and_date_follow_the_title(self):
        for record in records():
            with self.subTest(record.name):
                self.assertEqual(text(record).split("\n")[1], "")
                self.assertRegex(parts(record)[2], f"^{STATUS.pattern}$")

    def test_sections_are_complete_and_in_order(self):
        for record in records():
            with self.subTest(record.name):
                sections = parts(record)[3]
                names = [section for section, _ in sections]
                self.assertEqual(names, [section for section in SECTIONS if section in names],
                                 f"the sections are {SECTIONS}, in this order; smaller headings go inside them")
                self.assertLessEqual(REQUIRED, set(names))
                for section, content in sections:
                    self.assertTrue(content.strip(), f"{section} is empty")

    def test_the_index_lists_each_of_them_once(self):
        rows = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \| (.*) \| (.*) \| (.*) \|$", text(DESIGN / "README.md"), re.M)
        expected = []
        for record in records():
            number, decision, status, _ = parts(record)
            expected.append((number, record.name, decision, *STATUS.fullmatch(status).groups()))
        self.assertEqual(sorted(rows), expected)


class Glossary(unittest.TestCase):
    def test_terms_are_sorted_unique_and_explained(self):
        rows = [line.strip("| \n").split(" | ") for line in text(ROOT / "docs" / "glossary.md").splitlines()
                if line.startswith("| ")][1:]
        terms = [row[0] for row in rows]
        self.assertEqual(terms, sorted(set(terms), key=str.casefold))
        for row in rows:
            self.assertRegex(row[1], r"^\S.* .*\.$|^See ", f"{row[0]}: explain the term in a sentence")


class Library(unittest.TestCase):
    """docs/library.md: what it shows is what a test compiles, and it lists what is exported."""
    DOCUMENT = ROOT / "docs" / "library.md"

    def test_its_code_is_that_of_the_program_that_a_test_builds(self):
        def lines(code):
            return [line.strip() for line in code.splitlines() if line.strip()]
        whole = "\n".join(lines(text(ROOT / "tests" / "support" / "library_user" / "main.cpp")))
        blocks = re.findall(r"^```cpp\n(.*?)^```$", text(self.DOCUMENT), flags=re.M | re.S)
        self.assertGreater(len(blocks), 1)
        for block in blocks:
            self.assertIn("\n".join(lines(block)), whole)

    def test_it_names_every_exported_library(self):
        install = text(ROOT / "cmake" / "ShamanInstall.cmake")
        exported = " ".join(re.findall(r"(?:set\(|APPEND )(?:libraries)([^)]*)\)", install)).split()
        self.assertGreater(len(exported), 10)
        named = set(re.findall(r"`shaman::([a-z_]+)`", text(self.DOCUMENT)))
        self.assertEqual(named, set(exported))


class Markdown(unittest.TestCase):
    """These tests are worth what their reader of Markdown sees."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.document = pathlib.Path(folder.name) / "document.md"

    def test_anchors(self):
        self.document.write_text("# What `--this` is: a test?\n## Again\n```\n# not me\n```\n## Again\n### [A](b.md) link\n")
        self.assertEqual(anchors(self.document), {"what---this-is-a-test", "again", "again-1", "a-link"})

    def test_links(self):
        self.document.write_text("[a](one.md) `[b](two.md)` [c](<three.md>)\n```\n[d](four.md)\n```\n![e](five.png \"e\")\n")
        self.assertEqual(list(links(self.document)), [(1, "one.md"), (1, "three.md"), (5, "five.png")])

    def test_paths_and_hosts(self):
        for line in ("see /home/bob/x", "cd /work/shaman/build", '"/workspace/a"', "/Users/bob/x"):
            self.assertTrue(Machines.PATH.search(line), line)
        for line in ("/home/me/x", "tests/work/x", "$HOME/work/x", "/srv/farm/x", "/root/mesh"):
            self.assertFalse(Machines.PATH.search(line), line)
        self.assertTrue(Machines.HOST.search("https://user@registry.example/simple"))
        self.assertFalse(Machines.HOST.search("https://www.gnu.org/registry"))


class Machines(unittest.TestCase):
    # Folders that exist on one developer's or one build service's machine only; `me`, `you` and `anna` are examples.
    PATH = re.compile(r"(?<![\w.~}$)/*-])/(?:work|workspaces?|builds|old_root|root/\.|home/(?!me\b|you\b|anna\b)\w+|"
                      r"Users/(?!me\b|you\b|anna\b)\w+|tmp/me)/")
    # Package registries and their mirrors: which one is used is a matter of the machine's configuration.
    HOST = re.compile(r"https?://[^/\s\"'`<>)]*(?:registry|artifactory|nexus|pypi|pythonhosted|goproxy|"
                      r"proxy\.golang|npmjs|\.internal\b|\.corp\b)[^/\s\"'`<>)]*", re.I)

    def test_no_file_names_a_path_of_a_machine_or_a_registry(self):
        wrong = []
        for path in files():
            if path.name == "docs_test.py":
                continue  # the patterns above
            for number, line in enumerate(text(path).splitlines(), 1):
                for found in (self.PATH.search(line), self.HOST.search(line)):
                    if found:
                        wrong.append(f"{name(path)}:{number}: {found[0]}")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
