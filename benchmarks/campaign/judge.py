"""Decides what is wrong with the end of a command that had a fault."""

import re
from collections.abc import Collection
from typing import Final

from tests.faults.jobs import Ended

# What a user may read of a fault (sysexits); 70 is a bug, and 1 is a check that found something.
GOOD: Final = frozenset({0, 1, 65, 69, 75, 77, 78})
MOST_MIB: Final = 200.0
MOST_SECONDS: Final = 125.0
CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def problem(ended: Ended, codes: Collection[int] = GOOD, secrets: Collection[str] = ()) -> str:
    """Return what is wrong with an end, "" if nothing is."""
    said = ended.out + ended.err
    wrong = {
        f"exit code {ended.exit_code}": ended.exit_code not in codes,
        "a traceback": "Traceback" in said or "this is a bug" in said,
        "no word": ended.exit_code != 0 and not said.strip(),
        "control characters": CONTROL.search(said) is not None,
        "a secret": any(secret[:12] in said for secret in secrets),
        f"{ended.peak_mib:.0f} MiB": ended.peak_mib > MOST_MIB,
        f"{ended.seconds:.0f} s": ended.seconds > MOST_SECONDS,
    }
    return next((what for what, is_so in wrong.items() if is_so), "")
