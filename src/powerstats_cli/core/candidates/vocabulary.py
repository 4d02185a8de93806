"""The words that people and makers name sensors with, in several languages; without accents.

They are searched for in what `words` returns.
"""

import re
import unicodedata
from typing import Final


def words(name: str) -> str:
    """Return a name's words in lower case without accents, a space around each."""
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    # p1 is a word, shellyem3 is two.
    return f" {' '.join(re.findall(r'p1(?![a-z0-9])|[a-z]+|[0-9]+', plain))} "


def _any(*lines: str) -> re.Pattern[str]:
    """Return a pattern of the phrases in some lines, which are divided by bars."""
    return re.compile(f" (?:{'|'.join(lines)}) ")


NOT_MEASURED: Final = _any(
    "forecast|estimate|estimated|expected|prognose|limit|setpoint|threshold|rated|nominal|max|min",
    "maximum|minimum|peak|average|demand|remaining|capacity|available|target",
)
# The meter between the grid and the home: surely, and perhaps.
GRID: Final = _any(
    r"grid|net|netz\w*|stromnetz|mains|utility|p1|dsmr\w*|linky|enedis|tibber|ams|han|edl|site",
    r"solaredge m 1|slimme meter|hausanschluss|tarif\w*|tariff|tarief\w*|rete|reseau",
)
METER: Final = _any(
    r"meter|smartmeter|em|shellyem|\w*zahler|\w*zaehler|main|compteur|contatore|contador"
)
TARIFF: Final = _any(r"tarif\w*|tariff|tarief\w*|dsmr\w*")
TOTAL: Final = _any("total|gesamt|totaal")
IMPORTING: Final = _any(
    r"import\w*|bezug|netzbezug|bezogen|afname|purchased|bought|delivered|from grid|soutirage",
    r"prelievo|prelevata",
)
EXPORTING: Final = _any(
    r"export\w*|return|returned|returns|feed|feedin|fed|einspeis\w*|eingespeist\w*",
    r"netzeinspeis\w*|injection|injected|terug\w*|sold|sell|to grid|reverse|immissione|immessa",
    r"vertido",
)
CONSUMING: Final = _any(
    r"load|loads|consumption|consumed|consuming|usage|used|\w*verbrauch|verbruik|verbruikt",
    r"consommation|consumo|forbruk|forbrukning",
)
TAKEN: Final = _any(r"consumption|consumed|\w*verbrauch|verbruik")
PRODUCING: Final = _any(
    "production|produced|producing|generation|generated|yield|ertrag|opbrengst|produktion",
    "produktie|produzione|produccion",
)
SOLAR: Final = _any(
    r"solar\w*|photovolt\w*|fotovolt\w*|pv|zon|zonne\w*|inverter|wechselrichter|omvormer",
    r"onduleur|envoy|panels|microinverter|sun|sonne|soleil|roof|dach",
)
BATTERY: Final = _any(
    r"battery|batteries|batterie|batterij|bateria|batteria|akku\w*|accu|speicher|hausspeicher|bms",
    r"solaredge b 1",
)
CHARGING: Final = _any(
    "charge|charged|charging|laden|geladen|ladung|ladeleistung|opladen|opgeladen"
)
DISCHARGING: Final = _any(r"discharg\w*|entlad\w*|ontlad\w*")
HOUSE: Final = _any(
    r"house|home|household|whole|haus|haushalt\w*|hausverbrauch|huis|huishoud\w*|woning|maison",
    r"casa|hjem|hus",
)
NO_HOUSE: Final = _any("home assistant|home office|home cinema")
VEHICLE: Final = _any("car|ev|evse|wallbox|vehicle|auto|fahrzeug|laadpaal|charger|ladestation|go e")
APPLIANCE: Final = _any(
    "office|cinema|plug|socket|switch|lamp|light|lights|fridge|freezer|refrigerator|oven|stove",
    "hob|cooker|kettle|washer|washing|washing machine|dryer|dishwasher|tv|television|pc|computer",
    "desktop|laptop|server|router|nas|ups|heater|boiler|pump|heatpump|heat pump|warmepumpe",
    "waermepumpe|warmtepomp|airco|aircon|air conditioner|ac unit|pool|sauna|dehumidifier",
    "steckdose|waschmaschine|trockner|geschirrspuler|spulmaschine|lampe|kuhlschrank|stekker",
    "wasmachine|droger|vaatwasser|koelkast|microwave|coffee|water heater|immersion|assistant",
)
ROOM: Final = _any(
    "kitchen|bathroom|bedroom|living room|garage|workshop|shed|cellar|basement|kuche|keuken",
    "werkstatt|keller|garten|garden",
)
# A counter that starts anew each day, month or year.
PERIOD: Final = _any(
    "today|today s|todays|daily|day|heute|vandaag|dag|tag|taglich|week|weekly|seven days|month",
    "monthly|monat|maand|year|yearly|jahr|jaar|yesterday|hour|hourly|last|session",
)
# What a counter of both ways counts is no energy of one way.
BALANCE: Final = _any("balance|saldo|saldi")
HOURLY: Final = _any("hour|hourly|stundlich|uur")
# Powers with the other sign than their role expects: of Huawei and GoodWe, of Fronius.
TURNED_GRID: Final = _any("power meter active power|goodwe active power")
TURNED_HOUSE: Final = _any("solarnet power load")
# Words that say how a thing is measured, and not which thing it is.
QUALIFIERS: Final = _any(
    "sensor|power|energy|active|real|actual|current|total|tot|lifetime|sum|overall|kwh|wh|kw|w",
    "watt|watts|ac|dc|input|output|now|live|instantaneous|usage|energie|leistung|wirkleistung",
    "vermogen|puissance|energia|potencia|potenza|strom|stroom",
)
