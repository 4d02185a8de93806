"""`init` run again: what is there is the default, and everything else in the file stays."""

import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.commands.init.place import HOUSE, OUTDOOR, PLUG, TOKEN, Place
from tests.support.terminal import Terminal


@pytest.fixture
def again(place: Place) -> Place:
    """Return a place with a configuration that has a person's remarks and keys."""
    assert place.run_with_home().exit_code == 0
    text = place.config.read_text().replace(
        "[paths]", "# the loft is cold\n[data]\nretention_days = 9  # more\n\n[paths]"
    )
    place.config.write_text(text)
    return place


@contextmanager
def sitting(place: Place, answers: Sequence[str], *options: str) -> Iterator[Terminal]:
    """Run init at a terminal up to the end, with these answers for the sensors."""
    with place.sit_down(*options) as terminal:
        terminal.answer("Address")
        terminal.answer("Enter keeps the present one")
        for answer in answers:
            terminal.answer("Which sensors", answer)
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        terminal.answer("What runs the steps", "none")
        yield terminal


def test_nothing_but_enter(again: Place) -> None:
    """Entities, tokens, remarks and keys stay; the roles that were reviewed are written."""
    before, token = again.settings(), again.token_file.read_text()
    with sitting(again, [""]) as terminal:
        assert terminal.end() == 0
    after = again.settings()
    assert after.entities == before.entities
    assert after.data == before.data
    assert after.homeassistant == before.homeassistant
    assert again.token_file.read_text() == token
    text = again.config.read_text()
    assert "# the loft is cold" in text
    assert "retention_days = 9  # more" in text
    assert "powerstats backfill" not in terminal.shown  # there is nothing new to fill in
    assert "Overwrite" not in terminal.shown


def test_a_sensor_is_added(again: Place) -> None:
    """It is in the list of the others; its past is offered once, and not named again."""
    with sitting(again, ["more", "+fridge=4", ""]) as terminal:
        terminal.wait_for("powerstats backfill")
        assert terminal.end() == 0
    assert again.settings().entities == {**HOUSE, "fridge": PLUG}
    flows = again.settings().flows
    assert flows is not None
    assert flows.written == {"house": ("power", "energy"), "devices": ("fridge",)}
    assert terminal.shown.count("backfill") - terminal.shown.count("backfill:") == 1


def test_the_sensors_of_options_are_added(again: Place) -> None:
    """What is there stays; a name that is there gets another sensor, and keeps its range."""
    again.config.write_text(
        again.config.read_text() + "[homeassistant.plausible]\npower = [0, 9000]\n"
    )
    options = ("--entity", f"power={PLUG}", "--entity", f"cold={OUTDOOR}")
    with sitting(again, [""], "--no-collect", *options) as terminal:
        assert terminal.end() == 0
    assert again.settings().entities == {**HOUSE, "power": PLUG, "cold": OUTDOOR}
    assert again.settings().homeassistant.plausible == {"power": (0, 9000)}


def test_a_sensor_is_renamed_with_its_past(again: Place) -> None:
    """The data files have the new name after it, as after `sensor rename`."""
    with sitting(again, ["mains=power", ""], "--no-collect") as terminal:
        assert terminal.end() == 0
    assert again.settings().homeassistant.renamed == {"power": "mains"}
    text = (again.data_dir / "daily.json").read_text()
    assert '"mains":' in text
    assert '"power":' not in text
    [copy] = (again.data_dir / "backups").iterdir()
    with tarfile.open(copy) as archive:
        before = archive.extractfile("daily.json")
        assert before is not None
        assert b'"power":' in before.read()


def test_a_sensor_is_taken_out(again: Place) -> None:
    """Its past stays in the files."""
    with sitting(again, ["-voltage", ""], "--no-collect") as terminal:
        assert terminal.end() == 0
    assert set(again.settings().entities) == {"power", "energy"}
    assert '"voltage":' in (again.data_dir / "daily.json").read_text()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("voltage=power", "two sensors cannot have one name"),
        ("role power solar in 2", "only a device"),
        ("+99", "the numbers go from 1 to"),
        ("-1 -2 -3", "at least one is needed"),
    ],
)
def test_wrong_answers_are_asked_again(again: Place, answer: str, says: str) -> None:
    """Nothing is written before the last answer, and nothing is lost by a wrong one."""
    before = again.config.read_bytes()
    with sitting(again, [answer, ""], "--no-collect") as terminal:
        assert again.config.read_bytes() == before
        assert terminal.end() == 0
    assert says in terminal.shown
    assert again.settings().entities == HOUSE


def test_names_that_were_in_use(again: Place) -> None:
    """A name that another series has in the files is refused; so is an earlier name."""
    with sitting(again, ["-voltage", "voltage=power", ""], "--no-collect") as terminal:
        assert terminal.end() == 0
    assert "another series has this name and a past" in " ".join(terminal.shown.split())
    assert again.settings().entities == {key: HOUSE[key] for key in ("power", "energy")}


def test_back(again: Place) -> None:
    """`back` leads to the question before, with what was answered; at the first there is none."""
    with again.sit_down("--no-collect", "--schedule", "none") as terminal:
        terminal.answer("Address", "back")
        terminal.wait_for("This is the first question.")
        terminal.answer("Address")
        terminal.answer("Token")
        terminal.answer("Which sensors", f"+{OUTDOOR}")
        terminal.answer("[1-4]", "")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?", "y")
        terminal.answer("Repository", "back")
        terminal.answer("What does a kWh cost", "back")
        terminal.answer("[1-4]", "back")
        terminal.answer("Address")
        terminal.answer("Token")
        terminal.answer("[1-4]", "-outdoor")
        terminal.answer("[1-3]", "")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    assert again.settings().entities == HOUSE


def test_a_broken_configuration(again: Place) -> None:
    """It is told what is wrong, and it stays unless the answer is yes."""
    again.config.write_text("broken = [")
    with again.sit_down() as terminal:
        terminal.answer("Overwrite it?")
        assert terminal.end() == 0
    assert "is no TOML" in " ".join(terminal.shown.split())
    assert again.config.read_text() == "broken = ["
    with again.sit_down("--no-collect", "--schedule", "none") as terminal:
        terminal.answer("Overwrite it?", "y")
        terminal.answer("Address", again.server.url)
        terminal.answer("Enter takes the one in homeassistant.token")
        terminal.answer("Which sensors")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    assert again.settings().entities == HOUSE


def test_another_token(again: Place) -> None:
    """A token that is typed takes the place of the one in the configured file."""
    again.token_file.write_text("revoked\n")
    with again.sit_down("--no-collect", "--schedule", "none") as terminal:
        terminal.answer("Address")
        terminal.answer("Token")
        assert "refused the token" in " ".join(terminal.wait_for("Token (").split())
        terminal.wait_for(": ")
        terminal.type(f"Bearer {TOKEN}")
        terminal.answer("Which sensors")
        terminal.answer("What does a kWh cost")
        terminal.answer("Use GitHub?")
        assert terminal.end() == 0
    assert again.token_file.read_text() == f"{TOKEN}\n"
    assert again.settings().homeassistant.token_file == str(again.token_file)
