"""Two configurations on one machine: each has a schedule of its own, in cron and in systemd."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from powerstats_cli.core.schedule.instance import Instance
from tests.support.installation import Installation
from tests.support.machines import NAME, FakeMachine, commands

OPTIONS = {
    "cron.d": ["--cron"],
    "crontab": ["--cron"],
    "systemd": ["--systemd"],
    "user": ["--systemd", "--user"],
}


@pytest.fixture
def other(fake: FakeMachine) -> Installation:
    """Return a second installation on the machine."""
    other = Installation(fake.programs / "cottage", "http://127.0.0.1:1", {"power": "sensor.two"})
    other.data_dir.mkdir()
    return other


def texts(fake: FakeMachine) -> str:
    """Return all that cron and systemd would read."""
    folders = (fake.machine.systemd_user, fake.machine.systemd_system)
    files = [fake.machine.cron_file, fake.tab, *(path for it in folders for path in it.glob("*.*"))]
    return "".join(path.read_text() for path in sorted(files) if path.is_file())


@pytest.mark.parametrize("where", OPTIONS)
def test_both_run_and_each_is_removed_alone(
    fake: FakeMachine, other: Installation, where: str
) -> None:
    """The second installation leaves the first as it is, and takes nothing of it along."""
    fake.change(is_root=where != "crontab")
    options = OPTIONS[where]
    fake.well("install", *options)
    alone = texts(fake)
    fake.well("install", *options, of=other)
    both = texts(fake)
    for installation in (fake.installation, other):
        assert f"--config {installation.config} " in both
        shown = fake.well("show", of=installation)
        assert "as it should be" in shown
        assert "more than once" not in shown
    assert f"also has the schedule of {other.config}\n" in fake.well("show")
    fake.well("install", *options)
    assert texts(fake) == both
    assert f"also has the schedule of {fake.installation.config}" in fake.well("remove", of=other)
    assert texts(fake) == alone
    assert fake.well("remove", of=other).startswith("nothing is installed\n")
    fake.well("remove")
    assert texts(fake) == ""


def test_the_option_data_dir_tells_apart(fake: FakeMachine, tmp_path: Path) -> None:
    """The same configuration with another data directory is another installation."""
    fake.well("install", "--cron")
    elsewhere = ["--data-dir", str(tmp_path / "elsewhere"), "--config"]
    fake.installation.arguments = lambda *words, **_: [  # type: ignore[method-assign]
        *elsewhere,
        str(fake.installation.config),
        *words,
    ]
    fake.well("install", "--cron", "--as-user", NAME)
    lines = commands(fake.machine.cron_file.read_text(), fields=6)
    assert len(lines) == 12
    assert sum("--data-dir" in line for line in lines) == 6


def as_before_names(text: str, name: str) -> str:
    """Return texts as the first version wrote them: nothing in them had an instance's name."""
    return text.replace(f" {name}\n", "\n").replace(f"-{name}-", "-")


def test_an_earlier_block_is_ones_own(fake: FakeMachine, other: Installation) -> None:
    """A block without a name is replaced by its own configuration, and left by another."""
    name = Instance(str(fake.installation.config)).name
    fake.well("install", "--cron")
    file = fake.machine.cron_file
    named = file.read_text()
    earlier = as_before_names(named, name)
    assert earlier != named
    file.write_text(earlier)
    assert "not as it should be" in fake.well("show")
    fake.well("install", "--cron", of=other)
    assert file.read_text().startswith(earlier)
    fake.well("remove", of=other)
    assert file.read_text() == earlier
    fake.well("install", "--cron")
    assert file.read_text() == named
    file.write_text(earlier)
    fake.well("remove")
    assert not file.exists()


