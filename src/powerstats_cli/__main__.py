"""`python -m powerstats_cli` is `powerstats`."""

import sys

from powerstats_cli.cli import main


def run() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
