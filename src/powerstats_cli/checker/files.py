"""`files`: each file by itself."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from powerstats_cli.checker.stored import Stored
from powerstats_cli.core.verification import form, ledgers
from powerstats_cli.core.verification.differences import Difference
from powerstats_cli.core.verification.results import Result

LEFT_OVER: Final = "left over by a step that was killed, or set aside as broken"


def check_files(stored: Stored, zone: ZoneInfo, now: datetime) -> Result:
    """Check the bytes, buckets and numbers of each file, and that nothing is left over."""
    differences = [
        difference for file in stored.files for difference in form.differences(file, zone, now)
    ]
    if stored.ledger:
        differences += ledgers.differences(stored.ledger, zone, now)
    differences += [
        Difference(check=form.CHECK, file=name, text=LEFT_OVER)
        for name in (*stored.aside, *stored.unfinished)
    ]
    number = len(stored.files) + (stored.ledger is not None)
    text = f"{number} file{'s' * (number != 1)} looked at, bucket by bucket"
    return Result(form.CHECK, text, tuple(differences), stored.problems)
