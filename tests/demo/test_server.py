"""The simulated Home Assistant answers like the real ones that were recorded."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest

from powerstats_cli.demo.homes import Change, RecordedHome
from powerstats_cli.demo.releases import V2024_3, V2026_11, Release
from powerstats_cli.demo.server import Answer, HomeAssistant, as_usual
from tests.demo import faults
from tests.support.recordings import FOLDER, NEWEST, OLDEST, RELEASES, recorded

EXCHANGES = sorted(
    path.stem
    for path in (FOLDER / OLDEST).glob("*.json")
    if path.stem not in {"restart", "config", "states", "statistics", "energy"}
)
IMITATED = {OLDEST: V2024_3, NEWEST: V2026_11}
NOT_IMITATED = {
    OLDEST: {"allowlist_external_urls"},
    NEWEST: {"allowlist_external_urls", "debug", "logging", "radius"},
}
NOW = datetime(2026, 11, 24, 11, 0, 0, 500_000, tzinfo=UTC)
RESTARTED = datetime(2026, 11, 24, 10, 49, 36, tzinfo=UTC)
EXCLUDED = "sensor.excluded_power"
TOKEN = "the right one"
CONTEXT = {"id": "01HQX5J9WVZ3Y0000000000000", "parent_id": None, "user_id": None}
AT = "2024-03-01T12:00:00.123456+00:00"


def seeded_home(release: str = OLDEST) -> RecordedHome:
    """Return a home with the states that the recorded Home Assistant was given."""
    sensors: dict[str, dict[str, object]] = {}
    changes: dict[str, list[Change]] = {}
    for entity_id, sensor in json.loads((FOLDER / "seeded.json").read_text("utf-8")).items():
        sensors[entity_id] = sensor["unavailable"]
        changes[entity_id] = [
            Change(
                datetime.fromisoformat(at),
                state,
                sensor["unavailable" if state == "unavailable" else "attributes"],
            )
            for at, state in sensor["states"]
        ]
        changes[entity_id].append(Change(RESTARTED, "unavailable"))
    for name in (
        "state",
        "state_with_last_reset",
        "state_unknown",
        "state_unavailable_without_unit",
    ):
        present = recorded(name, release)["body"]
        entity_id = present["entity_id"]
        sensors[entity_id] = present["attributes"]
        changes.setdefault(entity_id, []).append(Change(RESTARTED, present["state"]))
    sensors["sensor.power_factor"] = {}
    changes["sensor.power_factor"] = [Change(RESTARTED, "unavailable")]
    starts = [
        datetime(2024, 3, 1, 6, tzinfo=UTC),
        datetime(2024, 3, 2, 6, tzinfo=UTC),
        RESTARTED - timedelta(seconds=1),
    ]
    return RecordedHome(
        sensors,
        changes,
        recorded=set(changes) - {EXCLUDED},
        starts=starts,
        time_zone="Europe/Vienna",
    )


@dataclass(frozen=True)
class Client:
    """One connection to a server."""

    server: HomeAssistant
    connection: HTTPConnection

    def ask(self, path: str, *, method: str = "GET", token: str = TOKEN) -> HTTPResponse:
        """Send a request and return the response, its body not yet read."""
        self.connection.request(method, path, headers={"Authorization": f"Bearer {token}"})
        return self.connection.getresponse()

    def get(self, path: str) -> Any:
        """Return the decoded body of an answer."""
        return json.loads(self.ask(path).read())


Connect = Callable[..., Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that starts a server and connects to it."""
    opened: list[Client] = []

    def start(
        home: RecordedHome,
        *,
        now: datetime = NOW,
        answer: Answer = as_usual,
        keep: timedelta | None = None,
        release: Release = V2024_3,
    ) -> Client:
        server = HomeAssistant(
            home, token=TOKEN, clock=lambda: now, answer=answer, keep=keep, release=release
        )
        server.__enter__()
        address = urlsplit(server.url)
        client = Client(server, HTTPConnection(str(address.hostname), address.port, timeout=10))
        opened.append(client)
        return client

    yield start
    for client in opened:
        client.connection.close()
        client.server.close()


