# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for tests, made by the openssl program once a run."""

import atexit
import datetime
import os
import shutil
import ssl
import subprocess
import tempfile

NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"


class Authority:
    """Who signs certificates. Every path is of a file in PEM."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-certificates-")
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.file = self.path("ca.pem")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", self.path("ca.key"), "-out", self.file, "-days", "30",
                     "-subj", "/CN=Test authority",
                     # Python 3.13 insists on it.
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments, **more):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, **more)

    def sign(self, name, names=NAMES, days=30):
        """Paths of a new certificate for this common name, and of its key."""
        if days < 0:  # which `openssl x509` refuses since 3.5
            return self.sign_until(name, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days))
        safe = name.replace("/", "_").replace("*", "_") + str(len(os.listdir(self.folder)))
        key, request, certificate = (self.path(safe + ending) for ending in (".key", ".csr", ".pem"))
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", key, "-out", request, "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName={names}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.path("ca.key"),
                     "-CAcreateserial", "-days", str(days), "-copy_extensions", "copy",
                     "-out", certificate)
        return certificate, key

    def sign_until(self, name, end):
        """As sign(), for a certificate that ends at a moment and not after days."""
        _, key = pair = self.sign(name)
        folder = tempfile.mkdtemp(dir=self.folder)
        settings, certificate = os.path.join(folder, "ca.conf"), os.path.join(folder, "certificate.pem")
        with open(os.path.join(folder, "index.txt"), "w", encoding="ascii"):
            pass
        with open(settings, "w", encoding="ascii") as file:
            file.write(f"[ca]\ndefault_ca = own\n[own]\nnew_certs_dir = {folder}\ndatabase = {folder}/index.txt\n"
                       "default_md = sha256\npolicy = any\nrand_serial = yes\ncopy_extensions = copy\n"
                       "[any]\ncommonName = supplied\n")
        self.openssl("ca", "-batch", "-notext", "-config", settings, "-cert", self.file,
                     "-keyfile", self.path("ca.key"), "-startdate", "20200101000000Z",
                     "-enddate", end.strftime("%Y%m%d%H%M%SZ"),
                     "-in", pair[0].replace(".pem", ".csr"), "-out", certificate)
        return certificate, key

    def trust(self, certificate=None):
        """What Python's clients need to believe the server, showing a certificate where one is given."""
        context = ssl.create_default_context(cafile=self.file)
        if certificate:
            context.load_cert_chain(*certificate)
        return context


_authority = None


def authority():
    """One for the whole run."""
    global _authority  # pylint: disable=global-statement
    _authority = _authority or Authority()
    return _authority


def server_certificate():
    """The one that all servers of a run may use."""
    found = authority()
    if not hasattr(found, "for_servers"):
        found.for_servers = found.sign("localhost")
    return found.for_servers
