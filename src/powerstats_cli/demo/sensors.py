"""The sensors of the simulated house, as Home Assistant describes them."""

from collections.abc import Mapping

from powerstats_cli.demo.homes import Attributes

POWER = "sensor.house_power"
VOLTAGE = "sensor.house_voltage"
ENERGY = "sensor.house_energy"
POWER_FACTOR = "sensor.house_power_factor"
SOLAR = "sensor.house_solar"
GRID = "sensor.grid_power"
GRID_IMPORT = "sensor.grid_import"
GRID_EXPORT = "sensor.grid_export"
BATTERY = "sensor.battery_power"
BATTERY_CHARGE = "sensor.battery_charge"
HEAT_PUMP = "sensor.heat_pump_energy"
CAR = "sensor.car_energy"
KITCHEN = "sensor.kitchen_energy"
DISHWASHER = "sensor.dishwasher_power"
PRICE = "sensor.electricity_price"
METER = (POWER, VOLTAGE, ENERGY, POWER_FACTOR)
DEVICES = (HEAT_PUMP, CAR, KITCHEN, DISHWASHER)
WITHIN = {DISHWASHER: KITCHEN}


def _sensor(
    name: str, unit: str, device_class: str, state_class: str = "measurement"
) -> Attributes:
    return {
        "state_class": state_class,
        "unit_of_measurement": unit,
        "device_class": device_class,
        "friendly_name": name,
    }


def _counter(name: str) -> Attributes:
    return _sensor(name, "kWh", "energy", "total_increasing")


# The battery's power is above zero when it charges, as most makers have it.
SENSORS: Mapping[str, Attributes] = {
    POWER: _sensor("House power", "W", "power"),
    VOLTAGE: _sensor("House voltage", "V", "voltage"),
    ENERGY: _counter("House energy"),
    POWER_FACTOR: _sensor("House power factor", "%", "power_factor"),
    SOLAR: _sensor("House solar", "kW", "power"),
    GRID: _sensor("Grid power", "W", "power"),
    GRID_IMPORT: _counter("Grid import"),
    GRID_EXPORT: _counter("Grid export"),
    BATTERY: _sensor("Battery power", "W", "power"),
    BATTERY_CHARGE: _sensor("Battery charge", "%", "battery"),
    HEAT_PUMP: _counter("Heat pump energy"),
    CAR: _counter("Car energy"),
    KITCHEN: _counter("Kitchen energy"),
    DISHWASHER: _sensor("Dishwasher power", "W", "power"),
    PRICE: _sensor("Electricity price", "EUR/kWh", "monetary", "total"),
}
ENTITIES = tuple(SENSORS)
