"""The table of the steps."""

from powerstats_cli.core.schedule.setup import Setup
from powerstats_cli.core.schedule.steps import AGGREGATES, STEPS, SYNCS


def test_sync_needs_a_repository() -> None:
    """The steps that need a repository run only if [github] is configured."""
    names = [step.name for step in Setup(("p",)).steps]
    assert [step.name for step in Setup(("p",), has_github=True).steps] == [
        *names,
        "sync monthly",
        "sync yearly",
    ]


def test_each_step_has_its_own_name_and_command() -> None:
    """The state file tells the steps apart by their names."""
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert len({step.command for step in STEPS}) == len(STEPS)


def test_a_tier_is_uploaded_after_it_is_rolled_up() -> None:
    """`sync` of a tier runs after the `aggregate` of that tier."""
    rolled_up = {step.tier: step.after_midnight for step in AGGREGATES}
    assert all(step.after_midnight > rolled_up[step.tier] for step in SYNCS)
