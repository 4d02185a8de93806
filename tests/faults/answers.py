"""Answers of Home Assistant whose history was changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer
from tests.demo import faults
from tests.faults.place import local

EVENING = local("2025-11-20 23:50:10")


def history(change: Callable[[list[list[dict[str, Any]]]], object]) -> Answer:
    """Answer with the history after `change`, or with the bytes that it returns."""

    def answer(_request: Request, reply: Reply) -> Reply:
        assert isinstance(reply.body, bytes)
        lists = json.loads(reply.body)
        changed = change(lists)
        body = changed if isinstance(changed, bytes) else json.dumps(lists).encode()
        return replace(reply, body=body)

    return faults.only("/api/history", answer)


def moved(change: Callable[[list[dict[str, Any]]], object]) -> Answer:
    """Answer with the history in which the states of each sensor but its first are moved."""

    def move(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            later = states[1:]
            change(later)
            states[1:] = later

    return history(move)


def replaced(old: bytes, new: bytes) -> Answer:
    """Answer with the history in which some bytes are replaced."""
    return history(lambda lists: json.dumps(lists).encode().replace(old, new))


def every_state(state: object) -> Answer:
    """Answer with the history in which every state but each sensor's first has another value."""

    def change(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            for item in states[1:]:
                item["state"] = state

    return history(change)


def every(key: str, value: object, entity_id: str | None = None) -> Answer:
    """Answer with the history in which a key of every state has a value, or of one entity only."""

    def change(lists: list[list[dict[str, Any]]]) -> None:
        for states in lists:
            if entity_id in {None, states[0]["entity_id"]}:
                for item in states:
                    item[key] = value

    return history(change)
