"""Record the answers of a real Home Assistant; README.md here says how to prepare one.

record.py seed        put the past states of seeded.json into its recorder
record.py exchanges   ask for everything in PATHS, one file each
record.py restart     watch it stop and start again, into restart.json; someone has to do that
record.py statistics  give the websocket commands of `backfill`, into statistics.json
record.py energy      set the Energy dashboard up, and tell it and the registries, into energy.json

The files go into the folder of its release, such as 2024.3. The address and the tokens are those of
$HA_URL, $HA_ADMIN_TOKEN and $HA_READER_TOKEN (a user who is no administrator). Values that are new
in every answer are replaced: the times of /api/states and the ids of contexts.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import connect

HERE = Path(__file__).parent
PRIVATE = {
    "latitude",
    "longitude",
    "elevation",
    "config_dir",
    "whitelist_external_dirs",
    "allowlist_external_dirs",
}
CONTEXT = {"id": "01HQX5J9WVZ3Y0000000000000", "parent_id": None, "user_id": None}
AT = "2024-03-01T12:00:00.123456+00:00"
TIMES = ("last_changed", "last_reported", "last_updated")

POWER, VOLTAGE, ENERGY = "sensor.house_power", "sensor.mains_voltage", "sensor.daily_energy"
SOLAR, FACTOR, TOTAL = "sensor.solar_power", "sensor.power_factor", "sensor.total_energy"
EXCLUDED, MISSING = "sensor.excluded_power", "sensor.missing"
STATISTICS = ("sensor.heat_pump_power", "sensor.heat_pump_energy")
RESTARTED = (POWER, "sensor.pushed_power", "sensor.summed_energy")


def history(start: str, *entity_ids: str, end: str = "", flags: str = "minimal_response") -> str:
    """Return the path of a history request."""
    query = f"filter_entity_id={','.join(entity_ids)}" + (f"&end_time={end}" if end else "")
    return f"/api/history/period/{start}?{query}" + (f"&{flags}" if flags else "")


MORNING = ("2024-03-01T10:02:00Z", POWER, VOLTAGE, ENERGY)
NOON = "2024-03-01T12:00:00Z"
PATHS = {
    "api": "/api/",
    "config": "/api/config",
    "core_state": "/api/core/state",
    "not_found": "/api/nothing",
    "states": "/api/states",
    "state": "/api/states/sensor.pushed_power",
    "state_with_last_reset": f"/api/states/{TOTAL}",
    "state_unknown": "/api/states/sensor.never_pushed",
    "state_unavailable": f"/api/states/{POWER}",
    "state_unavailable_without_unit": "/api/states/sensor.summed_energy",
    "state_missing": f"/api/states/{MISSING}",
    "history_several": history(*MORNING, end=NOON),
    "history_several_full": history(*MORNING, end=NOON, flags=""),
    "history_several_no_attributes": history(
        *MORNING, end=NOON, flags="minimal_response&no_attributes"
    ),
    "history_several_all_changes": history(
        *MORNING, end=NOON, flags="minimal_response&significant_changes_only=0"
    ),
    "history_order": history("2024-03-01T10:02:00Z", ENERGY, POWER, end=NOON),
    "history_one": history("2024-03-01T10:02:00Z", POWER, end=NOON),
    "history_one_full": history("2024-03-01T10:02:00Z", POWER, end=NOON, flags=""),
    "history_upper_case": history("2024-03-01T10:02:00Z", "Sensor.House_Power", end=NOON),
    "history_twice": history("2024-03-01T10:02:00Z", POWER, POWER, end=NOON),
    "history_skip_initial_state": history(
        "2024-03-01T10:02:00Z", POWER, end=NOON, flags="minimal_response&skip_initial_state"
    ),
    "history_odd_states": history("2024-03-01T10:02:00Z", SOLAR, end=NOON),
    "history_last_reset": history("2024-03-01T09:30:00Z", TOTAL, end=NOON),
    "history_last_reset_full": history("2024-03-01T09:30:00Z", TOTAL, end=NOON, flags=""),
    "history_starts_unavailable": history("2024-03-01T10:25:00Z", POWER, end=NOON),
    "history_starts_at_change": history("2024-03-01T10:20:00Z", POWER, end=NOON),
    "history_ends_at_change": history("2024-03-01T10:15:00Z", POWER, end="2024-03-01T10:20:00Z"),
    "history_starts_before_first_state": history("2024-03-01T09:50:00Z", POWER, end=NOON),
    "history_no_state_yet": history(
        "2024-03-01T08:00:00Z", POWER, VOLTAGE, end="2024-03-01T09:00:00Z"
    ),
    "history_before_first_start": history(
        "2024-02-28T08:00:00Z", POWER, end="2024-02-28T09:00:00Z"
    ),
    "history_from_before_first_start": history("2024-02-28T08:00:00Z", POWER, end=NOON),
    "history_missing": history("2024-03-01T10:02:00Z", MISSING, end=NOON),
    "history_missing_among_others": history("2024-03-01T10:02:00Z", POWER, MISSING, end=NOON),
    "history_excluded": history("2024-03-01T10:02:00Z", EXCLUDED, end=NOON),
    "history_excluded_among_others": history("2024-03-01T10:02:00Z", EXCLUDED, POWER, end=NOON),
    "history_nothing_in_span": history(
        "2024-03-01T10:02:00Z", FACTOR, VOLTAGE, end="2024-03-01T10:04:00Z"
    ),
    "history_across_restart_several": history(
        "2024-03-02T08:00:00Z", POWER, VOLTAGE, end="2024-03-02T12:00:00Z"
    ),
    "history_across_restart_one": history(
        "2024-03-02T08:00:00Z", VOLTAGE, end="2024-03-02T12:00:00Z"
    ),
    "history_across_restart_one_and_missing": history(
        "2024-03-02T08:00:00Z", VOLTAGE, MISSING, end="2024-03-02T12:00:00Z"
    ),
    "history_default_end": history("2024-03-01T10:35:00Z", POWER),
    "history_local_time": history("2024-03-01T11:35:00", POWER, end="2024-03-01T13:00:00"),
    "history_date_only": history("2024-03-01", POWER, end="2024-03-02"),
    "history_end_before_start": history(NOON, POWER, end="2024-03-01T11:00:00Z"),
    "history_future": history("2100-01-01T00:00:00Z", POWER, end="2100-01-02T00:00:00Z"),
    "history_plus_in_end": history("2024-03-01T10:02:00Z", POWER, end="2024-03-01T12:00:00+00:00"),
    "history_plus_in_start": history("2024-03-01T10:02:00+00:00", POWER, end=NOON),
    "history_bad_start": history("yesterday", POWER, end=NOON),
    "history_bad_end": history("2024-03-01T10:02:00Z", POWER, end="tomorrow"),
    "history_empty_end": history("2024-03-01T10:02:00Z", POWER) + "&end_time=",
    "history_future_bad_end": history("2100-01-01T00:00:00Z", POWER, end="tomorrow"),
    "history_empty_item": history("2024-03-01T10:02:00Z", POWER, "", end=NOON),
    "history_space_in_list": history("2024-03-01T10:02:00Z", POWER, "%20" + VOLTAGE, end=NOON),
    "history_invalid_id": history("2024-03-01T10:02:00Z", "not-an-id", end=NOON),
    "history_no_ids": "/api/history/period/2024-03-01T10:02:00Z?minimal_response",
}


def ask(method: str, path: str, token: str, body: object = None) -> dict[str, Any]:
    """Make one request; return the exchange, its body decoded if it is JSON."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = HTTPConnection(urlsplit(os.environ["HA_URL"]).netloc, timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    content_type = response.headers.get("Content-Type", "")
    return {
        "method": method,
        "path": path,
        "status": response.status,
        "content_type": content_type,
        "body": json.loads(text) if content_type == "application/json" else text,
    }