def settled(body: object) -> object:
    """Return a body in which all that is new in every answer is replaced as in the recordings."""
    if isinstance(body, dict) and "context" in body:
        times = {key: AT for key in body if key.startswith("last_")}
        return {**body, **times, "context": CONTEXT}
    if isinstance(body, list):
        return [
            [{**state, "context": CONTEXT} if "context" in state else state for state in states]
            for states in body
        ]
    return body


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", EXCHANGES)
def test_answers_what_the_real_one_answered(name: str, release: str, connect: Connect) -> None:
    """Status, content type and body are the same, down to the order of keys."""
    exchange = recorded(name, release)
    client = connect(seeded_home(release), release=IMITATED[release])
    token = "wrong" if name.startswith("wrong_token") else TOKEN
    response = client.ask(exchange["path"], method=exchange["method"], token=token)
    text = response.read().decode()
    is_json = exchange["content_type"] == "application/json"
    assert response.status == exchange["status"]
    assert response.headers["Content-Type"] == exchange["content_type"]
    body = settled(json.loads(text)) if is_json else text
    assert json.dumps(body) == json.dumps(exchange["body"])


@pytest.mark.parametrize("release", RELEASES)
def test_config_has_the_keys_of_the_real_one(release: str, connect: Connect) -> None:
    """Its values are of the same types; a few keys that powerstats does not need are missing."""
    real = recorded("config", release)["body"]
    ours = connect(seeded_home(), release=IMITATED[release]).get("/api/config")
    assert {key: type(value) for key, value in ours.items()} == {
        key: type(value) for key, value in real.items() if key in ours
    }
    assert set(real) - set(ours) == NOT_IMITATED[release]
    assert ours["time_zone"] == real["time_zone"]
    assert ours["version"] == real["version"]


@pytest.mark.parametrize("release", RELEASES)
def test_all_states_are_as_the_real_ones(release: str, connect: Connect) -> None:
    """Each state has the form of the real one's, and is the same if it is asked for alone."""
    client = connect(seeded_home(release), release=IMITATED[release])
    ours = {state["entity_id"]: state for state in client.get("/api/states")}
    all_real = {state["entity_id"]: state for state in recorded("states", release)["body"]}
    assert ours.keys() <= all_real.keys()
    for real in (all_real[entity_id] for entity_id in ours):
        state = ours[real["entity_id"]]
        assert list(state) == list(real)
        assert settled(state)["context"] == real["context"]  # type: ignore[index]
    for entity_id, state in ours.items():
        alone = client.get(f"/api/states/{entity_id}")
        assert {**state, "context": None} == {**alone, "context": None}


def test_date_is_the_given_clocks(connect: Connect) -> None:
    """The Date header carries simulated time, cut to the second, on errors too."""
    client = connect(seeded_home())
    for path, token in (("/api/", TOKEN), ("/api/", "wrong")):
        response = client.ask(path, token=token)
        response.read()
        assert parsedate_to_datetime(response.headers["Date"]) == NOW.replace(microsecond=0)


def test_compact_json(connect: Connect) -> None:
    """JSON comes without spaces, in UTF-8."""
    body = connect(seeded_home()).ask(recorded("history_odd_states")["path"]).read()
    assert b'"state":"bew\xc3\xb6lkt","last_changed":"' in body


def simple_home(**options: Any) -> RecordedHome:
    """Return a home whose one sensor changes each hour: 0.0 at midnight, 1.0 at one."""
    midnight = datetime(2024, 3, 1, tzinfo=UTC)
    changes = [Change(midnight + timedelta(hours=hour), f"{hour}.0") for hour in range(24)]
    return RecordedHome(
        {"sensor.a": {"unit_of_measurement": "W"}}, {"sensor.a": changes}, **options
    )


def states(lists: list[list[dict[str, str]]]) -> list[list[str]]:
    """Return the states alone."""
    return [[state["state"] for state in them] for them in lists]


DAY = "/api/history/period/2024-03-01T00:30:00Z?filter_entity_id=sensor.a&minimal_response"


def test_the_future_is_not_recorded_yet(connect: Connect) -> None:
    """Neither history nor the present state has anything later than the clock's time."""
    client = connect(simple_home(), now=datetime(2024, 3, 1, 3, tzinfo=UTC))
    assert states(client.get(DAY)) == [["0.0", "1.0", "2.0", "3.0"]]
    assert client.get("/api/states/sensor.a")["state"] == "3.0"


def test_a_repeated_state_is_no_change(connect: Connect) -> None:
    """A present state keeps the time at which the entity took it on; later reports do not count."""
    times = [datetime(2024, 3, 1, hour, tzinfo=UTC) for hour in range(4)]
    reports = zip(times, ("1.0", "2.0", "2.0", "2.0"), strict=True)
    home = RecordedHome({"sensor.a": {}}, {"sensor.a": [Change(*report) for report in reports]})
    client = connect(home, now=times[3] + timedelta(minutes=1), release=V2026_11)
    state = client.get("/api/states/sensor.a")
    assert state["last_changed"] == times[1].isoformat()
    assert state["last_reported"] == state["last_updated"] == times[3].isoformat()


