"""The certificates of https servers: which are trusted, and what to do about one that is not.

The numbers are OpenSSL's, from x509_vfy.h.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from powerstats_cli.clock import utc_now
from powerstats_cli.errors import ConfigError, PowerstatsError, TryAgainError

# No chain of signatures leads to a certificate that is trusted.
SELF_SIGNED: Final = 18
UNTRUSTED: Final = (2, SELF_SIGNED, 19, 20, 21, 27)
WRONG_NAME: Final = (62, 64)
# Not valid yet, or not any more.
WRONG_TIME: Final = (9, 10)
# VERIFY_X509_STRICT checks these, and Python 3.13 has switched it on: key identifiers, for example.
STRICT: Final = range(76, 95)
# Python's ssl has no name for it.
NO_CHECK_TIME: Final = 0x200000
# To connect, and for each message: a run that has used up its time still ends within two minutes.
LOOK_SECONDS: Final = 2.0
ITSELF: Final = "itself"
LONGEST_NAME: Final = 60
MOST_NAMES: Final = 4


class _Certificate(msgspec.Struct, frozen=True):
    """A server's certificate: the names that it is for, and who signed it."""

    names: tuple[str, ...]
    common_name: str
    signer: str
    start: str
    end: str

    @property
    def has_expired(self) -> bool:
        """Tell whether it is not valid any more, by this machine's clock."""
        try:
            return ssl.cert_time_to_seconds(self.end) < utc_now().timestamp()
        except ValueError:
            return False

    def is_for(self, host: str) -> bool:
        """Tell whether it is for a host; its common name counts if nothing else does, for no IP."""
        names = self.names or (() if _is_ip(host) else (self.common_name,))
        return any(_matches(name, host) for name in names)


def trusted(ca_file: str | None, table: str = "homeassistant") -> ssl.SSLContext:
    """Return the certificates that an https server is checked against; raises ConfigError.

    Those are the machine's own, or only those in a file, which a key of the configuration names.
    """
    path = Path(ca_file).expanduser() if ca_file else None
    try:
        context = ssl.create_default_context(cafile=path)
    except OSError as error:
        message = f"{table}.ca_file: {path}: {error.strerror or error}"
        raise ConfigError(message) from None
    if path is not None:
        # Certificates that people make for their homes often lack key identifiers.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        # The file may have the server's certificate, and not its authority's.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def complaint(error: BaseException, url: str, ca_file: str | None) -> PowerstatsError | None:
    """Return what to say of the certificate of Home Assistant, None if it did not cause an error.

    Looks at the certificate for that: it connects again, and sends nothing.
    """
    refusal = _refusal(error)
    if refusal is None:
        return None
    parts = urlsplit(url)
    host, code = parts.hostname or "", refusal.verify_code
    certificate = _presented(host, parts.port or 443)
    if certificate is None:
        return _unseen(parts.netloc, refusal, ca_file)
    if code in WRONG_NAME or (code in UNTRUSTED and not certificate.is_for(host)):
        return _wrong_name(parts.netloc, host, certificate)
    if code in UNTRUSTED and not certificate.has_expired:
        return _untrusted(parts.netloc, certificate.signer, ca_file)
    if code in (*UNTRUSTED, *WRONG_TIME):
        return _wrong_time(parts.netloc, certificate)
    return _not_accepted(parts.netloc, refusal)


def foreign_complaint(error: BaseException, host: str, table: str) -> PowerstatsError | None:
    """Return what to say of another server's certificate, None if it did not cause an error."""
    refusal = _refusal(error)
    if refusal is None:
        return None
    if refusal.verify_code in WRONG_TIME:
        return TryAgainError(
            f"the certificate of {host} is not valid today ({refusal.verify_message}): "
            f"is this machine's clock right?"
        )
    return ConfigError(
        f"the certificate of {host} is not accepted ({refusal.verify_message}): this machine has "
        f"to know the authority that signed it; set {table}.ca_file to its certificate, or add it "
        f"with update-ca-certificates"
    )


