"""`python -m powerstats_cli` is `powerstats`."""

import gc
import sys

# A run is short. To collect garbage while its modules load, and once more when it ends, would take
# a seventh of its time.
gc.disable()

from powerstats_cli.cli.main import main  # noqa: E402 - it has to come after gc.disable()


def run() -> None:
    """Run the command line of this process and exit with its exit code."""
    gc.freeze()
    gc.enable()
    exit_code = main()
    gc.freeze()
    sys.exit(exit_code)


if __name__ == "__main__":
    run()
