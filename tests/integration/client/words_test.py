# SPDX-License-Identifier: GPL-3.0-or-later
"""What `shaman` says when it is used wrongly, when somebody else answers, and when nobody does"""

import http.server
import json
import os
import pty
import signal
import socket
import subprocess
import threading
import unittest

import api
import json_lines
from disturbed_files import DisturbedFiles
from manager import Manager
from shaman_server import CLIENT_PROGRAM, PATIENCE, PROGRAM, Server, wait_until
from studio import Studio

NGINX = ("<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n<hr>"
         "<center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n")


class WordsTest(Studio, unittest.TestCase):
    def start(self, **options):
        server = Server(secured=False, **options).start()
        self.addCleanup(server.close)
        return server

    def run_shaman(self, *arguments, expect, **environment):
        done = self.client.run(*arguments, **environment)
        self.assertEqual(done.returncode, expect, (arguments, done.stdout, done.stderr))
        return done

    def one_line(self, done):
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 1, (done.stdout, done.stderr))
        return json.loads(lines[0])


class Usage(WordsTest):
    def test_help_can_be_asked_for_in_every_way(self):
        whole = self.run_shaman("--help", expect=0).stdout
        for command in ("list", "pack", "submit", "checkout", "job", "status", "doctor"):
            self.assertIn(command, whole)
        self.assertEqual(self.run_shaman(expect=0).stdout, whole)
        self.assertEqual(self.run_shaman("help", expect=0).stdout, whole)
        submit = self.run_shaman("submit", "--help", expect=0).stdout
        self.assertIn("--include", submit)
        self.assertEqual(self.run_shaman("help", "submit", expect=0).stdout, submit)
        self.assertEqual(self.run_shaman("help", "job", "show", expect=0).stdout,
                         self.run_shaman("job", "show", "--help", expect=0).stdout)
        self.assertIn("submit", self.run_shaman("help", "sumbit", expect=2).stderr)

    def test_the_version(self):
        self.assertEqual(self.run_shaman("-V", expect=0).stdout, self.run_shaman("--version", expect=0).stdout)

    def test_the_nearest_command_or_option_is_named(self):
        for arguments, near in ((["sumbit", self.shot], "Did you mean submit?"),
                                (["stauts"], "Did you mean status?"),
                                (["job", "lst"], "Did you mean list?"),
                                (["chekout", "list"], "Did you mean checkout?"), (["job", "lst", "show"], "Did you mean list?"),
                                (["submit", self.shot, "--sever", "http://x"], "Did you mean --server?"),
                                (["submit", self.shot, "--strct"], "Did you mean --strict?"),
                                (["pack", self.shot, "x", "--exlude=*.png"], "Did you mean --exclude?"),
                                (["job", "list", "--jsn"], "Did you mean --json?"),
                                (["--server", "http://x", "status"], "follow the command"),
                                (["frobnicate"], "list, pack, submit"),
                                (["job"], "needs a command")):
            with self.subTest(arguments):
                self.assertIn(near, self.run_shaman(*arguments, expect=2).stderr)

    def test_values_are_judged_in_words(self):
        job = ["--job-type", "x"]
        for arguments, words in ((["--jobs", "999"], '--jobs: must be a whole number from 1 to 256, not "999"'),
                                 (["--jobs", "x"], '--jobs: must be a whole number from 1 to 256, not "x"'),
                                 ([*job, "--priority", "101"], 'must be a whole number from 0 to 100, not "101"'),
                                 (["--limit-rate", "x"], "--limit-rate: invalid rate \"x\" (examples: 500K, 10M, 1.5MiB/s)"),
                                 (["--limit-rate", "10"], 'must be from 1K to 1T (bytes per second) or 0 for none, not "10"'),
                                 (["--dry-run=3"], "--dry-run takes no value"), (["--json=off"], "--json takes no value"),
                                 (["--server", "a", "--server", "b"], "--server is given 2 times; give it once"),
                                 (["--limit-rate", "1.5X"], 'invalid rate "1.5X"'), (["--frames", "1"], "--frames requires --job-type"),
                                 (["extra"], 'unexpected argument "extra"'), (["--server"], "--server needs a value: URL")):
            with self.subTest(arguments):
                self.assertIn(words, self.run_shaman("submit", self.shot, *arguments, expect=2).stderr)
        self.assertIn("shaman submit needs an argument: FILE", self.run_shaman("submit", expect=2).stderr)
        for rate in ("0", "1.5M", "500K", "64KiB", "10 mb", "2000"):
            done = self.run_shaman("submit", self.shot, "--limit-rate", rate, "--dry-run", expect=0)
            self.assertEqual(done.stderr, "")

    def test_help_fits_the_terminal_and_shows_nothing_of_the_parser(self):
        for command in ([], ["list"], ["pack"], ["submit"], ["checkout"], ["checkout", "show"], ["job"], ["job", "tail"],
                        ["status"], ["doctor"]):
            shown = self.run_shaman(*command, "--help", expect=0).stdout
            self.assertLessEqual(max(len(line) for line in shown.splitlines()), 80, shown)
            for words in (":INT", ":UINT", "TEXT", "REQUIRED", "Needs:", "Positionals"):
                self.assertNotIn(words, shown)

    def test_the_server_has_its_help_in_the_same_form(self):
        for command in ([], ["gc"], ["erase"], ["verify"], ["pin"], ["unpin"], ["pins"], ["checkouts"],
                        ["checkouts", "pending"], ["token"],
                        ["token", "create"], ["check-manager"]):
            done = subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, timeout=PATIENCE,
                                  check=True)
            self.assertLessEqual(max(len(line) for line in done.stdout.splitlines()), 80, done.stdout)
            for words in (":INT", ":SIZE", "REQUIRED", "Positionals", "Print this help message and exit"):
                self.assertNotIn(words, done.stdout)
            # Descriptions of options and commands are no sentences.
            self.assertNotRegex(done.stdout, r"(?m)^  -.*\.$")
            self.assertNotRegex(done.stdout, r"\b(whoever|somebody|nobody|beside|anew)\b")
            for option in {"checkouts": ("--storage DIR", "--config FILE"),
                           "token": ("--token-file FILE", "--config FILE")}.get(command[0] if command else "", ()):
                self.assertEqual(done.stdout.count("  " + option), 1, done.stdout)
        whole = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        self.assertIn("--listen HOST:PORT", whole)
        self.assertIn("Commands: gc, erase, verify, ", whole)

    def test_the_server_names_the_nearest_too(self):
        for arguments, near in ((["verfy"], "Did you mean verify?"), (["--lisen", "x"], "Did you mean --listen?"),
                                (["--storge=x"], "Did you mean --storage?")):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(near, done.stderr)

    def test_both_programs_say_what_is_wrong_in_the_same_words(self):
        shot = self.shot
        for client, server, words in (
                (["frobnicate"], ["frobnicate"], 'PROGRAM has no command "frobnicate"; available: '),
                (["stauts"], ["verfy"], r'PROGRAM has no command "\w+"\. Did you mean \w+\?'),
                (["job", "lst"], ["token", "lst"], 'PROGRAM \\w+ has no command "lst"\\. Did you mean list\\?'),
                (["job"], ["token"], "PROGRAM (job|token) needs a command: "),
                (["status", "--sever", "x"], ["gc", "--storge", "x"], 'PROGRAM \\w+ has no option "--\\w+"\\. Did you mean --\\w+\\?'),
                (["status", "--sever=x"], ["--storge=x"], r'PROGRAM( status)? has no option "--\w+"\. Did you mean --\w+\?'),
                (["job", "show", "x", "--jsn"], ["token", "create", "--rle", "x"],
                 r'PROGRAM \w+ \w+ has no option "--\w+"\. Did you mean --\w+\?'),
                (["status", "--server"], ["gc", "--storage"], "--(server|storage) needs a value: (URL|DIR)"),
                (["status", "--server", "--ca"], ["gc", "--storage", "--dry-run"],
                 r"--(server|storage) needs a value: (URL|DIR), not the option --\w+"),
                (["status", "--server", "a", "--server", "b"], ["gc", "--storage", "a", "--storage", "b"],
                 "--(server|storage) is given 2 times; give it once"),
                (["status", "extra"], ["gc", "extra"], 'unexpected argument "extra"; PROGRAM (status|gc) takes no arguments'),
                (["submit", shot, "extra"], ["pin", "film", "extra"], 'unexpected argument "extra"; PROGRAM (submit|pin) takes only '),
                (["submit"], ["pin"], "PROGRAM (submit|pin) needs an argument: "),
                (["submit", shot, "--limit-rate", "x"], ["verify", "--rate", "x"], '--(limit-)?rate: invalid rate "x"'),
                (["list", shot, "--json=x"], ["gc", "--json=x"], "--json takes no value"),
                (["help", "frobnicate"], ["help", "frobnicate"], 'PROGRAM has no command "frobnicate"'),
                (["completion", "csh"], ["completion", "csh"], "completion needs the name of a shell: ")):
            for arguments, program, name in ((client, CLIENT_PROGRAM, "shaman"), (server, PROGRAM, "shaman-server")):
                with self.subTest(arguments=arguments):
                    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False,
                                          env=self.client.environment())
                    self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                    self.assertRegex(done.stderr, f"^{name}: " + words.replace("PROGRAM", name))
                    if "completion" not in arguments:
                        self.assertRegex(done.stderr, rf"\nRun `{name}[a-z ]* --help` for help\.\n$")

    def test_the_server_has_a_help_command(self):
        def shown(*arguments):
            return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        self.assertEqual(shown("help"), shown("--help"))
        self.assertEqual(shown("help", "gc"), shown("gc", "--help"))
        self.assertEqual(shown("help", "token", "create"), shown("token", "create", "--help"))

    def test_the_servers_command_comes_first(self):
        done = subprocess.run([PROGRAM, "--storage", "x", "gc"], capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("shaman-server takes a command as the first argument, as in `shaman-server gc …`", done.stderr)

    def test_colours_are_for_terminals_that_want_them(self):
        os.remove(os.path.join(self.project, "textures", "floor.png"))
        for environment, has_colours in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": ""}, True),
                                         ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            ours, theirs = pty.openpty()
            process = subprocess.Popen([CLIENT_PROGRAM, "list", self.shot], stdin=theirs, stdout=theirs,
                                       stderr=subprocess.DEVNULL, env=self.client.environment(**environment))
            os.close(theirs)
            shown = b""
            try:
                while data := os.read(ours, 10_000):
                    shown += data
            except OSError:
                pass  # the terminal's other side is closed
            os.close(ours)
            process.wait(PATIENCE)
            self.assertIn(b"missing (1)", shown)
            self.assertEqual(b"\x1b[31m" in shown, has_colours, environment)
        self.assertNotIn("\x1b", self.run_shaman("list", self.shot, expect=0).stdout)

    def test_json_prints_one_line_whatever_fails(self):
        nobody = ["--server", "http://127.0.0.1:1"]
        no_blend = os.path.join(self.folder, "no.blend")
        for arguments, status in ((["submit", self.shot, *nobody], 4), (["submit", no_blend, *nobody], 2),
                                  (["submit", self.shot, "--server", "ftp://x"], 2), (["submit", "--frob"], 2),
                                  (["submit", no_blend, "--dry-run"], 2), (["status", *nobody], 4),
                                  (["doctor", *nobody], 4), (["job", "list", *nobody], 4),
                                  (["job", "show", "x", *nobody], 4), (["job", "types", *nobody], 4),
                                  (["job", "tail", "x", *nobody], 4), (["job", "cancel", "x", *nobody], 4),
                                  (["checkout", "list", *nobody], 4), (["checkout", "show", "x", *nobody], 4),
                                  (["checkout", "erase", "x", *nobody], 4), (["checkout", "erase"], 2),
                                  (["submit", self.shot, "--job-type", "x", *nobody], 4), (["list", no_blend], 2),
                                  (["frob"], 2)):
            with self.subTest(arguments):
                told = self.one_line(self.run_shaman(*arguments, "--json", expect=status))
                self.assertEqual(told["schema"], 1)
                self.assertTrue(told["error"])
                self.assertEqual(told["missing"], [])

    def test_a_failed_submission_tells_what_is_missing(self):
        floor = os.path.join(self.project, "textures", "floor.png")
        os.remove(floor)
        arguments = ["submit", self.shot, "--project", self.project, "--json"]
        for more, status in ((["--server", "http://127.0.0.1:1"], 4),
                             (["--server", self.start().url, "--strict"], 3)):
            told = self.one_line(self.run_shaman(*arguments, *more, expect=status))
            self.assertEqual(told["missing"], [floor])
            self.assertTrue(told["error"])

    def test_json_prints_one_line_of_what_went_well(self):
        url = self.start().url
        for command, member, value in (("submit", "uploadedFiles", 12), ("status", "kind", "shaman"), ("doctor", "isWell", True)):
            arguments = [command, *([self.shot] if command == "submit" else []), "--server", url, "--json"]
            self.assertEqual(self.one_line(self.run_shaman(*arguments, expect=0))[member], value)

    def test_members_have_their_former_names_too(self):
        told = self.one_line(self.run_shaman("list", self.shot, "--json", expect=0))
        self.assertTrue(told["dependencies"])
        for dependency in told["dependencies"]:
            self.assertEqual(dependency["dataBlock"], dependency["data_block"])
            self.assertEqual(dependency["missingFiles"], dependency["missing_files"])


class Addresses(WordsTest):
    def test_blanks_and_line_ends_do_not_count(self):
        server = self.start()
        for value in (server.url + " ", " " + server.url + "\r\n", "\t" + server.url + "/\n"):
            self.run_shaman("status", expect=0, SHAMAN_SERVER=value)
            self.run_shaman("status", expect=0, FLAMENCO_MANAGER_URL=value)
            self.run_shaman("status", "--server", value, expect=0)
        self.assertIn("no server given", self.run_shaman("status", expect=2, SHAMAN_SERVER=" \n").stderr)

    def test_the_address_of_a_page_or_of_the_api_is_taken(self):
        server = self.start()
        for path in ("/api/v3", "/api/v3/", "/api/v3/shaman/info", "/app/jobs", "/app/jobs/2f3e-44?x=1#y",
                     "/app/workers/"):
            done = self.run_shaman("status", "--server", server.url + path, expect=0)
            self.assertIn(f"{server.url} is a Shaman server", done.stdout)


class Between(WordsTest):
    """Something stands between us and the server, and answers in its place."""

    def answer(self, status, body, content_type="text/html", refuses=lambda handler: True,
               is_stranger=False):
        class Handler(http.server.BaseHTTPRequestHandler):
            server_version, sys_version = "nginx/1.22.1", ""
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                known = self.path == "/api/v3/shaman/info" and status != 403 and not is_stranger
                data, kind, code = body, content_type, status
                if known or not refuses(self):
                    data, kind, code = self.known()
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def known(self):
                if self.path.endswith("/info"):
                    text = {"name": "Shaman", "version": "1", "features": []}
                elif self.path.endswith("/requirements"):
                    sent = json.loads(self.sent)
                    text = {"files": [{**file, "status": "unknown"} for file in sent["files"]]}
                else:
                    text = {}
                return json.dumps(text).encode(), "application/json", 200

            do_POST = do_GET

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True  # whoever was refused does not read on

        class Remembering(Handler):
            def do_POST(self):
                self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.headers.replace_header("Content-Length", "0")
                self.do_GET()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}"

    def submit(self, url, expect=1):
        done = self.run_shaman("submit", self.shot, "--project", self.project, "--server", url, expect=expect)
        for trace in ("<", "\\x0d", "\\x0a", "json.exception", "parse error"):
            self.assertNotIn(trace, done.stderr)
        return done.stderr

    def test_its_limit_on_uploads(self):
        url = self.answer(413, NGINX.format("413 Request Entity Too Large").encode(),
                          refuses=lambda handler: "/files/" in handler.path)
        said = self.submit(url)
        for words in ("413", "proxy", "nginx/1.22.1", "client_max_body_size", 'the file "'):
            self.assertIn(words, said)
        self.assertNotIn("a limit of the server", said)

    def test_its_other_refusals(self):
        for status, title, words in ((403, "403 Forbidden", "blocks this request"),
                                     (407, "407 Proxy Authentication Required", "requires a login")):
            said = self.submit(self.answer(status, NGINX.format(title).encode()))
            for each in (str(status), "proxy", words):
                self.assertIn(each, said)

    def test_the_servers_own_words_stay_its_own(self):
        url = self.answer(413, b'{"code": 413, "message": "over the limit of 5 bytes"}', "application/json",
                          refuses=lambda handler: "/files/" in handler.path)
        said = self.submit(url)
        self.assertIn("over the limit of 5 bytes", said)
        self.assertNotIn("proxy", said)

    def test_a_login_page_instead_of_an_answer(self):
        page = b"<!DOCTYPE html><html><head><TITLE>\n Hotel\n Wi-Fi </TITLE></head><body>Log in</body></html>"
        url = self.answer(200, page)
        said = self.submit(url)
        told = (f'{url} is neither a Shaman server nor a Flamenco Manager: it answered with a web page, "Hotel Wi-Fi". Check '
                "the address and the port. If the network requires a login, open this address in a browser")
        self.assertIn(told, said)
        for command in (["job", "list"], ["job", "types"]):
            self.assertIn(told, self.run_shaman(*command, "--server", url, expect=1).stderr)

    def test_a_web_server_instead_of_a_server(self):
        page = b"<!DOCTYPE html><html><head><title>My NAS</title></head><body>Welcome</body></html>"
        url = self.answer(200, page, is_stranger=True)
        told = f'{url} is neither a Shaman server nor a Flamenco Manager: it answered with a web page, "My NAS". Check'
        for command in (["job", "list"], ["job", "types"], ["job", "show", "ID"], ["job", "tail", "ID"],
                        ["job", "cancel", "ID"], ["checkout", "list"], ["checkout", "erase", "film"],
                        ["submit", self.shot], ["submit", self.shot, "--job-type", "x"],
                        ["submit", self.shot, "--dry-run", "--job-type", "x"]):
            self.assertIn(told, self.run_shaman(*command, "--server", url, expect=1).stderr)
        for command, status in ((["status"], 1), (["doctor"], 1), (["submit", self.shot, "--dry-run"], 1)):
            self.assertIn(told, self.run_shaman(*command, "--server", url, expect=status).stdout)

    def test_nonsense_is_told_in_words(self):
        said = self.submit(self.answer(200, b"nonsense", "text/plain"))
        self.assertIn("it is not JSON", said)


