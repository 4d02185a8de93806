"""The numbers that the dashboard must show, computed from the data files independently of it.

Days, hours and intervals come from the program's periods; every sum, mean and comparison is done
here again, as docs/data.md and the headings of the page describe it.
"""

from tests.page.expected.charts import calendar, heat
from tests.page.expected.grid import Grid, Numbers, Raw, Roles
from tests.page.expected.tabs import TABS, week

__all__ = ["TABS", "Grid", "Numbers", "Raw", "Roles", "calendar", "heat", "week"]
