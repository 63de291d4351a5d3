# SPDX-License-Identifier: GPL-3.0-or-later
"""The house as docs/architecture.md draws it: who includes whom, what is linked where, how large a folder is."""

import collections
import os
import re
import shutil
import subprocess
import unittest

from repository import ROOT, files, name, text

MOST_FILES = 30
# Test supports and integration tests are read one file at a time.
LARGER = {"tests/support": 40}

# For each part of src/ those that it may include, itself and base apart. Vocabulary is for all.
MAY_USE = {
    "base": set(),
    "version": set(),
    "cli": set(),
    "net": set(),
    "tls": {"net"},
    "async": {"net"},
    "http": {"async", "net", "tls"},
    "http/client": {"net", "tls"},
    "protocol": {"http", "http/client"},
    "fs": set(),
    "store": {"fs"},
    "checkout": {"fs", "store"},
    "gc": {"checkout", "fs", "store"},
    "metrics": set(),
    "auth": {"net"},
    "config": set(),
    "server": {"async", "auth", "checkout", "fs", "http", "metrics", "protocol", "store", "tls"},
    "blend": set(),
    "formats": set(),
    "trace": {"blend", "formats"},
    "pack": {"blend", "trace"},
    "submit": {"http/client", "pack", "protocol", "trace"},
    "pull": {"http/client", "protocol", "submit"},
    "flamenco/manager": {"flamenco/job", "http/client", "protocol"},
    "flamenco/job": {"blend", "flamenco/manager"},
    "flamenco/expiry": {"checkout", "flamenco/manager", "fs", "store"},
    "flamenco/front": {"async", "auth", "flamenco/expiry", "flamenco/manager", "fs", "http", "protocol", "server", "tls"},
}
# What other parts may use of the store, besides its public header: where things are, how to say what
# failed, and the contract of what is inside.
STORES_FACE = {
    "store/disk_error.hpp", "store/housekeeping/dismantling.hpp", "store/housekeeping/manifest_reader.hpp",
    "store/interior.hpp", "store/journal/pending.hpp", "store/layout.hpp", "store/linked_blob.hpp",
    "store/root/instance.hpp", "store/root/root.hpp", "store/space/space_shares.hpp",
}
# Tested by what the programs print (version_test, documents_test).
PRINTED = {"cli", "version"}
VOCABULARY = {"protocol/checkout_path.hpp", "protocol/names.hpp"}
NAMES = "src/protocol/names.hpp"
CALLS = "src/flamenco/manager/calls.cpp"
ROLES = "src/flamenco/front/judgement/roles.cpp"
# Addresses of a Manager outside of its calls: which requests of clients are looked into, and whether there is a Manager.
ANSWERED_OR_JUDGED = {
    "src/flamenco/front/judgement/manager_paths.cpp": {"kJobs", "kTasks", "kConfiguration", "kSharedStorage"},
    "src/submit/shaman_calls.cpp": {"kVersion", "kSharedStorage"},
}
PARTS_IN_TWO = ("http/client", "flamenco/manager", "flamenco/job", "flamenco/expiry", "flamenco/front")


def part_of(path):
    """The part of src/ that a path below it belongs to."""
    for part in PARTS_IN_TWO:
        if path.startswith(part + "/"):
            return part
    return path.split("/")[0]


def sources(folder):
    return [path for path in files() if name(path).startswith(folder + "/") and path.suffix in (".cpp", ".hpp")]


class Includes(unittest.TestCase):
    def test_of_the_store_are_of_its_inner_contract(self):
        wrong = [f"{name(path)}: {included}" for path in sources("src")
                 for included in re.findall(r'#include "(store/[^"]+)"', text(path))
                 if part_of(name(path).removeprefix("src/")) != "store" and included not in STORES_FACE]
        self.assertEqual(wrong, [])

    def test_point_one_way(self):
        wrong = []
        for path in sources("src"):
            inside = name(path).removeprefix("src/")
            for included in re.findall(r'#include "([^"]+)"', text(path)):
                if included in VOCABULARY or not (ROOT / "src" / included).is_file():
                    continue
                user, used = part_of(inside), part_of(included)
                if used not in MAY_USE[user] | {user, "base"}:
                    wrong.append(f"{name(path)} includes {included}: {user} may not use {used}")
        self.assertEqual(wrong, [])

    def test_the_rules_have_no_circle(self):
        order, left = [], {part: set(used) - {part} for part, used in MAY_USE.items()}
        # A Manager's client and its jobs are one library.
        left["flamenco/manager"] -= {"flamenco/job"}
        while left:
            free = [part for part, used in left.items() if not used - set(order)]
            self.assertTrue(free, f"a circle among {sorted(left)}")
            order += free
            for part in free:
                del left[part]

    def test_each_part_is_in_the_rules(self):
        self.assertEqual({part_of(name(path).removeprefix("src/")) for path in sources("src")}, set(MAY_USE))