class Silent(WordsTest):
    """It accepts, and never answers."""

    def setUp(self):
        super().setUp()
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.waiting = []

        def accept():
            try:
                while True:
                    self.waiting.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        self.addCleanup(lambda: [each.close() for each in self.waiting])

    def test_every_command_says_so(self):
        commands = [["status"], ["doctor"], ["job", "list"], ["job", "types"], ["job", "show", "x"], ["job", "tail", "x"],
                    ["job", "cancel", "x"], ["checkout", "list"], ["checkout", "show", "x"],
                    ["checkout", "erase", "x"], ["submit", self.shot], ["submit", self.shot, "--job-type", "x"]]
        running = [(command, subprocess.Popen([CLIENT_PROGRAM, *command, "--server", self.url],
                                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                              env=self.client.environment()))
                   for command in [*commands, ["submit", self.shot, "--dry-run"]]]
        for command, process in running:
            with self.subTest(command):
                # Each used to wait three times two minutes.
                out, err = process.communicate(timeout=2 * PATIENCE)
                self.assertEqual(process.returncode, 0 if "--dry-run" in command else 4, err)
                self.assertIn("does not answer: no response within 10 s", out + err)

    def test_a_terminal_shows_what_is_waited_for(self):
        for command in (["status"], ["doctor"], ["job", "list"], ["checkout", "list"], ["submit", self.shot],
                        ["submit", self.shot, "--dry-run"], ["submit", self.shot, "--job-type", "x"]):
            with self.subTest(command):
                shown = self.on_terminal({}, *command)
                line = b"aiting for " + self.url.encode() + b", "
                wait_until(lambda line=line, shown=shown: line in shown, "the line that says so")
                self.process.kill()

    def on_terminal(self, environment, *command):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([CLIENT_PROGRAM, *(command or ["status"]), "--server", self.url], stdin=theirs,
                                   stdout=subprocess.DEVNULL, stderr=theirs,
                                   env=self.client.environment(**{"TERM": "xterm", **environment}))
        os.close(theirs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        shown = bytearray()

        def read():
            try:
                while data := os.read(ours, 1000):
                    shown.extend(data)
            except OSError:
                pass
            os.close(ours)

        threading.Thread(target=read, daemon=True).start()
        self.process = process
        return shown

    def test_a_dumb_terminal_is_not_drawn_on(self):
        shown = self.on_terminal({"TERM": "dumb"})
        self.process.wait(2 * PATIENCE)
        wait_until(lambda: b"does not answer" in shown, "the error")
        self.assertNotIn(b"waiting for", shown)
        self.assertNotIn(b"\x1b", shown)


class NoNames(WordsTest):
    def test_a_name_that_nobody_knows_is_told(self):
        for command in (["status"], ["job", "list"], ["checkout", "list"], ["submit", self.shot]):
            with self.subTest(command):
                done = self.run_shaman(*command, "--server", "http://farm.invalid:8080", expect=4)
                self.assertIn('the name "farm.invalid" cannot be resolved: ', done.stderr)
                self.assertIn("check its spelling, and that the VPN is on", done.stderr)
                self.assertNotIn("server is running", done.stderr)
                self.assertEqual(done.stderr.count("`shaman doctor` tests the settings of this machine"), 1)

    def test_a_name_service_that_never_answers_is_told(self):
        files = DisturbedFiles()
        self.addCleanup(files.close)
        done = self.run_shaman("status", "--server", "http://farm.invalid:8080", expect=4,
                               **files.environment(NO_NAMES="1"))
        self.assertRegex(done.stderr, "DNS does not answer|no response within 10 s")


class Away(WordsTest):
    def test_the_progress_counts_down_to_the_next_try(self):
        """The server goes away while it is asked; elsewhere than on a terminal a line tells now and then."""
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        info = json.dumps({"name": "Shaman", "version": "1", "features": []}).encode()

        def serve_once():
            connection = listener.accept()[0]
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(info) + info)
            connection.close()
            listener.close()

        threading.Thread(target=serve_once, daemon=True).start()
        ours, theirs = pty.openpty()
        process = subprocess.Popen([CLIENT_PROGRAM, "submit", self.shot, "--server", url], stdin=theirs,
                                   stdout=subprocess.DEVNULL, stderr=theirs,
                                   env=self.client.environment(TERM="xterm"))
        os.close(theirs)
        self.addCleanup(os.close, ours)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        shown = b""
        while b"the server is away, next try in" not in shown:
            data = os.read(ours, 1000)
            self.assertTrue(data, shown)
            shown += data


