"""`serve`: shows the dashboard on this machine, or to the home's own network."""

from collections.abc import Callable, Collection
from pathlib import Path

from powerstats_cli.errors import ConfigError
from powerstats_cli.site.addresses import in_words, own_names
from powerstats_cli.site.server import Live, listening, nothing


def serve(
    web_root: Path,
    bind: str,
    port: int,
    names: Collection[str],
    ready: Callable[[str], None],
    live: Live = nothing,
) -> None:
    """Serve a folder until Ctrl-C; `ready` is called with the addresses.

    `names` are names of this machine that the home's network does not show to be its own. `live`
    returns the bytes of a file that is made when it is asked for. Raises ConfigError if it cannot
    listen there.
    """
    try:
        server = listening(bind, port, web_root, {*names, *own_names()}, live)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no such address"
        message = f"{bind}:{port}: {why}: give another --port or --bind"
        raise ConfigError(message) from None
    with server:
        ready(in_words(bind, server.server_port))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
