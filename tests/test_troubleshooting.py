"""docs/troubleshooting.md has every line that the program prints about a failure, and no other.

The lines are read out of the source:

- the argument of our own errors, of a usage error, of `say`, and of doctor's `error` and `warning`;
- the text of a ValueError that becomes one of these;
- what the functions in TELLING yield or return, since their texts are printed as they are.

A part of a line that varies is `…`. A variable that can only hold texts written out in the same
function is replaced by each of them. A line without a single word of its own is left out.
"""

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from powerstats_cli import errors

ROOT: Final = Path(__file__).parent.parent
SOURCE: Final = ROOT / "src/powerstats_cli"
DOCUMENT: Final = ROOT / "docs/troubleshooting.md"
VARIABLE: Final = "…"
STALE: Final = 1
USAGE: Final = 2
CODES: Final[Mapping[str, int]] = {
    **{
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.PowerstatsError)
    },
    "BadParameter": USAGE,
    "error": STALE,
    "warning": STALE,
    "say": 0,
}
# The callers of these modules turn their ValueErrors into a usage error or one of our own.
VALUE_ERRORS: Final = {
    "commands/cost.py": USAGE,
    "commands/export.py": USAGE,
    "core/amounts.py": USAGE,
    "core/energy/costs.py": USAGE,
    "files/supply.py": USAGE,
    "settings/money.py": USAGE,
    "core/whens.py": USAGE,
    "commands/init/money.py": os.EX_CONFIG,
    "commands/init/pricing.py": os.EX_CONFIG,
    "core/candidates/picking.py": os.EX_CONFIG,
    "core/candidates/selection.py": os.EX_CONFIG,
    "core/energy/hours.py": os.EX_CONFIG,
    "core/energy/tariff_lines.py": os.EX_CONFIG,
    "core/energy/tariffs.py": os.EX_CONFIG,
    "core/energy/typed.py": os.EX_CONFIG,
    "core/lengths.py": USAGE,
    "core/ranges.py": USAGE,
    "core/rows.py": USAGE,
    "session.py": USAGE,
}
TELLING: Final = {
    "mistakes": os.EX_CONFIG,
    "_place_mistakes": os.EX_CONFIG,
    "_home_mistakes": os.EX_CONFIG,
    "_sensor_mistakes": os.EX_CONFIG,
    "_github_mistakes": os.EX_CONFIG,
    "flow_mistakes": os.EX_CONFIG,
    "_within_mistakes": os.EX_CONFIG,
    "price_mistakes": os.EX_CONFIG,
    "mistake": os.EX_CONFIG,
    "unfit": os.EX_CONFIG,
    "flaw": os.EX_CONFIG,
    "name_flaw": os.EX_CONFIG,
    "_flow_mistake": os.EX_CONFIG,
    "_wrong": os.EX_CONFIG,
    "_unfit": os.EX_CONFIG,
    "_unused": os.EX_CONFIG,
    "_wrong_price": os.EX_CONFIG,
    "_wrong_blocks": os.EX_CONFIG,
    "complaint": STALE,
    "complaints": STALE,
    "why": STALE,
    "_flaw": STALE,
    "stopped": STALE,
    "notes": STALE,
    "told": os.EX_DATAERR,
}

Line = tuple[int, str]
"""An exit code, 0 for any, and the text."""
Known = dict[str, set[str]]
"""The texts that each variable of a function may hold."""


class _Reader:
    """Reads one module: follows the statements of each function, and the texts in its variables.

    `telling` is the exit code of the function that is read, if it is in TELLING.
    """

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.codes = {**CODES, "ValueError": VALUE_ERRORS.get(name, 0)}
        self.lines: set[Line] = set()
        self.telling = 0
        self.read(tree.body, {})

    def read(self, statements: Sequence[ast.stmt], known: Known) -> Known | None:
        """Return what is known after the statements, None if they never reach their end."""
        for statement in statements:
            after = self._after(statement, known)
            if after is None:
                return None
            known = after
        return known

    def _after(self, statement: ast.stmt, known: Known) -> Known | None:
        after: Known | None = known
        match statement:
            case ast.FunctionDef() | ast.ClassDef():
                before, self.telling = self.telling, TELLING.get(statement.name, 0)
                self.read(statement.body, dict(known))
                self.telling = before
            case ast.If(test=test, body=body, orelse=orelse):
                self._hear(test, known)
                after = _either([self.read(body, dict(known)), self.read(orelse, dict(known))])
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
                ways = [[*body, *orelse], *(one.body for one in handlers)]
                after = _either([self.read(way, dict(known)) for way in ways])
                self.read(last, dict(known))
            case ast.Match(cases=cases):
                after = _either([known, *(self.read(one.body, dict(known)) for one in cases)])
            case ast.For(body=body) | ast.While(body=body):
                after = _either([known, self.read(body, dict(known))])
            case ast.With(body=body):
                after = self.read(body, known)
            case _:
                after = self._simple(statement, known)
        return after

    def _simple(self, statement: ast.stmt, known: Known) -> Known | None:
        self._hear(statement, known)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return {**known, name: texts(value, known)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                return {**known, name: texts(value, known)}
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                return {**known, name: _joined([known.get(name, {VARIABLE}), texts(value, known)])}
            case ast.Raise() | ast.Return() | ast.Continue() | ast.Break():
                return None
        return known

    def _hear(self, spoken: ast.AST, known: Known) -> None:
        """Add the lines in a statement or an expression."""
        for node in ast.walk(spoken):
            match node:
                case ast.Call(func=ast.Name(id=("error" | "warning") as name), args=[_, said, *_]):
                    self._take(self.codes[name], texts(said, known))
                case ast.Call(func=ast.Attribute(attr="or_tell"), args=[*_, remedy]):
                    line = _joined([{f"{VARIABLE}: "}, texts(remedy, known)])
                    self._take(os.EX_DATAERR, line)
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[said, *_]):
                    is_ours = name in self.codes and (
                        name != "say" or isinstance(node.func, ast.Name)
                    )
                    if is_ours:
                        self._take(self.codes[name], texts(said, known))
                case ast.Yield(value=ast.Tuple(elts=[key, complaint])) if self.telling:
                    parts = [{f"{VARIABLE}: "}, texts(key, known), {": "}, texts(complaint, known)]
                    self._take(self.telling, _joined(parts))
                case ast.Yield(value=ast.expr() as value) if self.telling:
                    self._take(self.telling, texts(value, known))
                case ast.Return(value=ast.expr() as value) if self.telling:
                    self._take(self.telling, texts(value, known))

    def _take(self, code: int, said: Iterable[str]) -> None:
        for text in said:
            line = " ".join(re.sub(f"{VARIABLE}+", VARIABLE, text).split())
            if re.search(r"\w", line):
                self.lines.add((code, line))