class FullDisk(WordsTest):
    """Output that is lost is no success."""

    def lost(self, program, *arguments, expect=1):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                  env=self.client.environment(), timeout=4 * PATIENCE, check=False)
        self.assertEqual(done.returncode, expect, (arguments, done.stderr))
        self.assertIn("output could not be written", done.stderr)
        if program == CLIENT_PROGRAM:
            self.assertIn("No space left on device", done.stderr)
        return done.stderr

    def test_no_output_at_all(self):
        """With standard output closed, no socket or file may get its number."""
        url = self.start().url
        for arguments in (["list", self.shot], ["submit", self.shot, "--server", url], ["status", "--server", url],
                          ["-V"]):
            with self.subTest(arguments):
                done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", CLIENT_PROGRAM, *arguments],
                                      stderr=subprocess.PIPE, text=True, env=self.client.environment(),
                                      timeout=4 * PATIENCE, check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("output could not be written", done.stderr)

    def test_every_command_of_the_client(self):
        url = self.start().url
        for arguments in (["list", self.shot], ["list", self.shot, "--json"], ["list", self.shot, "--tree"],
                          ["submit", self.shot, "--server", url], ["submit", self.shot, "--server", url, "--json"],
                          ["submit", self.shot, "--dry-run"], ["submit", self.shot, "--dry-run", "--json"],
                          ["pack", self.shot, os.path.join(self.folder, "packed")], ["pack", self.shot, "--dry-run"],
                          ["status", "--server", url], ["status", "--server", url, "--json"],
                          ["doctor", "--server", url], ["--help"], ["help", "submit"], ["-V"]):
            with self.subTest(arguments):
                self.lost(CLIENT_PROGRAM, *arguments)

    def test_what_was_made_all_the_same_is_named(self):
        farm = Manager(storage=os.path.join(self.folder, "storage"))
        self.addCleanup(farm.close)
        url = self.start(manager=farm.url).url
        submit = ["submit", self.shot, "--server", url]
        job = [*submit, "--job-type", "echo-sleep-test", "--setting", "message=x"]
        for more in ([], ["--json"]):
            with self.subTest(more):
                path = f"shots/shot010{'-json' if more else ''}"
                named = self.lost(CLIENT_PROGRAM, *submit, "--checkout-path", path, *more)
                self.assertIn(f'; the checkout "{path}" was made\n', named)
                named = self.lost(CLIENT_PROGRAM, *job, *more)
                made = list(farm.jobs)[-1]
                self.assertRegex(named, rf'; the checkout "shots/shot010(-\w{{4}})?" was made; the job "shot010" \({made}\) was made\n')
                named = self.lost(CLIENT_PROGRAM, "job", "cancel", made, "--server", url, *more)
                self.assertIn('; the Manager is cancelling the job "shot010"\n', named)
                named = self.lost(CLIENT_PROGRAM, "checkout", "erase", path, "--server", url, *more)
                self.assertIn(f'; the checkout "{path}" was erased\n', named)
        target = os.path.join(self.folder, "packed.zip")
        self.assertIn(f'; the pack "{target}" was made\n', self.lost(CLIENT_PROGRAM, "pack", self.shot, target))

    def test_a_failure_keeps_its_own_status(self):
        self.lost(CLIENT_PROGRAM, "status", "--server", "http://127.0.0.1:1", "--json", expect=4)

    def test_every_command_of_the_server(self):
        storage = os.path.join(self.folder, "storage")
        server = Server(storage=storage, secured=False).start()
        server.close()
        token = ["token", "create", "--token-file", os.path.join(self.folder, "tokens"), "--name", "Ben", "--role",
                 "submit"]
        for arguments in (["--help"], ["--version"], ["--sample-config"], ["--check-config", "--storage", storage],
                          ["gc", "--storage", storage], ["gc", "--help"], ["verify", "--storage", storage], token):
            with self.subTest(arguments):
                self.lost(PROGRAM, *arguments)


