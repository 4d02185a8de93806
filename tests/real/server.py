"""A real Home Assistant for tests, run by the tool that $POWERSTATS_REAL_HA names.

$POWERSTATS_REAL_HA_RELEASE says which release: `newest`, or nothing for 2024.3.3.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from websockets.sync.client import ClientConnection, connect

TOOL: Final = "POWERSTATS_REAL_HA"
IS_NEWEST: Final = os.environ.get("POWERSTATS_REAL_HA_RELEASE") == "newest"
ZONE: Final = ZoneInfo("Europe/Vienna")
TOOL_SECONDS: Final = 400  # the longest that one command of the tool may take, on a busy machine
SOON: Final = 20.0
ROWS_IN_A_MESSAGE: Final = 5000
ROWS_AT_ONCE: Final = 500  # as many as fit into an argument of a command

POWER, VOLTAGE, ENERGY = "sensor.house_power", "sensor.mains_voltage", "sensor.daily_energy"
SOLAR, FACTOR = "sensor.solar_power", "sensor.power_factor"
PUMP_POWER, PUMP_ENERGY = "sensor.heat_pump_power", "sensor.heat_pump_energy"
EXCLUDED: Final = "sensor.excluded_power"
ONCE_RECORDED: Final = "sensor.once_recorded"  # not declared, and excluded as well
RECORDED: Final = (POWER, VOLTAGE, ENERGY, SOLAR, FACTOR)

CONFIGURATION: Final = """\
homeassistant:
  name: Test home
  latitude: 48.2
  longitude: 16.37
  elevation: 170
  unit_system: metric
  currency: EUR
  country: AT
  time_zone: Europe/Vienna
http:
  server_host: 127.0.0.1
  server_port: !env_var REAL_HA_PORT
api:
history:
energy:
recorder:
  commit_interval: 1
  auto_purge: false
  purge_keep_days: 60
  exclude:
    entities: [sensor.excluded_power, sensor.once_recorded]
template:
  - sensor:
"""
SENSOR: Final = """\
      - name: "{}"
        unit_of_measurement: "{}"
        device_class: {}
        state_class: {}
        state: "0"
        availability: "{{{{ false }}}}"
"""
SENSORS: Final = (
    ("House power", "W", "power", "measurement"),
    ("Mains voltage", "V", "voltage", "measurement"),
    ("Daily energy", "kWh", "energy", "total_increasing"),
    ("Solar power", "kW", "power", "measurement"),
    ("Power factor", "%", "power_factor", "measurement"),
    ("Heat pump power", "W", "power", "measurement"),
    ("Heat pump energy", "kWh", "energy", "total_increasing"),
    ("Excluded power", "W", "power", "measurement"),
)

States = Sequence[tuple[datetime, str]]
Attributes = Mapping[str, object]
Sensor = tuple[str, str, str, str]
"""A name, a unit, a device class and a state class."""


class Row(NamedTuple):
    """A state with attributes of its own."""

    at: datetime
    state: str
    attributes: Attributes


def tool() -> tuple[str, str]:
    """Return the command of the tool; skips the test if there is none that runs here."""
    path = os.environ.get(TOOL)
    if not path:
        pytest.skip(f"{TOOL} does not name the tool that runs a real Home Assistant")
    cannot = pytest.fail if os.environ.get("CI") else pytest.skip
    if not Path(path).is_file():
        cannot(f"{TOOL} is {path}, which is no file")
    # The tool brings the Python of the newest release with it.
    is_good = IS_NEWEST or sys.version_info[:2] == (3, 11)
    python = sys.executable if is_good else shutil.which("python3.11")
    if python is None:
        cannot("Home Assistant 2024.3.3 needs a python3.11, and there is none")
    return str(python), path


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fail with `what` if it does not soon."""
    deadline = monotonic() + SOON
    while not condition():
        assert monotonic() < deadline, f"{what}: not after {SOON:.0f} s"