def texts(node: ast.expr, known: Known) -> set[str]:
    """Return the texts that an expression may be, as far as they are written out."""
    found = {VARIABLE}
    match node:
        case ast.Constant(value=str(text)):
            found = {text}
        case ast.JoinedStr(values=parts):
            found = _joined([texts(part, known) for part in parts])
        case ast.FormattedValue(value=ast.Name() as name, conversion=-1, format_spec=None):
            found = texts(name, known)
        case ast.Name(id=name):
            found = known.get(name, found)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = _joined([texts(left, known), texts(right, known)])
        case ast.IfExp(body=body, orelse=orelse):
            found = _collapsed(texts(body, known) | texts(orelse, known))
    return found


def _joined(parts: Sequence[set[str]]) -> set[str]:
    return {"".join(chosen) for chosen in product(*parts)}


def _collapsed(alternatives: set[str]) -> set[str]:
    return {VARIABLE} if VARIABLE in alternatives else alternatives


def _either(ways: Iterable[Known | None]) -> Known | None:
    """Return what is known where several branches meet; a branch that has ended is None."""
    met = [way for way in ways if way is not None]
    if not met:
        return None
    names = {name for way in met for name in way}
    held = {name: [way[name] for way in met if name in way] for name in names}
    return {name: _collapsed(set().union(*some)) for name, some in held.items()}


def said_by_the_program() -> set[Line]:
    """Return the lines of all modules but `demo`, which has no errors of ours."""
    lines: set[Line] = set()
    for path in SOURCE.rglob("*.py"):
        name = str(path.relative_to(SOURCE))
        if not name.startswith("demo/"):
            lines |= _Reader(name, ast.parse(path.read_text())).lines
    return lines


def documented() -> Iterator[Line]:
    """Yield the lines in the first cells of the tables, with the exit code of the heading above."""
    code = 0
    for row in DOCUMENT.read_text().splitlines():
        if heading := re.match(r"## (\d*)", row):
            code = int(heading[1] or 0)
        if cell := re.match(r"\| (`.+?`) \| \S", row):
            for _, line in re.findall(r"(?<!`)(`+) ?(.+?) ?\1(?!`)", cell[1]):
                yield code, line


def test_every_line_is_explained_and_none_besides() -> None:
    """Each line of the program is in the table of its exit code, and each line there is its."""
    listed = list(documented())
    said = said_by_the_program()
    assert sorted(said - set(listed)) == [], "the program prints them, the document lacks them"
    assert sorted(set(listed) - said) == [], "the document has them, the program lacks them"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("raise ConfigError(f'{path} is no TOML')", {(78, "… is no TOML")}),
        (
            "message = 'a' if x else f'b {y}'\nraise TryAgainError(message)",
            {(75, "a"), (75, "b …")},
        ),
        (
            "m = 'x'\nif a:\n    m += ': y'\n    raise RefusedError(m)\nraise TryAgainError(m)",
            {(77, "x: y"), (75, "x")},
        ),
        ("try:\n    f()\nexcept A:\n    m = 'a'\nraise ConfigError(m)", {(78, "a")}),
        ("def mistakes():\n    yield 'key', f'{x} is bad'", {(78, "…: key: … is bad")}),
        ("say(str(error))", set()),
    ],
)
def test_lines_are_read_out_of_the_source(source: str, lines: set[Line]) -> None:
    """A line is found, no matter how a function puts it together."""
    assert _Reader("module.py", ast.parse(source)).lines == lines