class Interrupted(WordsTest):
    def test_every_signal_has_the_status_that_shells_expect(self):
        for number, status, has_asked in ((signal.SIGINT, 130, False), (signal.SIGTERM, 143, False),
                                          (signal.SIGINT, 130, True)):
            listener = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(listener.close)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.interrupted(listener, url, ["submit", self.shot], number, status, has_asked)

    def test_every_command_ends_with_its_line_of_json(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for command in (["status"], ["doctor"], ["job", "list"], ["job", "show", "x"], ["checkout", "list"],
                        ["submit", self.shot, "--dry-run"], ["submit", self.shot, "--job-type", "x"]):
            with self.subTest(command):
                told = self.interrupted(listener, url, command, signal.SIGINT, 130, True)
                self.assertEqual(told["schema"], 1)
                if "--dry-run" in command:
                    self.assertGreater(told["files"], 1)

    def interrupted(self, listener, url, command, number, status, has_asked):
        process = subprocess.Popen([CLIENT_PROGRAM, *command, "--server", url, "--json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=self.client.environment())
        connection = listener.accept()[0]
        self.addCleanup(connection.close)
        if has_asked:
            # Now it waits for the answer, and a timer beside it.
            self.assertTrue(connection.recv(65536))
        process.send_signal(number)
        out, err = json_lines.communicate(process, PATIENCE)
        self.assertEqual(process.returncode, status, err)
        told = json.loads(out)
        self.assertIn("cancelled", told["error"])
        return told


class Cache(WordsTest):
    def test_a_home_without_locks_is_told_at_once(self):
        files = DisturbedFiles()
        self.addCleanup(files.close)
        url = self.start().url
        done = self.run_shaman("submit", self.shot, "--server", url, "--quiet", expect=0,
                               **files.environment(NO_LOCKS="1"))
        for words in ("cannot lock files", "every file is read", "XDG_CACHE_HOME"):
            self.assertIn(words, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "cache", "shaman", "files.sqlite3")))
        doctor = self.run_shaman("doctor", "--server", url, expect=0, **files.environment(NO_LOCKS="1"))
        self.assertIn("cannot lock files", doctor.stdout)


if __name__ == "__main__":
    api.main()
