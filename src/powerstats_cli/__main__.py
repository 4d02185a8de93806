"""`python -m powerstats_cli` is `powerstats`."""

import gc
import sys

# A run is short. To collect garbage while its modules load, and once more when it ends, would take
# a seventh of its time. A command loads modules of its own, and leaves next to no garbage.
gc.disable()
gc.set_threshold(50_000)

from powerstats_cli.unneeded import hidden  # noqa: E402 - imports without collecting garbage

# msgspec takes from typing_extensions what `typing` has since Python 3.11; its import takes 2 ms.
with hidden("typing_extensions"):
    import msgspec  # noqa: F401 - to be found by the imports below

from powerstats_cli.cli.main import main  # noqa: E402 - after the lines above
from powerstats_cli.streams import prepare  # noqa: E402


def run() -> None:
    """Run the command line of this process and exit with its exit code."""
    gc.freeze()
    gc.enable()
    prepare()
    exit_code = main()
    gc.freeze()
    sys.exit(exit_code)


if __name__ == "__main__":
    run()
