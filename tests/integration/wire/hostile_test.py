# SPDX-License-Identifier: GPL-3.0-or-later
"""A table of hostile checkout paths, file paths, addresses and planted links: each with the status that it must
get, and nothing changed on disk, inside the storage or beside it."""

import hashlib
import os
import shutil
import tempfile

from api import CREATE, ServerTest, main, new_content, spec
from raw_http import RawConnection
from shaman_server import Server, sha256, wait_until

LONG = "n" * 251
# Of .shaman/reserve.
RESERVED_FILES = 64
# Every one of them 400, as a checkout's path.
CHECKOUT_PATHS = [
    "", "/", "//", "///etc", "/etc", "/etc/passwd", "..", "../", "../..", "../x", "a/..", "a/../..", "a/../b",
    "a/../../b", "a/b/../../../c", "./a", "a/./b", "a/.", "./..", ".//..", "a//b", "a///b", "a/", "a/b/",
    "../" * 100, "../" * 100 + "etc/passwd", "x/" * 600 + "x", LONG, "a/" + LONG, LONG + "/a", "ü" * 126,
    "\u0439" * 126, "a/../jobs", "../jobs/a", "../file-store/stored/a", "../.shaman/locks", ".shaman-checkout",
    "a/.shaman-checkout", ".shaman-checkout/a", "a/.shaman-checkout/b",
]
# Every one of them 400, as a file's path.
FILE_PATHS = [
    "", "/", "//", ".", "..", "./", "../", "../a", "a/..", "a/../b", "a/../../b", "a/b/../../../../c", "/etc/passwd",
    "//etc/passwd", "./a", "a/./b", "a/.", "a//b", "a/", "\\", "\\\\", "..\\a", "a\\..", "a\\..\\b", "a\\..\\..\\b",
    "..\\..\\..\\windows\\system32", "\\windows", "\\\\server\\share\\a", "\\\\?\\C:\\a", "a/..\\b", "a\\../b",
    "a\\.\\b", "a\\", "a\\\\b", "nul\0", "\0", "a\0/b", "a/\0", "line\nfeed", "carriage\rreturn", "tab\t", "esc\x1b[2J",
    "del\x7f", "\x01", LONG, "a/" + LONG, LONG + "/a", "ü" * 126, "x/" * 4000 + "x", "../" * 200 + "etc/shadow",
    ".shaman-checkout", "\\.shaman-checkout", "./.shaman-checkout",
]
# As checksum and size in the address of a file. All 400, but for those that are other addresses.
ADDRESSES = [
    ("x", "5", 400), ("0" * 63, "5", 400), ("0" * 65, "5", 400), ("g" * 64, "5", 400), ("0" * 64, "-1", 400),
    ("0" * 64, "+5", 400), ("0" * 64, "5.0", 400), ("0" * 64, "0x5", 400), ("0" * 64, "1e3", 400),
    ("0" * 64, "9223372036854775808", 400), ("0" * 64, "99999999999999999999999", 400), ("0" * 64, "%35%20", 400),
    ("..", "5", 400), ("%2e%2e", "5", 400), ("..%2f..%2fetc%2fpasswd", "5", 400), ("%00" * 64, "5", 400),
    ("0" * 62 + "%2e%2e", "5", 400), ("0" * 64, "..", 400), ("0" * 64, "%2e%2e", 400), ("0" * 64, "5%00", 400),
    ("0" * 64, "", 400), ("", "5", 400), ("0" * 64, "5/", 404), ("0" * 64, "5/..", 404), ("0" * 32 + "/" + "0" * 32, "5", 404),
    ("\u0660" * 64, "5", 400), ("0" * 64, "\u0665", 400), ("%", "5", 400), ("%zz", "5", 400), ("0" * 64, "%5", 400),
]