def test_purged_states_are_gone(connect: Connect) -> None:
    """The recorder keeps no more than it is told to, not even the state that an entity shows."""
    now = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)
    some = connect(simple_home(), now=now, keep=timedelta(hours=3))
    assert states(some.get(DAY)) == [["21.0", "22.0", "23.0"]]
    none = connect(simple_home(), now=now, keep=timedelta(minutes=10))
    assert none.get(DAY) == []
    assert none.get("/api/states/sensor.a")["state"] == "23.0"


def test_down_means_no_answer(connect: Connect) -> None:
    """While Home Assistant is down the connection is dropped; the recorded states are kept."""
    two, four = (datetime(2024, 3, 1, hour, tzinfo=UTC) for hour in (2, 4))
    home = simple_home(down=[(two, four)])
    with pytest.raises(RemoteDisconnected):
        connect(home, now=four - timedelta(seconds=1)).ask("/api/")
    assert states(connect(home, now=four).get(DAY)) == [["0.0", "1.0", "2.0", "3.0", "4.0"]]


def test_one_connection_serves_many_requests(connect: Connect) -> None:
    """Connections are kept alive, and paths and connections are counted."""
    client = connect(simple_home())
    for _ in range(3):
        client.ask("/api/").read()
    assert client.server.requests == ["/api/"] * 3
    assert client.server.connections == 1


def test_dropped(connect: Connect) -> None:
    """A dropped connection ends without an answer, and the next request is answered."""
    client = connect(simple_home(), answer=faults.times(1, faults.dropped))
    with pytest.raises(RemoteDisconnected):
        client.ask("/api/")
    client.connection.close()
    assert client.get("/api/") == {"message": "API running."}
    assert client.server.connections == 2


def test_broken_off(connect: Connect) -> None:
    """An answer that breaks off is shorter than its head promised."""
    client = connect(simple_home(), answer=faults.broken_off)
    with pytest.raises(IncompleteRead):
        client.ask("/api/").read()


@pytest.mark.parametrize("fault", [faults.hanging, faults.hanging_in_body, faults.dripping(3600)])
def test_hanging_ends_when_the_server_closes(fault: Answer, connect: Connect) -> None:
    """A client gets no whole answer, and close() does not wait for it."""
    client = connect(simple_home(), answer=fault)
    client.connection.timeout = 0.1
    with pytest.raises(TimeoutError):
        client.ask("/api/").read()
    client.server.close()
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", urlsplit(client.server.url).port).connect()


def test_dripping(connect: Connect) -> None:
    """Byte by byte the answer is the same."""
    client = connect(simple_home(), answer=faults.dripping(0.0001))
    assert client.get("/api/") == {"message": "API running."}


def test_huge(connect: Connect) -> None:
    """A body of any size is sent in chunks, each made when it is needed."""
    client = connect(simple_home(), answer=faults.huge(5_000_000))
    response = client.ask("/api/")
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert len(response.read()) >= 5_000_000


def test_other_status_headers_and_target(connect: Connect) -> None:
    """Faults can be limited to some requests, and change status and headers."""
    fault = faults.only("/api/states", faults.status(503, b"busy"))
    client = connect(simple_home(), answer=fault)
    assert client.ask("/api/").read() == b'{"message":"API running."}'
    response = client.ask("/api/states/sensor.a")
    assert (response.status, response.read()) == (503, b"busy")
    late = connect(simple_home(), answer=faults.headers(retry_after="7"))
    assert late.ask("/api/").headers["Retry-After"] == "7"


@pytest.mark.parametrize("release", RELEASES)
def test_starting(release: str, connect: Connect) -> None:
    """Just started, it knows no entity and says that it is not running, as was recorded."""
    first = next(
        each
        for each in recorded("restart", release)["answers"]
        if "NOT_RUNNING" in each["core/state"] and "404" in each["sensor.house_power"]
    )
    client = connect(simple_home(), answer=faults.starting)
    response = client.ask("/api/states/sensor.a")
    assert f"{response.status} {json.loads(response.read())}" == first["sensor.house_power"]
    assert f"200 {client.get('/api/core/state')['state']}" == first["core/state"]
