"""One of several installations on a machine: a name for its lines in cron and its units."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# These words are in the paths of most configurations, so they tell nobody which one it is.
COMMON: Final = frozenset({"config", "home", "powerstats", "toml"})
WORDS: Final = 3
LONGEST: Final = 32
OPTIONS: Final = frozenset({"--config", "--data-dir"})


@dataclass(frozen=True, slots=True)
class Instance:
    """A configuration, and the data directory if the command line names one; absolute paths."""

    config: str
    data_dir: str | None = None

    @property
    def name(self) -> str:
        """The same name for the same paths: readable words, and a number that tells apart.

        It is empty if there is no configuration.
        """
        if not self.config:
            return ""
        paths = "\n".join(filter(None, (self.config, self.data_dir)))
        words = [word for word in re.findall(r"[a-z0-9]+", paths.lower()) if word not in COMMON]
        readable = "-".join(words[-WORDS:])[-LONGEST:]
        number = zlib.crc32(paths.encode(errors="surrogateescape"))
        return f"{readable}-{number:08x}".strip("-")

    @property
    def described(self) -> str:
        """The paths as they are written on a command line."""
        return f"{self.config} --data-dir {self.data_dir}" if self.data_dir else self.config


def instance_of(words: Sequence[str]) -> Instance | None:
    """Return the instance that a command line runs; None if it names no configuration."""
    given = {word: value for word, value in pairwise(words) if word in OPTIONS}
    if "--config" not in given:
        return None
    return Instance(given["--config"], given.get("--data-dir"))


def serving(words: Sequence[str]) -> tuple[str, ...]:
    """Return the command `serve` with its options that ends a command line; () if there is none."""
    return tuple(words[words.index("serve") :]) if "serve" in words else ()
