"""Which series are taken, and in which unit: judged, stated with --series, or asked for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from powerstats_cli.core.legacy.judging import Verdict, judged, stated
from powerstats_cli.core.legacy.points import Samples
from powerstats_cli.core.outcome import joined
from powerstats_cli.core.plausible import Range, limits
from powerstats_cli.core.series import Kind
from powerstats_cli.errors import ConfigError
from powerstats_cli.terminal.dialogue import Dialogue

LEAVE_OUT: Final = "-"


def stated_units(words: Sequence[str]) -> dict[str, str]:
    """Return the units by series out of words NAME=UNIT; raises ConfigError."""
    units: dict[str, str] = {}
    for word in words:
        name, separator, unit = word.rpartition("=")
        if not separator or not name or name in units or not unit.isprintable():
            problem = "names a series twice" if name in units else "is not NAME=UNIT"
            message = f"--series {word} {problem}"
            raise ConfigError(message)
        units[name] = unit
    return units


def check_present(units: Mapping[str, str], series: Collection[str]) -> None:
    """Raise ConfigError if a unit is stated for a series that no file has."""
    missing = units.keys() - set(series)
    if missing:
        message = f"--series: no file has {joined(sorted(missing))}"
        raise ConfigError(message)


def chosen(
    samples: Mapping[str, Samples],
    stored: Mapping[str, Kind],
    units: Mapping[str, str],
    dialogue: Dialogue,
) -> dict[str, Verdict]:
    """Return the verdict on each series that is taken; says of each why it is or is not."""
    taken: dict[str, Verdict] = {}
    can_be_stated = False
    for name, judgement in sorted(judged(samples).items()):
        verdict = _beside(stored.get(name), _stated(name, judgement, units, dialogue))
        missing = len(samples[name].times) - len(samples[name].numbers())
        why = verdict.why + (f"; {missing} without a value" if missing else "")
        if verdict.kind is None:
            dialogue.warn(f"{name}: left out: {why}")
            can_be_stated |= name not in units
        else:
            dialogue.done(f"{name}: {why}")
            taken[name] = verdict
    if can_be_stated and not dialogue.asks:
        dialogue.say("  To take such a series all the same, state its unit: --series NAME=UNIT")
    return taken


def _stated(name: str, verdict: Verdict, units: Mapping[str, str], dialogue: Dialogue) -> Verdict:
    """Return the verdict that --series states, or an answer if the series is in doubt."""
    unit = units.get(name)
    if unit is None and verdict.kind is None and dialogue.asks:
        dialogue.warn(f"{name}: {verdict.why}")
        answer = dialogue.ask(
            f"The unit of {name}, such as W or kWh (a counter); Enter leaves it out"
        )
        unit = answer if answer.isprintable() and answer else LEAVE_OUT
    if unit is None:
        return verdict
    if unit == LEAVE_OUT:
        return Verdict("as said" if verdict.kind else verdict.why)
    return stated(unit)


def _beside(stored: Kind | None, verdict: Verdict) -> Verdict:
    """Return the verdict, which leaves the series out if another kind is stored under its name."""
    if stored is None or verdict.kind is None or verdict.kind.fits(stored):
        return verdict
    return Verdict(f"{verdict.kind.described}, but powerstats has it as {stored.described}")


def plausible(
    samples: Mapping[str, Samples],
    verdicts: Mapping[str, Verdict],
    configured: Mapping[str, Range],
    dialogue: Dialogue,
) -> dict[str, Samples]:
    """Return the samples of each taken series; a measurement's beyond its range are unknown.

    Says how many these are.
    """
    taken = {}
    for name, verdict in verdicts.items():
        taken[name] = samples[name]
        if verdict.kind is None or verdict.kind.is_counter:
            continue
        low, high = limits(verdict.kind, configured.get(name))
        taken[name] = samples[name].within(low / verdict.factor, high / verdict.factor)
        left_out = len(samples[name].numbers()) - len(taken[name].numbers())
        if left_out:
            plural = " is" if left_out == 1 else "s are"
            dialogue.warn(
                f"{name}: {left_out} point{plural} left out, beyond {low:g} to {high:g} "
                f"{verdict.kind.unit}".rstrip()
            )
    return taken
