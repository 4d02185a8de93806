"""The schedule as systemd's units: times, tokens, network and folders of each step."""

import re

import pytest

from powerstats_cli.core.schedule import systemd
from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.errors import ConfigError


@pytest.mark.parametrize(
    ("minutes", "times"),
    [
        (1, "*-*-* *:*:00"),
        (5, "*-*-* *:00/5:00"),
        (10, "*-*-* *:00/10:00"),
        (60, "*-*-* *:00:00"),
    ],
)
def test_collect_follows_the_interval(minutes: int, times: str) -> None:
    """`collect` runs at the end of each collection interval, in the home's time zone."""
    setup = Setup(("powerstats",), "Europe/Amsterdam", minutes)
    timer = systemd.units(setup, of_user=False)["powerstats-collect.timer"]
    assert f"OnCalendar={times} Europe/Amsterdam\n" in timer


@pytest.mark.parametrize("word", ["a\nb", "a\tb", "\udcff"])
def test_a_word_that_fits_in_no_line_is_refused(word: str) -> None:
    """A path with a line break, a tab or bytes that are no text cannot stand in a unit."""
    setup = Setup((word,), user="pi")
    with pytest.raises(ConfigError):
        systemd.units(setup, of_user=False)


def test_a_service_waits_for_its_drive() -> None:
    """No step of the system's runs before the data directory and the web root are mounted."""
    setup = Setup(("/p",), user="pi", writes=("/mnt/a b", "/srv/100%"), serve=("serve",))
    for name, text in systemd.units(setup, of_user=False).items():
        if name.endswith(".service"):
            unit = text.partition("[Service]")[0]
            assert 'RequiresMountsFor="/mnt/a b" /srv/100%%\n' in unit
    assert "RequiresMountsFor" not in "".join(systemd.units(setup, of_user=True).values())


def test_a_service_gets_what_it_needs_and_no_more() -> None:
    """A step gets the token and the network that it needs, and the folders that it writes to."""
    setup = Setup(
        ("/usr/bin/powerstats",),
        has_github=True,
        user="pi",
        writes=("/var/lib/powerstats",),
        tokens={"homeassistant": "/etc/ha", "github": "/etc/gh"},
    )
    units = systemd.units(setup, of_user=False)
    credentials = {
        name: match[1]
        for name, text in units.items()
        if (match := re.search("LoadCredential=(.*)", text))
    }
    assert credentials == {
        "powerstats-collect.service": "homeassistant.token:/etc/ha",
        "powerstats-publish.service": "github.token:/etc/gh",
        "powerstats-sync-push-monthly.service": "github.token:/etc/gh",
        "powerstats-sync-push-yearly.service": "github.token:/etc/gh",
    }
    online = {name for name, text in units.items() if "AF_INET" in text}
    assert online == set(credentials)
    monitored = systemd.units(Setup(("/p",), user="pi", has_monitor=True), of_user=False)
    services = [text for name, text in monitored.items() if name.endswith(".service")]
    assert all("AF_INET" in text and "PrivateNetwork" not in text for text in services)
    offline = systemd.units(Setup(("/p",), user="pi"), of_user=False)["powerstats-publish.service"]
    assert "RestrictAddressFamilies=none" in offline
    for name, text in units.items():
        if name.endswith(".timer"):
            assert "Persistent=true\n" in text
        else:
            assert "ReadWritePaths=/var/lib/powerstats\n" in text
            assert "ProtectHome=true\n" in text


@pytest.mark.parametrize(
    ("path", "home", "tmp"),
    [
        ("/var/lib/powerstats", "true", True),
        ("/homes/pi", "true", True),
        ("/home/pi/power", "read-only", True),
        ("/root", "read-only", True),
        ("/tmp/power", "true", False),
    ],
)
def test_a_service_can_reach_its_files(path: str, home: str, tmp: bool) -> None:  # noqa: FBT001
    """Homes and /tmp are hidden from a service, unless its own files are there."""
    for setup in (Setup(("/p",), writes=(path,)), Setup(("/p",), reads=(path,)), Setup((path,))):
        text = systemd.units(setup, of_user=False)["powerstats-rotate.service"]
        assert f"ProtectHome={home}\n" in text
        assert ("PrivateTmp=true\n" in text) == tmp
