"""Certificates as people make them at home, and a server that shows one before another server."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from threading import Thread
from urllib.parse import urlsplit

from tests.support.needs import unable

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
IDENTIFIERS = ("subjectKeyIdentifier", "authorityKeyIdentifier")
SECONDS = 5.0


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in files of their own."""

    file: Path
    key: Path


def certificate(
    folder: Path,
    name: str,
    *extensions: str,
    signer: Certificate | None = None,
    days: int = 30,
) -> Certificate:
    """Return a certificate with a common name and these extensions only; it may sign itself.

    With `days` below 0 it has expired; key identifiers are left out unless they are asked for.
    """
    file, key, request = (folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
    _openssl("req", "-new", *CURVE, "-keyout", key, "-subj", f"/CN={name}", "-out", request)
    signed_by = ("-CA", signer.file, "-CAkey", signer.key, "-CAcreateserial") if signer else ()
    written = folder / f"{name}.ext"
    # openssl adds the identifiers by itself if there is any other extension.
    asked_for = " ".join(extensions)
    left_out = [f"{key}=none" for key in IDENTIFIERS if extensions and key not in asked_for]
    written.write_text("\n".join([*extensions, *left_out]))
    _openssl(
        *("x509", "-req", "-in", request, "-days", days, "-out", file, "-extfile", written),
        *(signed_by or ("-signkey", key)),
    )
    return Certificate(file, key)


def from_tomorrow(folder: Path, name: str, *extensions: str) -> Certificate:
    """Return a certificate that signs itself and is not valid yet."""
    made = certificate(folder, name, *extensions)
    (folder / "index.txt").touch()
    config = folder / "ca.conf"
    config.write_text(
        "[ca]\ndefault_ca = it\n"
        f"[it]\ndatabase = {folder}/index.txt\nnew_certs_dir = {folder}\nrand_serial = yes\n"
        f"default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n"
    )
    times = ("-startdate", "20990101000000Z", "-enddate", "20991231000000Z")
    _openssl(
        *("ca", "-batch", "-config", config, "-selfsign", "-keyfile", made.key, *times),
        *("-in", folder / f"{name}.csr", "-extfile", folder / f"{name}.ext", "-out", made.file),
    )
    return made


def _openssl(*arguments: object) -> None:
    program = shutil.which("openssl")
    if program is None:
        unable("openssl is not installed")
    subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def shown(made: Certificate, url: str) -> Iterator[int]:
    """Serve https on loopback with a certificate, before a plain server; yield the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.file, made.key)
    target = urlsplit(url)
    backend = (target.hostname or "", target.port or 80)
    threads: list[Thread] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    thread = Thread(
                        target=_pass_on, args=(connection, context, backend), daemon=True
                    )
                    thread.start()
                    threads.append(thread)

        acceptor = Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for thread in (acceptor, *threads):
                thread.join(SECONDS)


def _pass_on(connection: socket.socket, context: ssl.SSLContext, backend: tuple[str, int]) -> None:
    """Pass on what a client and the server behind say to each other, until one of them ends."""
    connection.settimeout(SECONDS)
    with connection, suppress(OSError):
        theirs = context.wrap_socket(connection, server_side=True)
        with theirs, socket.create_connection(backend, timeout=SECONDS) as ours:
            while True:
                ready = [theirs] if theirs.pending() else select([theirs, ours], [], [], SECONDS)[0]
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    (ours if source is theirs else theirs).sendall(data)
