"""Answer hooks that make the simulated Home Assistant misbehave in ways seen on real ones."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from threading import Event

from powerstats_cli.demo.listener import Reply, Request
from powerstats_cli.demo.server import Answer, as_usual

_TEXT = "text/plain; charset=utf-8"


def only(path: str, fault: Answer) -> Answer:
    """Apply a fault to requests whose path contains the text, answer the others as usual."""

    def answer(request: Request, reply: Reply) -> Reply | None:
        return fault(request, reply) if path in request.path else reply

    return answer


def times(number: int, fault: Answer, *, then: Answer = as_usual) -> Answer:
    """Apply a fault to the first `number` requests, and afterwards `then`."""
    counter = count()

    def answer(request: Request, reply: Reply) -> Reply | None:
        return (fault if next(counter) < number else then)(request, reply)

    return answer


def status(code: int, body: bytes = b"", content_type: str = _TEXT) -> Answer:
    """Answer with a status and body of its own."""
    return lambda _request, _reply: Reply(code, body, content_type)


def body(content: bytes, content_type: str = "application/json") -> Answer:
    """Answer 200 with another body."""
    return status(200, content, content_type)


def redirected(location: str) -> Answer:
    """Answer with a redirect to another address."""
    return lambda _request, _reply: Reply(302, b"", _TEXT, {"Location": location})


def headers(**values: str) -> Answer:
    """Answer as usual with other headers, written like `retry_after="1"`."""
    named = {name.replace("_", "-").title(): value for name, value in values.items()}
    return lambda _request, reply: replace(reply, headers={**reply.headers, **named})


def dropped(_request: Request, _reply: Reply) -> Reply | None:
    """Close the connection without an answer."""
    return None


def hanging(request: Request, _reply: Reply) -> Reply | None:
    """Send nothing until the server closes."""
    request.closing.wait()
    return None


def hanging_in_body(request: Request, reply: Reply) -> Reply | None:
    """Send the head and half the body, and then nothing until the server closes."""
    content = _content(reply)

    def half() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        request.closing.wait()

    return _measured(reply, half(), len(content))


def broken_off(_request: Request, reply: Reply) -> Reply | None:
    """Close the connection after half the body."""
    content = _content(reply)
    return _measured(reply, iter([content[: len(content) // 2]]), len(content))


def dripping(seconds: float) -> Answer:
    """Send the body byte by byte with pauses, none once the server closes."""

    def answer(request: Request, reply: Reply) -> Reply | None:
        content = _content(reply)
        return _measured(reply, _drops(content, seconds, request.closing), len(content))

    return answer


def huge(size: int) -> Answer:
    """Answer with a list of states of at least `size` bytes, which is made while it is sent."""
    state = b'{"state":"1.0","last_changed":"2024-03-01T10:00:00+00:00"},'
    block = state * 1000

    def answer(_request: Request, reply: Reply) -> Reply | None:
        blocks = (block for _ in range(size // len(block) + 1))
        return replace(reply, body=blocks)

    return answer


def starting(request: Request, reply: Reply) -> Reply | None:
    """Answer as in the first moment after a start: entities that exist are not there yet."""
    if request.path.startswith("/api/core/state"):
        return Reply(200, b'{"state":"NOT_RUNNING"}')
    if request.path.startswith("/api/states/"):
        return Reply(404, b'{"message":"Entity not found."}')
    return reply


def _content(reply: Reply) -> bytes:
    return reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)


def _measured(reply: Reply, chunks: Iterator[bytes], length: int) -> Reply:
    return replace(reply, body=chunks, headers={**reply.headers, "Content-Length": str(length)})


def _drops(content: bytes, seconds: float, closing: Event) -> Iterator[bytes]:
    for index in range(len(content)):
        if closing.wait(seconds):
            return
        yield content[index : index + 1]
