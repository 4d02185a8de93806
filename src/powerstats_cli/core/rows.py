"""The rows of a period: what is known of its series in each bucket, as it would be written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from powerstats_cli.core.buckets import Value, as_written, combine
from powerstats_cli.core.pieces import Piece
from powerstats_cli.core.series import Kind


def rows(pieces: Iterable[Piece], kinds: Mapping[str, Kind]) -> Iterator[Piece]:
    """Yield buckets with the values of the series in `kinds` only, rounded as in the files."""
    decimals = {name: kind.decimals for name, kind in kinds.items()}
    for span, point in pieces:
        written = {
            name: as_written(point[name], decimals[name]) for name in decimals if name in point
        }
        yield Piece(span, {name: value for name, value in written.items() if value is not None})


def total(pieces: Sequence[Piece], name: str, kind: Kind) -> Value | None:
    """Return what is known of a series in some buckets together, None if nothing is.

    Its coverage is the known share of all of them, and a `kind` has its decimals.
    """
    parts = [
        (piece.point[name], piece.span.length.total_seconds())
        for piece in pieces
        if name in piece.point
    ]
    whole = sum(piece.span.length.total_seconds() for piece in pieces)
    return as_written(combine(parts, whole), kind.decimals) if parts else None


def chosen(wanted: Sequence[str], kinds: Mapping[str, Kind]) -> list[str]:
    """Return the names of the wanted series in their order, all by name if none is wanted.

    Raises ValueError, with a line for the user, if nothing is stored of one.
    """
    for name in wanted:
        if name not in kinds:
            message = f"nothing is stored of {name!r}: there are {', '.join(sorted(kinds))}"
            raise ValueError(message)
    return list(dict.fromkeys(wanted)) or sorted(kinds)
