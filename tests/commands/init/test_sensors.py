"""Which sensors are kept, and under which names."""

from powerstats_cli.demo.listener import Reply
from tests.commands.init.place import GITHUB_TOKEN, HOUSE, OUTDOOR, PLUG, Place
from tests.github.fake import GitHub


def test_every_answer_is_an_option(place: Place) -> None:
    """Names, sensors that would not be suggested, and another time zone."""
    result = place.run_with_home(
        *("--entity", "cold=sensor.fridge_plug_power", "--entity", f"a b={OUTDOOR}"),
        *("--timezone", "Europe/Amsterdam", "--schedule", "none", "--no-collect"),
    )
    assert result.exit_code == 0
    assert place.settings().entities == {"cold": PLUG, "a b": OUTDOOR}
    assert place.settings().timezone == "Europe/Amsterdam"
    assert "Home Assistant has Europe/Vienna" in result.out
    assert f"{OUTDOOR} has no number at the moment" in result.out
    assert "none of these" not in result.out  # a power is among them


def test_nothing_that_changes_often_is_told(place: Place) -> None:
    """Without a voltage or a power, the time of a power cut is not known well."""
    result = place.run_with_home("--entity", f"energy={HOUSE['energy']}", "--no-collect")
    assert "none of these changes often" in result.out


def test_no_sensor_that_fits(place: Place) -> None:
    """The exit code is 69, and the line names the option that names a sensor."""
    place.server.answer = lambda request, reply: (
        Reply(200, b"[]") if request.path == "/api/states" else reply
    )
    result = place.run_with_home()
    assert result.exit_code == 69
    assert "--entity" in result.err


def test_another_choice(place: Place, github: GitHub) -> None:
    """Numbers, a name, a sensor that is not listed; then GitHub, after a wrong token."""
    given = ("--url", place.server.url, "--token-file", place.file(), "--schedule", "none")
    with place.sit_down(*given, "--github-api-url", github.url, "--no-collect") as terminal:
        terminal.answer("Which sensors", "9")
        assert "from 1 to 4" in terminal.wait_for("Which sensors")
        terminal.wait_for(": ")
        terminal.type(f"3 fridge=4 {OUTDOOR}")
        terminal.answer("Which sensors [1-3]")
        terminal.answer("Use GitHub?", "y")
        terminal.answer("Repository", "https://github.com/me/power")
        terminal.answer("Token", "wrong")
        terminal.answer("Repository")
        terminal.answer("Token", GITHUB_TOKEN)
        assert terminal.end() == 0
    assert GITHUB_TOKEN not in terminal.shown
    assert place.settings().entities == {
        "voltage": HOUSE["voltage"],
        "fridge": PLUG,
        "outdoor": OUTDOOR,
    }
    assert place.settings().known_github.repo == "me/power"
    assert not (place.data_dir / "daily.json").exists()
