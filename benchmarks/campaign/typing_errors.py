"""Attack: the configuration, an option or the environment is wrong."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import EVENING, SECRETS, STEPS, Victim, loss, victim
from benchmarks.campaign.judge import GOOD, problem
from benchmarks.campaign.mutations import ESCAPE, broken_bytes

# No value is a folder that a step could make somewhere on this machine.
VALUES = (
    "", '""', "0", "-1", "1e400", "true", "[]", "{}", "nan", "1" * 5000, '"\\u0000"', '"$HOME/x"',
    '"~nosuchuser/x"', '"http://homeassistant..local:8123"', f'"http://{"a" * 64}.local"',
    '"http://xn--a"', '"http://[::1"', '"http://host:99999"', '"http://user:secret@host"', '"ftp://x"',
    '"/dev/null/x"', '"/proc/nowhere/x"', f'"/nowhere/{"x" * 300}"', '"\\u202eelif"', "2025-11-20",
    '"Europe/Kiev"', '"Mars/Olympus"', '"../etc/passwd"', "'''", "[" * 2000, '"sensor."', '"é⚡"',
    '"60"', "60", "7", "1.5", "9223372036854775808", '["weekly", "weekly"]', '["hourly"]',
)  # fmt: skip
LINES = (
    "[homeassistant]", "[data", "unknown = 1", "\x00", "timezone = 'UTC'", "[[paths]]",
    "a.b.c = 1",
    "[monitoring]\nhealthcheck_url = 'http://homeassistant..local/x'",
    "[publish]\ntiers = ['daily']",
    "[homeassistant.plausible]\npower = [1]", "[homeassistant.plausible]\npower = [25000, 0]",
    "[homeassistant.state_class]\npower = 'totally'", "[github]\nrepo = 'x'", "[flows]\ngrid = 'x'",
)  # fmt: skip
TIMES = (
    "", "now", "2025-11-20", "2025-11-20T25:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00",
    "2025-03-30T02:30", "2025-10-26T02:30", "1" * 5000, ESCAPE,
)  # fmt: skip
OPTIONS = ("--at", "--data-dir", "--config", "--nothing", "-v", "-q", "--json", "--", "x", "-h")


@contextmanager
def typing_errors(folder: Path) -> Iterator[Try]:
    """Change the configuration or the command line at random."""
    with victim(folder) as home:
        yield lambda random: _trial(home, random)


def _trial(home: Victim, random: Random) -> Trial:
    files = home.life.before_evening
    home.fresh(files)
    config = home.place.installation.config
    kind = "as it should be"
    if random.random() < 0.8:
        kind, text = _changed(random, config.read_bytes())
        config.write_bytes(text)
    command = list(random.choice(STEPS))
    if random.random() < 0.3:
        command = [*_options(random), *command] if random.random() < 0.5 else command[:1]
        command += _options(random) if random.random() < 0.5 else []
    ended = home.place.step(*command, at=EVENING)
    codes = GOOD | {2}
    fault = f"{kind}; {' '.join(word[:30] for word in command)}"
    left = home.place.snapshot()
    meant = home.undisturbed(("rotate",), EVENING, files) if "rotate" in command else None
    wrong = problem(ended, codes, SECRETS) or loss(files, left, meant)
    return Trial(fault, ended, wrong)


def _options(random: Random) -> list[str]:
    option = random.choice(OPTIONS)
    if option == "--at":
        return [option, random.choice(TIMES)]
    if option in {"--config", "--data-dir"}:
        return [option, random.choice(["/nowhere/x", "/dev/null", "/dev/null/x", "", "~nobody9/x"])]
    return [option]


def _changed(random: Random, raw: bytes) -> tuple[str, bytes]:
    chance, lines = random.random(), raw.decode().splitlines()
    if chance < 0.15:
        return broken_bytes(random, raw)
    at = random.randrange(len(lines))
    if chance < 0.3:
        added = random.choice(LINES)
        lines.insert(at, added)
        return f"+ {added[:40]!r}", "\n".join(lines).encode()
    key = re.match(r'("?[\w.]+"?) = ', lines[at])
    if key:
        value = random.choice(VALUES)
        lines[at] = f"{key[1]} = {value}"
        return f"{key[1]} = {value[:40]!r}", "\n".join(lines).encode()
    del lines[at]
    return "a table is missing", "\n".join(lines).encode()