def _refusal(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the refusal of a certificate that is among the causes of an error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _unseen(netloc: str, refusal: ssl.SSLCertVerificationError, ca_file: str | None) -> ConfigError:
    """Return what to say of a certificate that could not be looked at once more."""
    if refusal.verify_code not in UNTRUSTED:
        return _not_accepted(netloc, refusal)
    signer = ITSELF if refusal.verify_code == SELF_SIGNED else "an authority"
    return _untrusted(netloc, signer, ca_file)


def _wrong_name(netloc: str, host: str, certificate: _Certificate) -> ConfigError:
    wanted = _as_alternative(host)
    if not certificate.names:
        return ConfigError(
            f"the certificate of {netloc} has no subjectAltName: make one with "
            f"subjectAltName={wanted}, and set homeassistant.ca_file (init: --ca-file) to it"
        )
    return ConfigError(
        f"the certificate of {netloc} is for {_listed(certificate.names)}: set homeassistant.url "
        f"to one of its names, or make one with subjectAltName={wanted}"
    )


def _as_alternative(host: str) -> str:
    """Return a host as it is written in a certificate's subjectAltName."""
    return f"{'IP' if _is_ip(host) else 'DNS'}:{host}"


def _untrusted(netloc: str, signer: str, ca_file: str | None) -> ConfigError:
    if signer == ITSELF:
        remedy = "that certificate"
    else:
        remedy = "the certificate of that authority, or let the server send its whole chain"
    if ca_file is None:
        return ConfigError(
            f"the certificate of {netloc} is signed by {signer}, which this machine does not "
            f"trust: set homeassistant.ca_file (init: --ca-file) to a file with {remedy}"
        )
    return ConfigError(
        f"the certificate of {netloc} is signed by {signer}, which is not in {ca_file}: set "
        f"homeassistant.ca_file (init: --ca-file) to a file with {remedy}"
    )


def _wrong_time(netloc: str, certificate: _Certificate) -> PowerstatsError:
    if certificate.has_expired:
        return ConfigError(
            f"the certificate of {netloc} expired on {certificate.end}: renew it there"
        )
    return TryAgainError(
        f"the certificate of {netloc} is valid from {certificate.start} on: "
        f"is this machine's clock right?"
    )


def _not_accepted(netloc: str, refusal: ssl.SSLCertVerificationError) -> ConfigError:
    if refusal.verify_code in STRICT:
        return ConfigError(
            f"the certificate of {netloc} breaks a rule ({refusal.verify_message}): set "
            f"homeassistant.ca_file (init: --ca-file) to it or to its authority's certificate, or "
            f"make a new one"
        )
    return ConfigError(
        f"the certificate of {netloc} is not accepted ({refusal.verify_message}): make a new one"
    )


# --- a look at the certificate ------------------------------------------------------------------


def _presented(host: str, port: int) -> _Certificate | None:
    """Return the certificate that a server shows, None if there is no telling.

    Python tells what is in a certificate only if it trusts it: so it is fetched without trust, and
    then trusted for one more look.
    """
    try:
        raw = _shown(host, port, _anyone(), binary_form=True)
        only_this = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        only_this.check_hostname = False
        only_this.load_verify_locations(cadata=raw)
        only_this.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | NO_CHECK_TIME
        told = _shown(host, port, only_this, binary_form=False)
    except (OSError, ValueError):
        return None
    return _read(told) if told else None


def speaks_https(url: str) -> bool:
    """Tell whether a server at an http address speaks https."""
    parts = urlsplit(url)
    try:
        return bool(_shown(parts.hostname or "", parts.port or 80, _anyone(), binary_form=True))
    except (OSError, ValueError):
        return False


def _anyone() -> ssl.SSLContext:
    """Return what any certificate is good enough for: to look at it, and to send nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _shown(host: str, port: int, context: ssl.SSLContext, *, binary_form: bool) -> Any:
    with (
        socket.create_connection((host, port), timeout=LOOK_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.getpeercert(binary_form)


def _read(told: Mapping[str, Any]) -> _Certificate:
    names = [
        _printable(name)
        for kind, name in told.get("subjectAltName", ())
        if kind in {"DNS", "IP Address"}
    ]
    subject, issuer = told.get("subject", ()), told.get("issuer", ())
    return _Certificate(
        tuple(names),
        _field(subject, "commonName"),
        ITSELF if subject == issuer else _field(issuer, "commonName") or "an authority",
        _printable(told.get("notBefore", "?")),
        _printable(told.get("notAfter", "?")),
    )


def _field(name: Any, key: str) -> str:
    """Return a field of a certificate's subject or issuer."""
    fields = (field for relative in name for field in relative)
    return next((_printable(value) for known, value in fields if known == key), "")


def _printable(text: str) -> str:
    return "".join(filter(str.isprintable, text))[:LONGEST_NAME]


def _listed(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _matches(name: str, host: str) -> bool:
    """Tell whether a certificate's name is a host's; `*` stands for one label."""
    if _is_ip(host):
        return _is_ip(name) and ipaddress.ip_address(name) == ipaddress.ip_address(host)
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
