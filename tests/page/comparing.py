"""Numbers that a page shows beside those that its files give."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from math import isclose
from zoneinfo import ZoneInfo

from tests.page import expected

# A number's key, its exact value, and its text.
Shown = tuple[str, float | str | None, str]


def differences(shown: Iterable[Shown], wanted: expected.Numbers, zone: ZoneInfo) -> list[str]:
    """Return each number of a tab that differs from the number in the files."""
    found: dict[str, Shown] = {}
    wrong = []
    for number in shown:
        key, raw, _ = number
        if key.startswith("heat-"):
            continue  # The tests of squares compare these by their places.
        if key in found and found[key][1] != raw:
            wrong.append(f"{key} is shown as {found[key][1]} and as {raw}")
        found[key] = number
    wrong += [f"{key} is not shown" for key in wanted.keys() - found.keys()]
    wrong += [f"{key} = {found[key][2]} is shown" for key in found.keys() - wanted.keys()]
    for key in wanted.keys() & found.keys():
        _, raw, text = found[key]
        if not is_same(wanted[key], raw):
            wrong.append(f"{key} is {raw!r}, not {wanted[key]!r}")
        elif not key.endswith("-missing") and (fault := misprint(wanted[key], text, key, zone)):
            wrong.append(f"{key} is shown as {text!r}: {fault}")
    return sorted(wrong)


def is_same(wanted: expected.Raw, raw: float | str | None) -> bool:
    """Tell whether the page's own value is the computed one; a browser has all as text."""
    if wanted is None or raw is None:
        return wanted is None and raw in {None, ""}
    if isinstance(wanted, str):
        return raw == wanted
    return raw != "" and isclose(float(raw), wanted, rel_tol=1e-9, abs_tol=1e-9)


NUMBER = re.compile(r"[-+\u2212]?[\d,]*\d(?:\.\d+)?")
LENGTH = re.compile(r"(\d+)\s*(day|h|min|s)")
SECONDS = {"day": 86400, "h": 3600, "min": 60, "s": 1}


def misprint(value: expected.Raw, text: str, key: str, zone: ZoneInfo) -> str | None:
    """Tell how a text (in British English) does not say a value."""
    if value is None:
        return None if text in {"–", ""} else "unknown is a dash"
    if not text:
        return None if key.endswith("-today") else "nothing"
    if isinstance(value, str):
        return _wrong_time(value, text, zone)
    if key.endswith("-length"):
        return _wrong_length(value, text)
    if re.fullmatch(r"\d+ of \d+ days", text):
        return None
    return _wrong_number(value, text, key)


def _wrong_number(value: float, text: str, key: str) -> str | None:
    """Tell how a text does not say a number."""
    number = NUMBER.search(text)
    if number is None:
        return "no number"
    is_known = re.search("(^|-)known(-|$)|-share$|^self-|^own-day|-own$", key) is not None
    is_share = is_known or key.endswith("-change")
    is_turned = key in {"yesterday-change", "before-change"} or key.startswith("twice-")
    if is_share and "%" not in text:
        return "a share is in %"
    written = number[0].replace(",", "").replace("\u2212", "-")
    digits = Decimal(1).scaleb(-len(written.partition(".")[2]))
    exact = Decimal(repr(value)) * (100 if is_share else 1)
    if is_turned:  # "more" or "less" stands beside it
        exact = abs(exact)
    if is_known:  # never 100 % if a part is missing
        share = min(exact, Decimal("99.9")) if value < 1 else exact
        rounded = share.quantize(digits, ROUND_FLOOR)
        is_said = abs(rounded - Decimal(written)) <= (digits if value < 1 else 0)
    else:
        # Of a half the page may have a little less, or more.
        is_said = abs(exact - Decimal(written)) <= digits / 2 + Decimal("1e-9") * (1 + abs(exact))
    return None if is_said else f"not {exact}"


def _wrong_length(seconds: float, text: str) -> str | None:
    """Tell how a text does not say a length of time."""
    said = sum(int(count) * SECONDS[unit] for count, unit in LENGTH.findall(text))
    least = 3600 if "day" in text else 60 if seconds >= 60 else 1
    return None if abs(said - seconds) < least else f"not {seconds} s"


def _wrong_time(value: str, text: str, zone: ZoneInfo) -> str | None:
    """Tell how a text does not say a time, in the home's zone."""
    if "T" in value:
        at = datetime.fromisoformat(value).astimezone(UTC).astimezone(zone)
    else:
        at = datetime.fromisoformat(value)
    clock, day = f"{at:%H:%M}", f"{at.day} {at:%b}"
    is_said = clock in text or (day in text and ":" not in text)
    if re.search("[A-Z]", text.partition(",")[0]) and ":" in text:
        is_said = clock in text and ("UTC" in text or "GMT" in text or day in text)
    return None if is_said else f"not {clock} on {day}"
