"""Attacks: Home Assistant's answers are broken, as JSON, as HTTP, or byte by byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks.campaign.attack import Trial, Try
from benchmarks.campaign.home import EVENING, SECRETS, Victim, loss, victim
from benchmarks.campaign.judge import problem
from benchmarks.campaign.mutations import HEADERS, STATUSES, broken, broken_bytes
from powerstats_cli.demo.listener import Reply, Request
from tests.faults.place import Snapshot
from tests.support.speaker import speaking

COMMANDS = (("collect",), ("collect",), ("collect",), ("doctor",), ("backfill", "--yes"))
# A server that says nothing more is left after a second, so that a trial takes no minute.
QUICK = {"powerstats_cli.web:REQUEST_TIMEOUT": 1.0}


@contextmanager
def broken_answers(folder: Path) -> Iterator[Try]:
    """Break the body, the status or a header of each answer with some chance."""
    with victim(folder) as home:
        yield lambda random: _answers(home, random)


def _answers(home: Victim, random: Random) -> Trial:
    told = list[str]()

    def answer(_request: Request, reply: Reply) -> Reply | None:
        if random.random() < 0.3:
            return reply
        kind, changed = _changed(random, reply)
        told.append(kind)
        return changed

    start = random.choice([home.life.before_evening, home.life.dawn])
    home.fresh(start)
    home.place.server.answer = answer
    return _judged(home, random.choice(COMMANDS), start, told)


def _changed(random: Random, reply: Reply) -> tuple[str, Reply | None]:
    body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
    chance = random.random()
    if chance < 0.7:
        kind, wrong = broken(random, body)
        return kind, replace(reply, body=wrong)
    if chance < 0.85:
        name, value = random.choice(HEADERS)
        return f"{name}: {value[:20]}", replace(reply, headers={**reply.headers, name: value})
    if chance < 0.95:
        status = random.choice(STATUSES)
        echo = random.choice([body, b'{"message": "Bearer ' + SECRETS[0].encode()[:150], b""])
        return f"status {status}", replace(reply, status=status, body=echo)
    return "dropped", None


@contextmanager
def broken_http(folder: Path) -> Iterator[Try]:
    """Answer each request with bytes that are nearly HTTP."""
    with victim(folder) as home:
        yield lambda random: _http(home, random)


def _http(home: Victim, random: Random) -> Trial:
    body = b'[{"entity_id": "sensor.house_power", "state": "5"}]'
    head = (
        "HTTP/1.1 200 OK\r\nDate: Thu, 20 Nov 2025 22:50:11 GMT\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    kind, wrong = broken_bytes(random, head.encode() + body)
    start = home.life.before_evening
    home.fresh(start)
    with speaking(wrong) as host:
        home.place.installation.configure(url=f"http://{host}")
        return _judged(home, random.choice(COMMANDS), start, [kind])


def _judged(home: Victim, command: tuple[str, ...], start: Snapshot, told: list[str]) -> Trial:
    """Run a command, and judge it."""
    ended = home.place.step(*command, at=EVENING, values=QUICK)
    fault = f"{', '.join(told[:3])}; {' '.join(command)}"
    wrong = problem(ended, secrets=SECRETS) or loss(start, home.place.snapshot())
    return Trial(fault, ended, wrong)
