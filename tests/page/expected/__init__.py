"""What the dashboard has to show, computed from the data files: arithmetic of its own.

Days, hours and intervals come from the program's periods; every sum, mean and comparison is done
here again, by what docs/data.md and the page's headings say.
"""

from tests.page.expected.charts import calendar, heat
from tests.page.expected.grid import Grid, Numbers, Raw, Roles
from tests.page.expected.tabs import TABS, week

__all__ = ["TABS", "Grid", "Numbers", "Raw", "Roles", "calendar", "heat", "week"]
