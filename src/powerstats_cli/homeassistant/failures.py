"""The meaning of an answer that is not what was asked for: who gave it, and what to do.

A proxy, a sign-on page or another program may answer instead of Home Assistant. The answers of Home
Assistant itself are a line of text such as "403: Forbidden", or JSON; it does not name its server.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

from powerstats_cli.errors import (
    ConfigError,
    PowerstatsError,
    RefusedError,
    TooMuchError,
    TryAgainError,
)
from powerstats_cli.reply import Reply

ITS_NAME: Final = "Home Assistant"
# A proxy that has waited too long for Home Assistant says so: HTTP's 408 and 504, Cloudflare's 524.
TOO_SLOW: Final = (408, 504, 524)
# So much of a page is searched for its title.
HEAD_BYTES: Final = 64_000
LONGEST_BEGINNING: Final = 60
# The words of nginx, Apache and Go.
WANTS_HTTPS: Final = re.compile(
    rb"plain HTTP request was sent to HTTPS|speaking plain HTTP to an SSL|HTTP request to an HTTPS"
)
SIGN_ON: Final = re.compile(
    r"log-?in|sign-?(?:in|on)|auth|sso|saml|openid|oidc|cloudflareaccess|cdn-cgi/access",
    re.IGNORECASE,
)
ITS_SIGN_ON: Final = "/auth/authorize"

Quote = Callable[[str | bytearray], str]
"""Returns the beginning of a server's text, on one line and without our token."""


def meaning(url: str, reply: Reply, quote: Quote) -> PowerstatsError | None:
    """Return the error for a status that has one cause, None for any other status."""
    if 300 <= reply.status < 400:
        return _redirected(url, reply, quote)
    if reply.status == 400:
        return _bad_request(url, reply)
    if reply.status == 401:
        return _unauthorized(url, reply, quote)
    return _forbidden(url, reply, quote) if reply.status == 403 else None


def refusal_on_the_way(url: str, reply: Reply, quote: Quote) -> PowerstatsError | None:
    """Return the error for an answer that keeps all requests from Home Assistant, else None.

    The answer is to a request without a token: Home Assistant may refuse that itself.
    """
    if reply.status in {401, 403} and not _is_refused_by_another(reply, quote):
        return None
    return meaning(url, reply, quote)


def failure(url: str, reply: Reply, quote: Quote, *, has_next_run: bool) -> PowerstatsError:
    """Return the error for an answer that is not the expected one.

    If no step of the schedule will ask again, the line says what to do instead.
    """
    known = meaning(url, reply, quote)
    if known is not None:
        return known
    answered = f"{_who(url, reply, quote)} answered {reply.status} ({said(reply, quote)})"
    if has_next_run:
        message = f"{answered}: the next run tries again"
    elif reply.status == 404:
        message = f"{answered}: check the address"
    else:
        message = f"{answered}: its log says why; try again when that is mended"
    return TooMuchError(message) if reply.status in TOO_SLOW else TryAgainError(message)


def nonsense(url: str, reply: Reply, error: Exception, quote: Quote) -> PowerstatsError:
    """Return the error for an answer that is a success, and not Home Assistant's JSON."""
    if not _is_page(reply):
        body = bytes(reply.body[:1])
        # The beginning of JSON could be a state, which is nobody's business.
        begins = "" if body in (b"[", b"{", b"") else f"{quote(reply.body)[:LONGEST_BEGINNING]!r}: "
        return TryAgainError(
            f"{url} answered something that is not Home Assistant's history ({begins}{error}): "
            f"check homeassistant.url"
        )
    page = said(reply, quote)
    if page == ITS_NAME:
        return ConfigError(
            f"{url} is the address of a page of Home Assistant: leave out the path of the page in "
            f"homeassistant.url"
        )
    return TryAgainError(
        f"{url} answered with a web page of {_sender(reply, quote) or 'another program'} ({page}) "
        f"instead of Home Assistant's data: set homeassistant.url to Home Assistant's own address, "
        f"or let /api through without signing on"
    )