class PublicHeaders(unittest.TestCase):
    def test_are_those_that_the_library_page_leads_to(self):
        left = re.findall(r"`(shaman/[\w/]+\.hpp)`", text(ROOT / "docs/library.md"))
        self.assertTrue(left)
        reached = set()
        while left:
            header = left.pop()
            if header not in reached:
                reached.add(header)
                left += re.findall(r'#include "(shaman/[^"]+)"', text(ROOT / "include" / header))
        self.assertEqual({name(path).removeprefix("include/") for path in sources("include")}, reached)

    def test_include_only_each_other(self):
        wrong = [f"{name(path)} includes {included}" for path in sources("include")
                 for included in re.findall(r'#include "([^"]+)"', text(path))
                 if not (ROOT / "include" / included).is_file()]
        self.assertEqual(wrong, [])


class Folders(unittest.TestCase):
    def test_are_small_enough_to_be_read(self):
        count = collections.Counter(os.path.dirname(name(path)) for path in files()
                                    if name(path).split("/")[0] in ("include", "shaman", "src", "tests", "tools"))
        too_large = {folder: number for folder, number in count.items()
                     if number > LARGER.get(folder, MOST_FILES) and "corpus" not in folder and "data" not in folder}
        self.assertEqual(too_large, {})

    def test_each_part_has_unit_tests(self):
        parts = {name(path).split("/")[1] for path in sources("src")}
        tested = {name(path).split("/")[2] for path in sources("tests/unit")}
        self.assertEqual(parts - tested - PRINTED, set())


class Protocol(unittest.TestCase):
    def test_addresses_are_said_where_they_belong(self):
        wrong = [name(path) for folder in ("src", "shaman", "tools") for path in sources(folder)
                 if '"/api/v3' in text(path) and not name(path).startswith((NAMES, ROLES, "tools/bench/"))]
        self.assertEqual(wrong, [])

    def test_each_address_is_said_once(self):
        said = re.findall(r'"/api/v3[^"]*"', text(ROOT / NAMES))
        self.assertEqual(sorted(said), sorted(set(said)))

    def test_a_managers_addresses_are_put_together_in_its_table_of_calls(self):
        block = text(ROOT / NAMES).split("/// Of a Flamenco Manager")[1].split("\n///")[0]
        names = set(re.findall(r"string_view (k\w+)", block)) - {"kManager"}
        self.assertIn("kJobs", names)
        wrong = []
        for path in [path for folder in ("src", "shaman", "tools") for path in sources(folder)]:
            if name(path) in (NAMES, CALLS) or name(path).startswith("tools/bench/"):
                continue
            # In parts, the last of which may be somebody else's word.
            parts = re.findall(r'"/?(?:jobs/(?:types|check|query)|(?:configuration|tasks)/|worker-mgt\b)', text(path))
            used = {each for each in names if re.search(rf"protocol::{each}\b", text(path))}
            wrong += [f"{name(path)} has {each}" for each in parts + sorted(used - ANSWERED_OR_JUDGED.get(name(path), set()))]
        self.assertEqual(wrong, [])


def functions_of(program_or_library):
    """Those that it defines for others; what is inline is everybody's."""
    listed = subprocess.run(["nm", "--defined-only", program_or_library], check=True, capture_output=True, text=True)
    return {line.split()[2] for line in listed.stdout.splitlines() if re.match(r"[0-9a-f]+ T ", line)}


class Server(unittest.TestCase):
    def test_has_nothing_of_the_artists_side(self):
        if not shutil.which("nm"):
            self.skipTest("needs nm")
        linked = functions_of(os.environ["SHAMAN_SERVER_PROGRAM"])
        self.assertTrue(linked, "the program has no table of symbols")
        for library in os.environ["SHAMAN_ARTIST_LIBRARIES"].split(":"):
            defined = functions_of(library)
            self.assertTrue(defined, library)
            self.assertEqual(sorted(defined & linked), [], library)


unittest.main()
