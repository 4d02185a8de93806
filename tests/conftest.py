"""What tests of more than one folder use, and how workers share the tests out."""

import os
import sys

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, Scheduling

from tests.browser.chromium import browser, opened

__all__ = ["browser", "opened"]

ONE_WORKER = "tests/real/shared/"

# An installed program is compiled, and so are the programs that tests start, in any shell.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist's types are not seen
    """A worker gets whole files, and one worker all the files that share a Home Assistant."""

    def _split_scope(self, nodeid: str) -> str:
        return ONE_WORKER if nodeid.startswith(ONE_WORKER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:  # noqa: ARG001 - the hook's name for it
    """Return one worker more than there are cores: some tests wait for a minute or a program."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Return the scheduler for workers."""
    return ByFile(config, log)


@pytest.fixture(scope="session", autouse=True)
def _notes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the notes of the tests' installations out of the home of who runs them."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("notes"))
