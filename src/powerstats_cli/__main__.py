"""`python -m powerstats_cli` is `powerstats`."""

import gc
import sys

# A run is over in a moment: collecting garbage while its modules load, and once more when it ends,
# would be a seventh of its time.
gc.disable()

from powerstats_cli.cli.main import main  # noqa: E402 - after the line above


def run() -> None:
    """Run the command line of this process and leave with its exit code."""
    gc.freeze()
    gc.enable()
    exit_code = main()
    gc.freeze()
    sys.exit(exit_code)


if __name__ == "__main__":
    run()
