"""Sensors of prices as the usual integrations have them, and their states over two hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
# In money per kWh; one is below zero, and the last two are far apart.
PRICES = (0.08532, 0.0812, 0.0, -0.01204, 0.21431, 0.19, 0.0004, 0.10875)
MOST_ROUNDING = 1e-6


@dataclass(frozen=True)
class Form:
    """A form of sensor: its unit, its state class, what `[prices]` says of it, and what is kept."""

    series: str
    unit: str
    state_class: str | None
    scale: float
    kept: str
    step: int = 15

    @property
    def entity_id(self) -> str:
        """The sensor's entity id."""
        return f"sensor.{self.series}_price"

    @property
    def attributes(self) -> Mapping[str, object]:
        """The sensor's attributes."""
        return {
            "unit_of_measurement": self.unit,
            "device_class": "monetary",
            **({"state_class": self.state_class} if self.state_class else {}),
        }

    @property
    def setting(self) -> str:
        """The sensor's line in `[prices]`."""
        return f"{self.series} = {{ step = {self.step} }}\n"

    def states(self, start: datetime) -> Sequence[tuple[datetime, str]]:
        """Return two hours of states from a whole hour on, seconds late or early.

        Home Assistant starts again in the second step, which takes the price away for three
        minutes.
        """
        found = []
        for number, price in enumerate(PRICES):
            at = start + number * self.step * MINUTE
            late = (4 if number % 3 else -2) * SECOND
            found.append((at + (late if number else timedelta(0)), f"{price / self.scale:.5f}"))
            if number == 1:
                found.append((at + 2 * MINUTE, "unavailable"))
                found.append((at + 5 * MINUTE, f"{price / self.scale:.5f}"))
        return found


FORMS = (
    Form("nord_pool", "EUR/kWh", "total", 1.0, "EUR/kWh"),
    Form("tibber", "SEK/kWh", "measurement", 1.0, "SEK/kWh"),
    Form("entsoe", "€/MWh", "measurement", 0.001, "EUR/kWh"),
    Form("energy_zero", "ct/kWh", None, 0.01, "EUR/kWh"),
    Form("octopus", "p/kWh", "total", 0.01, "GBP/kWh"),
    Form("octopus_rate", "GBP/kWh", "total", 1.0, "GBP/kWh"),
    Form("spot_hourly", "öre/kWh", "measurement", 0.01, "SEK/kWh"),
)
EURO = tuple(form for form in FORMS if form.kept == "EUR/kWh")