def said(reply: Reply, quote: Quote) -> str:
    """Return the beginning of an answer's text; of a page its title, if it has one."""
    if not _is_page(reply):
        return quote(reply.body) or "nothing"
    from html import unescape

    text = reply.body[:HEAD_BYTES].decode(errors="replace")
    title = re.search(r"<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
    text = title[1] if title and title[1].strip() else _without_code(text)
    return quote(unescape(re.sub(r"<[^>]*>", " ", text))) or "an empty page"


def _without_code(page: str) -> str:
    return re.sub(r"<(style|script).*?</\1", "", page, flags=re.IGNORECASE | re.DOTALL)


# --- statuses -----------------------------------------------------------------------------------


def _redirected(url: str, reply: Reply, quote: Quote) -> ConfigError:
    location = reply.headers.get("location", "?")
    target = quote(location)
    if SIGN_ON.search(location) and ITS_SIGN_ON not in location:
        host = quote(_host(url, location))
        return ConfigError(
            f"{url} redirects to the sign-on page of {host} ({reply.status}, to {target}): let "
            f"/api through without signing on, or set homeassistant.url to Home Assistant's own "
            f"address"
        )
    return ConfigError(
        f"{url} redirects elsewhere ({reply.status}, to {target}): "
        f"set homeassistant.url to Home Assistant's own address"
    )


def _host(url: str, location: str) -> str:
    try:
        return urlsplit(urljoin(url, location)).netloc
    except ValueError:
        return "?"


def _bad_request(url: str, reply: Reply) -> ConfigError | None:
    _, _, rest = url.partition("://")
    if WANTS_HTTPS.search(reply.body):
        return ConfigError(
            f"{urlsplit(url).netloc} speaks https only: set homeassistant.url to https://{rest}"
        )
    if not _is_its_own(reply):
        return None
    return ConfigError(
        f"Home Assistant at {url} does not trust the proxy before it (400: Bad Request): add the "
        f"proxy's address to trusted_proxies under http: in its configuration.yaml and restart it"
    )


def _unauthorized(url: str, reply: Reply, quote: Quote) -> RefusedError:
    who = _sender(reply, quote) or "a proxy"
    if scheme := _password_scheme(reply):
        return RefusedError(
            f"{who} before Home Assistant at {url} asks for a password of its own (401, "
            f"{quote(scheme)}): let /api through without it, or set homeassistant.url to Home "
            f"Assistant's own address"
        )
    if _is_refused_by_another(reply, quote):
        return RefusedError(
            f"{who} before Home Assistant at {url} asks to sign on (401: {said(reply, quote)}): "
            f"let /api through without it, or set homeassistant.url to Home Assistant's own address"
        )
    return RefusedError(
        f"Home Assistant at {url} refused the token (401): make a new one in your "
        f"Home Assistant profile under Security, Long-lived access tokens"
    )


def _forbidden(url: str, reply: Reply, quote: Quote) -> RefusedError:
    who = _sender(reply, quote) or "a proxy"
    if _is_refused_by_another(reply, quote):
        return RefusedError(
            f"{who} before Home Assistant at {url} refused this machine (403: "
            f"{said(reply, quote)}): allow it there, or set homeassistant.url to Home Assistant's "
            f"own address"
        )
    return RefusedError(
        f"Home Assistant at {url} refused this machine (403): remove its address from "
        f"ip_bans.yaml there and restart it"
    )


# --- who answered -------------------------------------------------------------------------------


def _who(url: str, reply: Reply, quote: Quote) -> str:
    if not _is_foreign(reply, quote):
        return f"Home Assistant at {url}"
    return f"{_sender(reply, quote) or 'a proxy'} before Home Assistant at {url}"


def _is_foreign(reply: Reply, quote: Quote) -> bool:
    """Tell whether somebody else than Home Assistant wrote an answer that is no success."""
    return not _is_its_own(reply) and (_is_page(reply) or _sender(reply, quote) is not None)


def _is_refused_by_another(reply: Reply, quote: Quote) -> bool:
    """Tell whether somebody else than Home Assistant wrote a 401 or a 403.

    Home Assistant writes each of them in one way only.
    """
    if _password_scheme(reply) or _is_foreign(reply, quote):
        return True
    is_text = bool(reply.body) and not reply.body.startswith(b"{")
    return is_text and not _is_its_own(reply)


def _password_scheme(reply: Reply) -> str | None:
    """Return the scheme of the password that an answer asks for, such as Basic, else None.

    The scheme of a token is Bearer; Home Assistant asks for nothing else.
    """
    scheme = reply.headers.get("www-authenticate", "").partition(" ")[0]
    return scheme if scheme and scheme.lower() != "bearer" else None


def _is_its_own(reply: Reply) -> bool:
    """Tell whether an answer is the line of text that Home Assistant writes for its status."""
    return reply.body.startswith(f"{reply.status}: ".encode()) and not _is_page(reply)


def _is_page(reply: Reply) -> bool:
    kind = reply.headers.get("content-type", "")
    return kind.startswith("text/html") or reply.body[:200].lstrip()[:1] == b"<"


def _sender(reply: Reply, quote: Quote) -> str | None:
    """Return the name of the program that sent an answer, None if it does not say it."""
    headers: Mapping[str, str] = reply.headers
    if "cf-ray" in headers:
        return "Cloudflare"
    name = re.split(r"[/\s(,]", headers.get("server", ""), maxsplit=1)[0]
    # aiohttp, which Home Assistant is built on, calls itself Python.
    if name in {"", "Python"}:
        return None
    return "Cloudflare" if name == "cloudflare" else quote(name)
