"""The times of a home with a site, and the folder of the site."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.installation import Installation

MIDNIGHT = datetime(2025, 11, 20, tzinfo=ZoneInfo("Europe/Amsterdam"))
NOW = MIDNIGHT + timedelta(hours=3)
TIERS = ("daily", "weekly", "monthly", "yearly")


def site_of(installation: Installation) -> Path:
    """Return the site's folder."""
    return installation.data_dir / "site"
