"""The addresses of the dashboard of this machine, and the names that it answers to."""

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

ANSWER_SECONDS: Final = 3.0
# No home has an address of this network (RFC 5737). No packet is sent to find the way there.
ELSEWHERE: Final = ("192.0.2.1", 9)
RESOLVER: Final = Path("/etc/resolv.conf")
# Names that only a home's own network knows: nobody can register one at a public DNS server.
AT_HOME: Final = ("local", "lan", "home", "internal", "localdomain", "home.arpa", "localhost")


def addresses(bind: str, port: int) -> list[str]:
    """Return the addresses to type into a browser, those for a phone in the home's network."""
    hosts = [bind]
    if bind in {"0.0.0.0", "::", ""}:  # noqa: S104 - it is compared
        hosts = list(filter(None, (_own_name(), _own_address()))) or ["127.0.0.1"]
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}/" for host in hosts]


def why_down(bind: str, port: int) -> str:
    """Return why nothing answers at an address of this machine, "" if something does."""
    host = "localhost" if bind in {"", "::", "0.0.0.0"} else bind  # noqa: S104 - it is compared
    try:
        socket.create_connection((host, port), ANSWER_SECONDS).close()
    except OSError as problem:
        return problem.strerror or "no answer"
    return ""


def in_words(bind: str, port: int) -> str:
    """Return the addresses in a line."""
    return " or ".join(addresses(bind, port))


def own_names(resolver: Path = RESOLVER) -> set[str]:
    """Return this machine's names with a domain: its own, and those that the router gives it.

    A router such as a FRITZ!Box calls a machine pi.fritz.box, and tells it so in `resolver`.
    """
    host = socket.gethostname().lower()
    domains: list[str] = []
    with suppress(OSError, UnicodeDecodeError):
        for line in resolver.read_text().splitlines():
            key, *words = line.split() or [""]
            domains += words if key in {"search", "domain"} else []
    first = host.partition(".")[0]
    return {host, *(f"{first}.{domain.lower().strip('.')}" for domain in domains)}


def is_own(host: str | None, names: Collection[str]) -> bool:
    """Tell whether the Host of a request is a name of this machine; `names` are more of them.

    A page of a stranger can let its own name lead to this machine, and then read what is served
    there. So only addresses and names that no stranger can have are answered.
    """
    if host is None:
        return True  # only an old program leaves it out, a browser never does
    name = host.strip().lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    name = name.rstrip(".")
    if "." not in name and ":" not in name:
        return True
    with suppress(ValueError):
        return bool(ipaddress.ip_address(name.partition("%")[0]))
    return name in names or any(name.endswith(f".{ending}") for ending in AT_HOME)


def _own_name() -> str:
    """Return this machine's name as mDNS has it, "" if it has none of its own."""
    name = socket.gethostname().partition(".")[0]
    return "" if name in {"", "localhost"} else f"{name}.local"


def _own_address() -> str:
    """Return this machine's address in the home's network, "" if it is in none."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(ELSEWHERE)
        address = str(asked.getsockname()[0])
        return "" if ipaddress.ip_address(address).is_loopback else address
    return ""