def look(folder):
    """All that is below a folder, byte for byte, and where its links lead."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(parent, name)
            status = os.lstat(path)
            content = None
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(path, folder)] = (status.st_mode, status.st_ino, content)
    return found


class HostileTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.around = tempfile.mkdtemp(prefix="shaman-test-")
        with open(os.path.join(cls.around, "beside"), "wb") as file:
            file.write(b"not the server's")
        os.mkdir(os.path.join(cls.around, "elsewhere"))
        storage = os.path.join(cls.around, "storage")
        # A journal is put on the disk, and so written to, while these tests look.
        cls.server = Server(storage=storage, journal_size=0).start()
        # Made in the background, once.
        reserve = os.path.join(storage, ".shaman", "reserve")
        wait_until(lambda: os.path.isdir(reserve) and len(os.listdir(reserve)) == RESERVED_FILES, "the storage's reserve")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        shutil.rmtree(cls.around)

    def setUp(self):
        super().setUp()
        self.file = spec("file", self.stored())
        self.before = look(self.around)

    def assert_unchanged(self, why):
        self.assertEqual(look(self.around), self.before, why)

    def create(self, path, files, status):
        answer = self.api.create(path, files)
        self.assert_error(answer, status)
        self.assert_unchanged((path, files))


class Hostile(HostileTest):
    def test_the_table_is_as_long_as_it_should_be(self):
        self.assertGreaterEqual(len(set(CHECKOUT_PATHS)) + len(set(FILE_PATHS)) + len(set(ADDRESSES)), 120)

    def test_checkout_paths(self):
        for path in CHECKOUT_PATHS:
            with self.subTest(path=path[:60]):
                self.create(path, [self.file], 400)

    def test_checkout_paths_of_another_type(self):
        for path in (None, 5, 5.5, True, [], ["a"], {}, {"path": "a"}):
            with self.subTest(path=path):
                self.create(path, [self.file], 400)

    def test_file_paths(self):
        for path in FILE_PATHS:
            with self.subTest(path=path[:60]):
                self.create("checkout", [self.file, {**self.file, "path": path}], 400)

    def test_bytes_that_are_no_utf8(self):
        for text in (b"\xff", b"\xc0\xae\xc0\xae", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"a\x80"):
            for place in (b'{"checkoutPath":"%s","files":[]}', b'{"checkoutPath":"a","files":[{"path":"%s"}]}'):
                with self.subTest(text=text):
                    self.assert_error(self.api.post_json(CREATE, place % text), 400)
                    self.assert_unchanged(text)

    def test_checksums_in_json(self):
        for sha in ("", "..", "../../../etc/passwd", "0" * 63, "0" * 65, "g" * 64, "0" * 62 + "..", "\0" * 64, "０" * 64,
                    None, 5, [], "0" * 63 + "/"):
            for size in (5, -1, 5.5, "5", None, 2 ** 63):
                if sha == "0" * 64 and size == 5:
                    continue
                with self.subTest(sha=sha, size=size):
                    self.create("checkout", [{"sha": sha, "size": size, "path": "a"}], 400)

    def test_addresses(self):
        for sha, size, status in ADDRESSES:
            url = f"/api/v3/shaman/files/{sha}/{size}"
            for method, headers in (("GET", []), ("POST", []), ("HEAD", []), ("DELETE", []),
                                    ("PATCH", [("Content-Type", "application/partial-upload"),
                                               ("Upload-Offset", "0")])):
                with self.subTest(url=url, method=method), RawConnection(self.server) as connection:
                    answer = connection.exchange(method, url, headers, b"12345" if method == "POST" else b"")
                    self.assertEqual(answer.status, status, answer)
                    self.assert_unchanged(url)

    def test_erasing(self):
        self.api.create("mine/one", [self.file])
        self.before = look(self.around)
        for path in ("", ".", "..", "%2e%2e", "mine", "mine/", "mine//one", "mine/one/", "mine/one/file", "mine/../mine/one",
                     "..%2fmine%2fone", "/mine/one", "mine/one/..", "mine%00", "%2fetc", "../../beside", "..%2f..%2fbeside",
                     "mine/one/.shaman-checkout", "x" * 300, "mine\\one"):
            with self.subTest(path=path), RawConnection(self.server) as connection:
                answer = connection.exchange("DELETE", "/api/v3/shaman/checkout/" + path)
                self.assertIn(answer.status, (400, 404), answer)
                self.assert_unchanged(path)

    def test_case_is_kept(self):
        path = self.api.create("Case", [{**self.file, "path": "Tex.png"}, {**self.file, "path": "tex.png"}])
        self.assertEqual(path.status, 200)
        self.assertEqual(len(self.server.read_checkout(path.json()["checkoutPath"])), 2)
        other = self.api.create("case", [self.file]).json()["checkoutPath"]
        self.assertEqual(other, "case")

    def test_percent_signs_mean_themselves(self):
        made = self.api.create("%2e%2e/x", [{**self.file, "path": "%2e%2e/%2fetc"}]).json()["checkoutPath"]
        self.assertEqual(made, "%2e%2e/x")
        self.assertEqual(list(self.server.read_checkout(made)), ["%2e%2e/%2fetc"])


class Planted(HostileTest):
    """Links that somebody with access to the storage has put there."""

    def plant(self, link, target):
        path = os.path.join(self.server.storage, link)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)
        self.addCleanup(os.remove, path)

    def elsewhere(self):
        return look(os.path.join(self.around, "elsewhere"))

    def test_links_out_of_the_storage_and_inside_it_are_not_followed(self):
        for number, target in enumerate((os.path.join(self.around, "elsewhere"), "../../elsewhere", "../file-store",
                                         "../.shaman", "/", "..", ".", "/proc/self/root",
                                         os.path.join(self.around, "none"))):
            name = f"planted{number}"
            self.plant(f"jobs/{name}", target)
            before = look(self.around)
            with self.subTest(target=target):
                answer = self.api.create(name + "/inside", [self.file])
                if answer.status == 200:
                    # Beside it, never through it.
                    self.assertNotEqual(answer.json()["checkoutPath"].split("/")[0], name)
                    self.assertEqual(self.elsewhere(), {})
                else:
                    self.assertEqual(look(self.around), before)
                for path in (name, name + "/elsewhere", name + "/jobs"):
                    with RawConnection(self.server) as connection:
                        erased = connection.exchange("DELETE", "/api/v3/shaman/checkout/" + path)
                    self.assertEqual(erased.status, 404)
                self.assertEqual(self.elsewhere(), {})

    def test_a_blobs_folder_that_leads_elsewhere(self):
        data = new_content()
        sha = sha256(data)
        shard = os.path.join(self.server.storage, "file-store", "stored", sha[:2])
        os.makedirs(shard, exist_ok=True)
        link = os.path.join(shard, sha[2:])
        os.symlink(os.path.join(self.around, "elsewhere"), link)
        self.assertEqual(self.api.status(data), "unknown")
        self.assertEqual(self.api.upload(data).status, 204)
        self.assertFalse(os.path.islink(link))
        self.assertTrue(self.server.has_blob(data))
        self.assertEqual(self.elsewhere(), {})

    def test_a_blob_that_is_a_link(self):
        secret = b"not the server's"
        place = self.server.blob_path(sha256(secret), len(secret))
        os.makedirs(os.path.dirname(place))
        os.symlink(os.path.join(self.around, "beside"), place)
        self.assertEqual(self.api.status(secret), "unknown")
        self.assert_error(self.api.create("stolen", [spec("a", secret)]), 424)
        self.assertEqual(self.api.upload(secret).status, 204)
        self.assertFalse(os.path.islink(place))
        with open(os.path.join(self.around, "beside"), "rb") as file:
            self.assertEqual(file.read(), secret)


if __name__ == "__main__":
    main()
