"""The name of an installation among others on a machine."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerstats_cli.core.schedule import systemd
from powerstats_cli.core.schedule.instance import Instance, instance_of, serving
from powerstats_cli.core.schedule.setup import Setup

paths = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"/{text}")


@given(paths, st.one_of(st.none(), paths))
def test_a_name_fits_everywhere(config: str, data_dir: str | None) -> None:
    """A name can stand in a marker and in a unit's name, and is the same each time."""
    name = Instance(config, data_dir).name
    assert re.fullmatch(r"(?:[a-z0-9-]+-)?[0-9a-f]{8}", name)
    assert len(name) <= 41
    assert name == Instance(config, data_dir).name


@pytest.mark.parametrize(
    ("config", "readable"),
    [
        ("/etc/powerstats/config.toml", "etc-"),
        ("/home/pi/.config/powerstats/config.toml", "pi-"),
        ("/etc/powerstats/cottage.toml", "etc-cottage-"),
        ("/home/ü", ""),
    ],
)
def test_a_name_can_be_read(config: str, readable: str) -> None:
    """The words that tell paths apart are in the name; what all of them share is not."""
    assert re.fullmatch(readable + "[0-9a-f]{8}", Instance(config).name)


def test_similar_paths_have_other_names() -> None:
    """Two configurations, or two data directories of one, are two installations."""
    several = [
        Instance("/etc/powerstats/config.toml"),
        Instance("/etc/powerstats.toml"),
        Instance("/etc/Powerstats/config.toml"),
        Instance("/etc/powerstats/config.toml", "/data"),
        Instance("/etc/powerstats/config.toml", "/data2"),
    ]
    assert len({one.name for one in several}) == len(several)


nasty = st.lists(st.text(st.sampled_from("aä /%\\'\"$`;&#*~!()\u20ac"), min_size=1), min_size=2)


@given(nasty, nasty)
def test_a_service_says_whose_it_is(words: list[str], other: list[str]) -> None:
    """The configuration is read back out of a service, whatever is in its path."""
    config, data_dir = "/" + "".join(words), "/" + "".join(other)
    setup = Setup(
        ("/p", "--config", config, "--data-dir", data_dir), serve=("serve", "--port", "1")
    )
    for name, text in systemd.units(setup, of_user=False).items():
        if name.endswith(".service"):
            told = systemd.words_of(text)
            assert instance_of(told) == Instance(config, data_dir)
            assert serving(told) == (setup.serve if "serve" in name else ())
    assert instance_of(["powerstats", "collect"]) is None