class RealHome:
    """A Home Assistant of its own in `folder`, with the SENSORS, one of them excluded, and `more`.

    `first_start` is a time before it starts for the first time.
    """

    def __init__(self, folder: Path, more: Sequence[Sensor] = ()) -> None:
        """Write its configuration, and choose a port that is free."""
        self.folder = folder
        folder.mkdir(parents=True)
        sensors = "".join(SENSOR.format(*sensor) for sensor in (*SENSORS, *more))
        (folder / "configuration.yaml").write_text(CONFIGURATION + sensors)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.first_start = datetime.now(UTC)
        self._server: Mapping[str, Any] = {}

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def reader_token(self) -> str:
        """The token of a user who is no administrator."""
        return str(self._server["reader_token"])

    @property
    def pid(self) -> int:
        """The id of its process."""
        return int(self._server["pid"])

    @property
    def database(self) -> Path:
        """Its recorder's file."""
        return self.folder / "home-assistant_v2.db"

    def start(self) -> None:
        """Start it, and wait until it runs."""
        self._server = json.loads(self._tool("start", "--port", str(self.port)))

    def starting(self) -> "subprocess.Popen[str]":
        """Begin to start it; `started` has to follow."""
        return subprocess.Popen(
            self._command("start", "--port", str(self.port)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def started(self, start: "subprocess.Popen[str]") -> None:
        """Wait until the start that `starting` began is done."""
        out, err = start.communicate(timeout=TOOL_SECONDS)
        assert start.returncode == 0, err
        self._server = json.loads(out)

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._tool("stop")

    def seed(
        self, states: Mapping[str, States], rows: Mapping[str, Sequence[Row]] = MappingProxyType({})
    ) -> None:
        """Put past states and rows into its recorder, and wait until they are there."""
        given: list[dict[str, object]] = [
            {"entity_id": entity_id, "at": at.isoformat(), "state": state}
            for entity_id, past in states.items()
            for at, state in past
        ]
        given += [
            {**row._asdict(), "entity_id": entity_id, "at": row.at.isoformat()}
            for entity_id, past in rows.items()
            for row in past
        ]
        lines = list(map(json.dumps, given))
        self._tool("seed", given="\n".join(lines))
        eventually(lambda: self._recorded_states() >= len(lines), "the states are recorded")

    def rebuild_statistics(self) -> None:
        """Have it compute its own statistics of all that is recorded; that restarts it."""
        self._server = json.loads(self._tool("rebuild-statistics"))

    def import_hours(self, hours: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Give it earlier hours of entities that have statistics, and wait until they are there."""
        ids = list(hours)
        about = self.ask({"type": "recorder/get_statistics_metadata", "statistic_ids": ids})
        for metadata in map(_for_import, about):
            rows = hours[metadata["statistic_id"]]
            for number in range(0, len(rows), ROWS_AT_ONCE):
                stats = rows[number : number + ROWS_AT_ONCE]
                command = {"type": "recorder/import_statistics", "metadata": metadata}
                self._tool("ask", json.dumps({**command, "stats": stats}))
        first = [datetime.fromisoformat(str(rows[0]["start"])) for rows in hours.values()]
        last = [datetime.fromisoformat(str(rows[-1]["start"])) for rows in hours.values()]
        span = min(first), max(last) + timedelta(hours=1)

        def are_there() -> bool:
            stored = self.hourly_statistics(ids, *span)
            return all(len(stored.get(each, ())) == len(hours[each]) for each in ids)

        eventually(are_there, "the hours are imported")

    def import_like(self, other: str, entity_id: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Give it many hours of an entity, whose statistics are of the kind of another's."""
        ask = {"type": "recorder/get_statistics_metadata", "statistic_ids": [other]}
        [about] = self.ask(ask)
        metadata = {**_for_import(about), "statistic_id": entity_id, "name": None}
        with connect(f"{self.url.replace('http', 'ws', 1)}/api/websocket") as opened:
            opened.recv()
            token = self._server["admin_token"]
            opened.send(json.dumps({"type": "auth", "access_token": token}))
            assert json.loads(opened.recv())["type"] == "auth_ok"
            for number in range(0, len(rows), ROWS_IN_A_MESSAGE):
                command = {"id": number + 1, "type": "recorder/import_statistics"}
                stats = rows[number : number + ROWS_IN_A_MESSAGE]
                opened.send(json.dumps({**command, "metadata": metadata, "stats": stats}))
                answer = json.loads(opened.recv())
                assert answer["success"], answer
            self._wait_for(entity_id, datetime.fromisoformat(str(rows[-1]["start"])), opened)

    def _wait_for(self, entity_id: str, last: datetime, opened: ClientConnection) -> None:
        """Wait until an hour of an entity is imported; ask once a second, for it takes minutes."""
        deadline, number = monotonic() + TOOL_SECONDS, 1_000_000
        message = {
            "type": "recorder/statistics_during_period",
            "start_time": last.isoformat(),
            "statistic_ids": [entity_id],
            "period": "hour",
        }
        while monotonic() < deadline:
            number += 1
            opened.send(json.dumps({"id": number, **message}))
            if json.loads(opened.recv())["result"]:
                return
            with suppress(TimeoutError):
                opened.recv(timeout=1)
        pytest.fail(f"{entity_id} is not imported after {TOOL_SECONDS} s")

    def hourly_statistics(
        self, entity_ids: Sequence[str], start: datetime, end: datetime
    ) -> dict[str, dict[datetime, dict[str, float]]]:
        """Return its own hours of long-term statistics, by entity and start.

        It is asked as the user who is no administrator.
        """
        message = {
            "type": "recorder/statistics_during_period",
            "start_time": start.isoformat(),
            "end_time": end.isoformat(),
            "statistic_ids": list(entity_ids),
            "period": "hour",
            "units": {"energy": "kWh"},
        }
        return {
            entity_id: {datetime.fromtimestamp(row["start"] / 1000, UTC): row for row in rows}
            for entity_id, rows in self.ask(message).items()
        }

    def ask(self, command: Mapping[str, Any]) -> Any:
        """Return the result of a websocket command, as the user who is no administrator."""
        return json.loads(self._tool("ask", "--as-reader", json.dumps(command)))

    def save_energy(self, dashboard: Mapping[str, Any]) -> None:
        """Set the Energy dashboard up, as its owner does in the browser."""
        self._tool("ask", json.dumps({"type": "energy/save_prefs", **dashboard}))

    def get(self, path: str) -> tuple[int, str, Any]:
        """Return the status, content type and body of an answer to the reader's token."""
        return get(self.url, path, self.reader_token)

    def set_state(self, entity_id: str, state: str) -> None:
        """Have a sensor report a state now."""
        self.report(entity_id, state, self.get(f"/api/states/{entity_id}")[2]["attributes"])

    def report(self, entity_id: str, state: str, attributes: Attributes) -> datetime:
        """Have a sensor report a state now, which may be its first; return the time of it."""
        body = {"state": state, "attributes": attributes}
        return datetime.fromisoformat(self._post(f"states/{entity_id}", body)["last_updated"])

    def write(self, entity_id: str, rows: Sequence[Row]) -> None:
        """Hand rows to its recorder, each with its own time; do not wait until they are there."""
        for row in rows:
            at = row.at.isoformat()
            state = {"entity_id": entity_id, "state": row.state, "attributes": row.attributes}
            state |= {"last_changed": at, "last_updated": at}
            body = {"entity_id": entity_id, "old_state": None, "new_state": state}
            self._post("events/state_changed", body)

    def call(self, service: str) -> None:
        """Call a service, such as recorder/disable."""
        self._post(f"services/{service}", {})

    def _post(self, path: str, body: Mapping[str, object]) -> Any:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=SOON)
        try:
            headers = {"Authorization": f"Bearer {self._server['admin_token']}"}
            connection.request("POST", f"/api/{path}", json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        assert response.status in {200, 201}, answer
        return answer

    def _recorded_states(self) -> int:
        db = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            count = "SELECT COUNT(*) FROM states WHERE last_updated_ts < ?"
            return int(db.execute(count, [self.first_start.timestamp()]).fetchone()[0])
        finally:
            db.close()

    def _command(self, *command: str) -> list[str]:
        name, *arguments = command
        return [*tool(), name, "--config-dir", str(self.folder), *arguments]

    def _tool(self, *command: str, given: str = "") -> str:
        ended = subprocess.run(
            self._command(*command),
            input=given,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


def _for_import(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of statistics in the form in which they are imported.

    Home Assistant tells more than it takes; newer releases have `mean_type` for `has_mean`.
    """
    newer = ("mean_type", "unit_class") if "mean_type" in metadata else ("has_mean",)
    keys = ("statistic_id", "source", "name", "has_sum", *newer)
    unit = metadata["statistics_unit_of_measurement"]
    return {**{key: metadata[key] for key in keys}, "unit_of_measurement": unit}


def get(url: str, path: str, token: str, agent: str = "test") -> tuple[int, str, Any]:
    """Return the status, content type and body of an answer; a body in JSON is decoded."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=SOON)
    try:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        content_type = str(response.headers["Content-Type"])
    finally:
        connection.close()
    is_json = content_type == "application/json"
    return response.status, content_type, json.loads(text) if is_json else text
