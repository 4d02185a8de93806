"""Changes of a configuration file that a person may have written: comments and other keys stay.

Only the commands that change it import this: tomlkit takes 50 ms and 5 MB, and tomllib, which reads
the file in all other commands, keeps no comments.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Table

from powerstats_cli.core.energy.flows import FLOWS
from powerstats_cli.core.energy.roles import BOTH_WAYS, ROLES, Meter, Roles
from powerstats_cli.core.energy.tariff_lines import DEMANDS, TIMES
from powerstats_cli.errors import ConfigError
from powerstats_cli.lines import text
from powerstats_cli.settings.tables import Settings

HOME: Final = "homeassistant"
# The tables of `[homeassistant]` that have a key for each series.
BY_SERIES: Final = ("entities", "plausible", "state_class")
# What `per` of a line names, whatever series are called so.
COUNTED: Final = frozenset({*FLOWS, "house", *TIMES, *DEMANDS})
_Keys = MutableMapping[str, Any]


def opened(path: Path) -> TOMLDocument:
    """Return a configuration file for changes; raises ConfigError."""
    try:
        return tomlkit.parse(text(path.read_bytes()))
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise ConfigError(message) from None
    except (TOMLKitError, ValueError) as error:
        message = f"{path} is no TOML: {error}"
        raise ConfigError(message) from None


def written(document: TOMLDocument) -> bytes:
    """Return the bytes of a changed configuration."""
    return tomlkit.dumps(document).encode()


def put(document: TOMLDocument, path: Sequence[str], value: object) -> None:
    """Set a key in tables that are made if they are not there; an equal value is left as it is."""
    *tables, key = path
    table = cast("_Keys", document)
    for name in tables:
        if name not in table:
            # In a table, one in a line is right in each form in which that may be written.
            table[name] = tomlkit.table() if table is document else tomlkit.inline_table()
        table = table[name]
    if key not in table:
        _append(table, key, value)
    elif _plain(table[key]) != value:
        table[key] = value


def _append(table: _Keys, key: str, value: object) -> None:
    """Add a key after the last one of a table: a remark below that belongs to the next table."""
    body = table.value.body if isinstance(table, Table) else []
    last = [name for name, item in body if name and not isinstance(item, Table | AoT)][-1:]
    if isinstance(table, Table) and last:
        table.value._insert_after(last[0], key, tomlkit.item(value))  # noqa: SLF001 - no other way
    else:
        table[key] = value


def put_table(document: TOMLDocument, name: str, values: Mapping[str, Any]) -> None:
    """Set the keys of a table; one that is not there is added at the end, a line for each key."""
    if name not in document:
        from powerstats_cli.settings import writing  # only `init` adds whole tables

        document.add(tomlkit.nl())
        document.add(name, tomlkit.parse(writing.table(name, values))[name])
        return
    for key, value in values.items():
        put(document, (name, key), value)


def drop(document: TOMLDocument, path: Sequence[str]) -> None:
    """Take a key out, and its table if nothing else is in it."""
    *tables, key = path
    table = _at(document, tables)
    if table is None or key not in table:
        return
    del table[key]
    if not table and len(tables) > 1:
        drop(document, tables)


def _at(document: TOMLDocument, path: Sequence[str]) -> _Keys | None:
    table: Any = document
    for name in path:
        if not isinstance(table, MutableMapping) or name not in table:
            return None
        table = table[name]
    return table if isinstance(table, MutableMapping) else None


def _plain(item: Any) -> object:
    return item.unwrap() if hasattr(item, "unwrap") else item


# --- series -----------------------------------------------------------------------------------


def add(document: TOMLDocument, name: str, entity_id: str) -> None:
    """Add a series; the only one of a short configuration becomes one of several."""
    only = document[HOME].get("entity_id")
    if only is not None:
        del document[HOME]["entity_id"]
        put(document, (HOME, "entities", "power"), _plain(only))
    put(document, (HOME, "entities", name), entity_id)


def rename(document: TOMLDocument, settings: Settings, old: str, new: str) -> None:
    """Give a series another name wherever the configuration names it, and keep the earlier name."""
    if settings.homeassistant.entity_id:
        add(document, old, settings.homeassistant.entity_id)
    for table in BY_SERIES:
        _rename_key(_at(document, (HOME, table)), old, new)
    flows = _at(document, ("flows",))
    if flows is not None:
        for role in [role for role in ROLES if role in flows]:
            _rename_in(flows, role, old, new)
    within = _at(document, ("flows", "within"))
    if within is not None:
        _rename_key(within, old, new)
        for inner in [inner for inner in within if within[inner] == old]:
            within[inner] = new
    _rename_in_money(document, old, new)
    _remember(document, settings.homeassistant.renamed, old, new)


def _remember(document: TOMLDocument, known: Mapping[str, str], old: str, new: str) -> None:
    """Write down the earlier names of a series: its past in older files has those."""
    for earlier, present in known.items():
        if present == old and earlier != new:
            put(document, (HOME, "renamed", earlier), new)
    drop(document, (HOME, "renamed", new))
    put(document, (HOME, "renamed", old), new)


def _rename_key(table: _Keys | None, old: str, new: str) -> None:
    if table is None or old not in table:
        return
    if isinstance(table, Table | InlineTable):
        # tomlkit has no other way that leaves the key in its place, with its comment.
        table.value._replace(old, new, table[old])
    else:
        table[new] = table.pop(old)


def _rename_in(flows: _Keys, role: str, old: str, new: str) -> None:
    """Rename a series in a role, which has one name or a list of them."""
    found = flows[role]
    if not isinstance(found, Array):
        meter = Meter.of(str(found))
        if meter.name == old:
            flows[role] = str(Meter(new, meter.turned))
        return
    for place, name in enumerate(found):
        meter = Meter.of(str(name))
        if meter.name == old:
            found[place] = str(Meter(new, meter.turned))


def take_out(document: TOMLDocument, name: str) -> None:
    """Take a series out of the configuration; the roles are set by `set_roles`."""
    for table in BY_SERIES:
        drop(document, (HOME, table, name))
    drop(document, ("prices", name))
    also = (_at(document, ("money",)) or {}).get("also")
    if isinstance(also, Array) and name in also:
        also.remove(name)


# --- money ------------------------------------------------------------------------------------


def _rename_in_money(document: TOMLDocument, old: str, new: str) -> None:
    """Rename a series among the prices, in the ledger, and where lines of tariffs name it."""
    _rename_price(_at(document, ("prices",)), old, new)
    also = (_at(document, ("money",)) or {}).get("also")
    if isinstance(also, Array):
        for place in [place for place, name in enumerate(also) if name == old]:
            also[place] = new
    for line in _lines(document):
        for key in _naming(line, old):
            line[key] = new


def _rename_price(prices: _Keys | None, old: str, new: str) -> None:
    """Rename a price; one that is a table of its own is in one line then.

    tomlkit cannot rename a table without mixing up those that follow it.
    """
    if prices is None or not isinstance(prices.get(old), Table):
        _rename_key(prices, old, new)
        return
    table = prices.pop(old)
    inline = tomlkit.inline_table()
    inline.update(table.unwrap())
    comments = (item.trivia.comment for _, item in table.value.body)
    if comment := " ".join(filter(None, comments)):
        inline.comment(comment)
    prices[new] = inline


def _lines(document: TOMLDocument) -> Iterator[_Keys]:
    """Yield the lines of all tariffs that have the form of lines."""
    tariffs = document.get("tariffs")
    for tariff in tariffs.values() if isinstance(tariffs, MutableMapping) else ():
        lines = tariff.get("lines") if isinstance(tariff, MutableMapping) else None
        if isinstance(lines, list):
            yield from (line for line in lines if isinstance(line, MutableMapping))


def _naming(line: _Keys, series: str) -> list[str]:
    """Return the keys of a line that name a series: some name a flow, a time or a demand first."""
    keys = [] if series in COUNTED else ["per", "less", *(["of"] if "per" in line else [])]
    return [key for key in (*keys, "price") if line.get(key) == series]


# --- roles ------------------------------------------------------------------------------------


def set_roles(document: TOMLDocument, roles: Roles) -> None:
    """Write which series have which role; what is written so already stays as it is."""
    for role in ROLES:
        names = [str(meter) for meter in roles.of(role)]
        if names:
            _set_role(document, role, names)
        else:
            drop(document, ("flows", role))
    for inner, outer in roles.within.items():
        put(document, ("flows", "within", inner), outer)
    for inner in list(_at(document, ("flows", "within")) or ()):
        if inner not in roles.within:
            drop(document, ("flows", "within", inner))


def _set_role(document: TOMLDocument, role: str, names: list[str]) -> None:
    present = (_at(document, ("flows",)) or {}).get(role)
    if isinstance(present, Array):
        for name in [name for name in present if name not in names]:
            present.remove(name)
        for name in names:
            if name not in present:
                present.append(name)
    elif present is None or [present] != names:
        put(document, ("flows", role), names[0] if role in BOTH_WAYS else names)
