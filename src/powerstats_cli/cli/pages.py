"""The help of a command as data: the terminal, docs/commands.md and the man pages show it."""

import inspect
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec
import typer

EXAMPLES: Final = "Examples:"
NOTE: Final = "  # "


class Row(NamedTuple):
    """A command, an argument or an option, and what it is for."""

    name: str
    text: str


class Section(NamedTuple):
    """Rows under a title."""

    title: str
    rows: tuple[Row, ...]


class Example(NamedTuple):
    """A command line, and a note on what it does, empty if it needs none."""

    line: str
    note: str


class Page(msgspec.Struct, frozen=True):
    """The help of one command.

    `name` is the whole command, such as `powerstats schedule show`; `usage` are the arguments that
    follow it. The first of the paragraphs is the summary. If the command has commands, they are
    sections, too: `commands`.
    """

    name: str
    usage: str
    paragraphs: tuple[str, ...]
    examples: tuple[Example, ...]
    commands: tuple[Section, ...]
    options: tuple[Section, ...]


def summary(text: str | None) -> str:
    """Return the first paragraph of a command's help on one line."""
    return next(iter(_paragraphs(text)), "")


def page(context: typer.Context) -> Page:
    """Return the help of the command that a context is of."""
    command: Any = context.command
    parameters = [each for each in command.get_params(context) if not each.hidden]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name == "option"]
    commands = tuple(_commands(command))
    usage = [command.options_metavar, *map(_usage, arguments), *(["COMMAND ..."] * bool(commands))]
    sections = (
        Section("Arguments", tuple(Row(_argument(each), _text(each)) for each in arguments)),
        Section("Options", tuple(Row(_option(each, context), _text(each)) for each in options)),
    )
    return Page(
        context.command_path,
        " ".join(usage),
        tuple(_paragraphs(command.help)),
        tuple(_examples(command.help)),
        commands,
        tuple(section for section in sections if section.rows),
    )


def _paragraphs(text: str | None) -> Iterator[str]:
    """Yield the paragraphs of a help without its examples, each on one line."""
    for block in inspect.cleandoc(text or "").split("\n\n"):
        if block and not block.startswith(EXAMPLES):
            yield " ".join(block.split())


def _examples(text: str | None) -> Iterator[Example]:
    for block in inspect.cleandoc(text or "").split("\n\n"):
        if block.startswith(EXAMPLES):
            for line in block.splitlines()[1:]:
                command, _, note = line.partition(NOTE)
                yield Example(command.strip(), note.strip())


def _commands(command: Any) -> Iterator[Section]:
    """Yield the commands of a command in their groups; those without a group are one."""
    groups: dict[str, list[Row]] = {}
    for name, child in getattr(command, "commands", {}).items():
        if not child.hidden:
            rows = groups.setdefault(child.rich_help_panel or "Commands", [])
            rows.append(Row(name, summary(child.help)))
    for title, rows in groups.items():
        yield Section(title, tuple(rows))


def _usage(argument: Any) -> str:
    """Return how an argument stands in a usage line: in brackets if it can be left out."""
    name = _argument(argument)
    more = "..." if argument.nargs != 1 else ""
    return f"{name}{more}" if argument.required else f"[{name}]{more}"


def _argument(argument: Any) -> str:
    return argument.metavar or _choices(argument) or argument.name.upper()


def _option(option: Any, context: typer.Context) -> str:
    names = ", ".join([*sorted(option.opts, key=len, reverse=True), *option.secondary_opts])
    if option.is_flag:
        return names
    return f"{names} {option.metavar or _choices(option) or option.make_metavar(context)}"


def _choices(parameter: Any) -> str:
    """Return the words that a parameter can be, empty if it can be any."""
    return "|".join(map(str, getattr(parameter.type, "choices", ())))


def _text(parameter: Any) -> str:
    """Return what a parameter is for, and its value if it is not given."""
    text = " ".join((parameter.help or "").split())
    default = parameter.default
    is_shown = default not in (None, False, (), "") and not callable(default)
    if is_shown and parameter.param_type_name == "option":
        text += f" Without it: {default}."
    return text
