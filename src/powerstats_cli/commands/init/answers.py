"""The answers so far; each question adds its own, and has the earlier answer as its default."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from powerstats_cli.core.candidates.dashboard import Priced
from powerstats_cli.core.candidates.proposal import Proposal
from powerstats_cli.core.candidates.selection import Selection
from powerstats_cli.core.candidates.sensors import Entity
from powerstats_cli.core.energy.drafts import Draft
from powerstats_cli.core.energy.exactness import HOUR_MINUTES, SLOTS, Lengths
from powerstats_cli.core.history import History
from powerstats_cli.core.schedule.setup import Scheduler
from powerstats_cli.homeassistant.client import About
from powerstats_cli.secrets import Token
from powerstats_cli.settings import DataSettings, Settings

Pricing = Literal["none", "flat", "hours", "sensor", "dashboard"]


class Server(msgspec.Struct, frozen=True):
    """A Home Assistant that accepted a token, and all its entities.

    The token `is_new` if it is to be written to a file.
    """

    url: str
    token: Token
    is_new: bool
    about: About
    entities: tuple[Entity, ...]


class WritableRepository(msgspec.Struct, frozen=True):
    """A repository that the token may write to."""

    repo: str
    token: Token


class Present(msgspec.Struct, frozen=True):
    """The configuration that is there, and the sensors in it with their roles."""

    settings: Settings
    kept: Selection


class Answers(msgspec.Struct, frozen=True):
    """The answers to the questions so far, and the configuration that is to be changed, if any.

    `lately` has the history of some powers over the last day, by entity id. `kept` are the sensors
    as they were reviewed; their roles are written if `has_roles`.
    `plausible` has the lowest and highest W of some. `priced` are the prices of the Energy
    dashboard, `pricing` is the way in which a kWh is priced, and `draft` the tariff so far; `typed`
    has the answers about it, by the question. If it `restores`, the repository's files come here
    before the first collect. The schedule also keeps the dashboard up if `serves` is true.
    """

    data_dir: Path
    present: Present | None = None
    server: Server | None = None
    timezone: str = ""
    lately: Mapping[str, History] = {}
    proposal: Proposal | None = None
    kept: Selection = ()
    has_roles: bool = False
    plausible: Mapping[str, tuple[int, int]] = {}
    priced: Sequence[Priced] = ()
    pricing: Pricing = "none"
    draft: Draft | None = None
    typed: Mapping[str, str] = {}
    repository: WritableRepository | None = None
    restores: bool = False
    schedule: Scheduler = "none"
    serves: bool = False

    @property
    def found(self) -> Server:
        """The Home Assistant, which is the first answer."""
        if self.server is None:
            raise AssertionError
        return self.server

    @property
    def proposed(self) -> Proposal:
        """What is proposed to keep of its sensors."""
        if self.proposal is None:
            raise AssertionError
        return self.proposal

    @property
    def entities(self) -> dict[str, str]:
        """The entity ids by the names of their series, with those of prices."""
        sensors = self.draft.sensors if self.draft else ()
        kept = {one.name: one.entity_id for one in self.kept}
        return kept | {each.name: each.entity_id for each in sensors}

    @property
    def new_entities(self) -> dict[str, str]:
        """The entity ids of the sensors that were not kept before, by name."""
        before = {one.name for one in self.kept if one.was is not None}
        return {name: each for name, each in self.entities.items() if name not in before}

    @property
    def lengths(self) -> Lengths:
        """The lengths of buckets and of the ledger's slots, before this tariff."""
        settings = self.present.settings if self.present else None
        data = settings.data if settings else DataSettings()
        money = settings.money if settings and isinstance(settings.money, dict) else {}
        slots = money.get("slot_minutes")
        if not isinstance(slots, int) or slots < 1 or HOUR_MINUTES % slots:
            slots = SLOTS[0]
        return Lengths(data.collection_interval_minutes, slots)