def test_earlier_units_are_ones_own(fake: FakeMachine, other: Installation) -> None:
    """Units without a name are switched off and replaced by their own configuration only."""
    name = Instance(str(fake.installation.config)).name
    folder = fake.machine.systemd_system
    fake.well("install", "--systemd")
    new = {path.name for path in folder.glob("powerstats-*")}
    for path in sorted(folder.rglob(f"*{name}*"), key=lambda path: -len(path.parts)):
        path.rename(path.with_name(as_before_names(path.name, name)))
    old = {path.name for path in folder.glob("powerstats-*")}
    assert "powerstats-collect.timer" in old
    fake.well("install", "--systemd", of=other)
    assert old <= {path.name for path in folder.glob("powerstats-*")}
    fake.well("remove", of=other)
    fake.calls()
    assert "not as it should be" in fake.well("show")
    fake.well("install", "--systemd")
    assert fake.calls()[0].startswith("disable --now powerstats-collect.timer ")
    assert {path.name for path in folder.glob("powerstats-*")} == new
    assert fake.well("show").endswith(": as it should be\n")


def test_without_a_configuration_only_orphans_go(
    fake: FakeMachine, other: Installation, tmp_path: Path
) -> None:
    """If no configuration is found, `remove` takes the schedules whose configuration is gone."""
    for installation in (fake.installation, other):
        fake.well("install", "--cron", of=installation)
    fake.patch.chdir(tmp_path)
    fake.patch.setenv("HOME", str(tmp_path))
    fake.patch.setattr("powerstats_cli.settings.SEARCHED", ("nothing.toml",))
    nameless = Installation(tmp_path / "nameless", "http://127.0.0.1:1", {})
    nameless.arguments = lambda *words, **_: list(words)  # type: ignore[method-assign]
    assert fake.run("remove", of=nameless).exit_code == 78
    other.config.unlink()
    assert "a file that does not exist" in fake.well("show")
    assert "our lines are out of it" in fake.well("remove", of=nameless)
    assert str(other.config) not in texts(fake)
    assert str(fake.installation.config) in texts(fake)


SERVED: dict[str, tuple[Sequence[str], Callable[[FakeMachine], str]]] = {
    "cron": (["--cron"], lambda fake: fake.machine.cron_file.read_text()),
    "systemd": (["--systemd"], texts),
}


@pytest.mark.parametrize("where", SERVED)
def test_the_dashboard_is_kept_up(fake: FakeMachine, other: Installation, where: str) -> None:
    """--serve stays until --no-serve, and two dashboards have two ports."""
    options, read = SERVED[where]
    told = fake.well("install", *options, "--serve")
    assert ".local:8129/" in told or "Dashboard: http://" in told
    assert "serve --bind :: --port 8129" in read(fake)
    assert fake.well("show").endswith(": as it should be\n")
    fake.well("install", *options)
    assert "serve --bind :: --port 8129" in read(fake)
    refused = fake.run("install", *options, "--serve", of=other)
    assert refused.exit_code == 78
    assert f"port 8129 has the dashboard of {fake.installation.config}: give" in refused.err
    fake.well("install", *options, "--serve", "--port", "8130", "--host", "power.example", of=other)
    assert "serve --bind :: --host power.example --port 8130" in read(fake)
    fake.well("install", *options, "--no-serve")
    assert "--port 8129" not in read(fake)
    assert "--port 8130" in read(fake)
    assert fake.well("show", of=other).partition("\n")[0].endswith(": as it should be")
    removed = fake.well("remove", of=other)
    assert ("stays up until this machine stops" in removed) == (where == "cron")


def test_the_service_of_the_dashboard(fake: FakeMachine) -> None:
    """Systemd starts it with the machine, and again if it ends; another port restarts it."""
    fake.well("install", "--systemd", "--serve")
    name = f"powerstats-{Instance(str(fake.installation.config)).name}-serve.service"
    folder = fake.machine.systemd_system
    assert (folder / "multi-user.target.wants" / name).is_symlink()
    text = (folder / name).read_text()
    assert "Restart=always\n" in text
    assert "AF_INET6" in text
    assert "LoadCredential" not in text
    fake.calls()
    fake.well("install", "--systemd", "--serve", "--port", "8130")
    assert fake.calls()[-1] == f"restart {name}"
    fake.well("remove")
    assert not list(folder.rglob("*serve*"))