def folder_of_release() -> Path:
    """Return the folder for recordings of the Home Assistant that runs, made if need be."""
    version = ask("GET", "/api/config", os.environ["HA_READER_TOKEN"])["body"]["version"]
    folder = HERE / ".".join(version.split(".")[:2])
    folder.mkdir(exist_ok=True)
    return folder


def save(folder: Path, name: str, content: object) -> None:
    """Write a recording."""
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def seed() -> None:
    """Record past states: the recorder keeps the times of a state_changed event it is sent."""
    seeded = json.loads((HERE / "seeded.json").read_text(encoding="utf-8"))
    for entity_id, sensor in seeded.items():
        for at, state in sensor["states"]:
            new = {"entity_id": entity_id, "state": state, "last_changed": at, "last_updated": at}
            new["attributes"] = sensor["unavailable" if state == "unavailable" else "attributes"]
            event = {"entity_id": entity_id, "old_state": None, "new_state": new}
            token = os.environ["HA_ADMIN_TOKEN"]
            answer = ask("POST", "/api/events/state_changed", token, event)
            if answer["status"] != HTTPStatus.OK:
                sys.exit(f"{entity_id} {at}: {answer['body']}")


def settled(exchange: dict[str, Any]) -> dict[str, Any]:
    """Return an exchange without all that is private or new in every answer."""
    body = exchange["body"]
    if exchange["path"] == "/api/states":
        # A zone tells the home's location, and powerstats uses nothing but sensors.
        exchange["body"] = full_states = [
            with_fixed_times(state) for state in body if state["entity_id"].startswith("sensor.")
        ]
    elif isinstance(body, list):
        full_states = [state for states in body for state in states if "context" in state]
    elif exchange["path"].startswith("/api/states/") and "state" in body:
        exchange["body"] = with_fixed_times(body)
        full_states = [exchange["body"]]
    else:
        full_states = []
    for state in full_states:
        state["context"] = CONTEXT
    if exchange["path"] == "/api/config":
        exchange["body"] = {key: body[key] for key in body if key not in PRIVATE}
        exchange["body"]["components"].sort()
    return exchange


