"""The five sensors of the simulated house, as Home Assistant describes them."""

from collections.abc import Mapping

from powerstats_cli.demo.homes import Attributes

POWER = "sensor.house_power"
VOLTAGE = "sensor.house_voltage"
ENERGY = "sensor.house_energy"
POWER_FACTOR = "sensor.house_power_factor"
SOLAR = "sensor.house_solar"
METER = (POWER, VOLTAGE, ENERGY, POWER_FACTOR)
ENTITIES = (*METER, SOLAR)


def _sensor(
    name: str, unit: str, device_class: str, state_class: str = "measurement"
) -> Attributes:
    return {
        "state_class": state_class,
        "unit_of_measurement": unit,
        "device_class": device_class,
        "friendly_name": name,
    }


SENSORS: Mapping[str, Attributes] = {
    POWER: _sensor("House power", "W", "power"),
    VOLTAGE: _sensor("House voltage", "V", "voltage"),
    ENERGY: _sensor("House energy", "kWh", "energy", "total_increasing"),
    POWER_FACTOR: _sensor("House power factor", "%", "power_factor"),
    SOLAR: _sensor("House solar", "kW", "power"),
}