def with_fixed_times(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state whose times are all the same."""
    return {key: AT if key in TIMES else value for key, value in state.items()}


def exchanges() -> None:
    """Ask for everything once, as the user who is no administrator."""
    folder, reader = folder_of_release(), os.environ["HA_READER_TOKEN"]
    for name, path in PATHS.items():
        save(folder, name, settled(ask("GET", path, reader)))
    save(folder, "wrong_token", ask("GET", "/api/", "wrong"))
    save(folder, "wrong_token_history", ask("GET", PATHS["history_one"], "wrong"))
    save(folder, "wrong_method", ask("POST", "/api/core/state", reader, {}))


def glance(path: str) -> str:
    """Return an answer in short: its status and the state in it, or the error without an answer."""
    try:
        exchange = ask("GET", path, os.environ["HA_READER_TOKEN"])
    except (OSError, HTTPException) as error:
        return type(error).__name__
    body = exchange["body"]
    return f"{exchange['status']} {body.get('state', body) if isinstance(body, dict) else body}"


def restart() -> None:
    """Write down each change of the answers until 3 s after it has started again."""
    folder = folder_of_release()
    asked = {"core/state": "/api/core/state"}
    asked |= {key: f"/api/states/{key}" for key in RESTARTED}
    last: dict[str, str] = {}
    seen, done, was_down = [], 0.0, False
    while not done or time.time() < done:
        answers = {name: glance(path) for name, path in asked.items()}
        if answers != last:
            seen.append((time.time(), answers))
            last = answers
        was_down = was_down or not answers["core/state"].startswith("200")
        if was_down and answers["core/state"] == "200 RUNNING" and not done:
            done = time.time() + 3
    refused = next(at for at, answers in seen if answers["core/state"] == "ConnectionRefusedError")
    save(
        folder,
        "restart",
        {
            "answers": [{"seconds": round(at - refused, 3), **answers} for at, answers in seen],
            "recorded": recorded_since(refused),
        },
    )


def recorded_since(refused: float) -> list[dict[str, Any]]:
    """Return the recorder's states of the restart, with seconds from the first refusal."""
    start = datetime.fromtimestamp(refused - 10, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = history(start, *RESTARTED, flags="")
    kept = []
    for states in ask("GET", path, os.environ["HA_READER_TOKEN"])["body"]:
        for state in states:
            at = datetime.fromisoformat(state["last_updated"]).timestamp() - refused
            kept.append(
                {
                    "seconds": round(at, 3),
                    "entity_id": state["entity_id"],
                    "state": state["state"],
                    "attributes": state["attributes"],
                }
            )
    return sorted(kept, key=lambda state: state["seconds"])


def statistics() -> None:
    """Ask for the metadata of a power and a counter, and for three hours of yesterday."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    ids = [*STATISTICS, MISSING]
    metadata = {"type": "recorder/get_statistics_metadata", "statistic_ids": ids}
    hours = {
        "type": "recorder/statistics_during_period",
        "start_time": (noon - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": noon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "statistic_ids": ids,
        "period": "hour",
        "types": ["mean", "min", "max", "state", "change"],
        "units": {"power": "W", "energy": "kWh"},
    }
    asked: dict[str, dict[str, Any]] = {"metadata": metadata, "hours": hours}
    save(folder_of_release(), "statistics", {"asked": asked, **results(asked)})


COST = {"stat_cost": None, "entity_energy_price": None, "number_energy_price": None}
PAID = {"stat_compensation": None, "entity_energy_price": None, "number_energy_price": None}
SOLAR_SOURCE = {
    "type": "solar",
    "stat_energy_from": "sensor.inverter_total",
    "config_entry_solar_forecast": None,
}
BATTERY_SOURCE = {
    "type": "battery",
    "stat_energy_from": "sensor.akku_entladen",
    "stat_energy_to": "sensor.akku_geladen",
}
DEVICES = [
    {"stat_consumption": "sensor.warmepumpe_strom"},
    {"stat_consumption": "sensor.kitchen_circuit_energy"},
    {"stat_consumption": "sensor.oven_plug_energy"},
]


def with_lists_of_flows() -> dict[str, Any]:
    """Return a dashboard in the form of 2024.3."""
    grid = {
        "type": "grid",
        "flow_from": [{"stat_energy_from": f"sensor.p1_import_t{n}", **COST} for n in (1, 2)],
        "flow_to": [{"stat_energy_to": f"sensor.p1_export_t{n}", **PAID} for n in (1, 2)],
        "cost_adjustment_day": 0,
    }
    return {"energy_sources": [grid, SOLAR_SOURCE, BATTERY_SOURCE], "device_consumption": DEVICES}


def with_pairs_of_meters() -> dict[str, Any]:
    """Return a dashboard in the form of 2026.11, with powers and a device in another."""
    export = {f"{key}_export": None for key in ("entity_energy_price", "number_energy_price")}
    grids: list[dict[str, Any]] = [
        {
            "type": "grid",
            "stat_energy_from": f"sensor.p1_import_t{n}",
            "stat_energy_to": f"sensor.p1_export_t{n}",
            **COST,
            "stat_compensation": None,
            **export,
            "cost_adjustment_day": 0,
        }
        for n in (1, 2)
    ]
    grids[0]["power_config"] = {"stat_rate": "sensor.p1_meter_power"}
    solar = {**SOLAR_SOURCE, "stat_rate": "sensor.inverter_power"}
    battery = {**BATTERY_SOURCE, "power_config": {"stat_rate_inverted": "sensor.akku_leistung"}}
    home = {"type": "home", "stat_energy_to": "sensor.house_energy"}
    heat_pump, kitchen, oven = DEVICES
    devices = [
        {**heat_pump, "name": "Heat pump"},
        kitchen,
        {**oven, "included_in_stat": kitchen["stat_consumption"]},
    ]
    sources = [*grids, solar, battery, home]
    return {"energy_sources": sources, "device_consumption": devices}


def energy() -> None:
    """Set the dashboard up as the administrator; ask for it and the registries as the other."""
    folder = folder_of_release()
    form = with_lists_of_flows() if folder.name == "2024.3" else with_pairs_of_meters()
    results({"saved": {"type": "energy/save_prefs", **form}}, "HA_ADMIN_TOKEN")
    time.sleep(1)
    asked: dict[str, dict[str, Any]] = {
        "dashboard": {"type": "energy/get_prefs"},
        "entities": {"type": "config/entity_registry/list"},
        "devices": {"type": "config/device_registry/list"},
    }
    save(folder, "energy", results(asked))


def results(commands: dict[str, dict[str, Any]], who: str = "HA_READER_TOKEN") -> dict[str, Any]:
    """Return the results of websocket commands, by their names."""
    found = {}
    with connect(f"{os.environ['HA_URL'].replace('http', 'ws', 1)}/api/websocket") as connection:
        connection.recv()
        connection.send(json.dumps({"type": "auth", "access_token": os.environ[who]}))
        connection.recv()
        for number, (name, command) in enumerate(commands.items(), 1):
            connection.send(json.dumps({"id": number, **command}))
            found[name] = json.loads(connection.recv())["result"]
    return found


if __name__ == "__main__":
    {
        "seed": seed,
        "exchanges": exchanges,
        "restart": restart,
        "statistics": statistics,
        "energy": energy,
    }[sys.argv[1]]()
