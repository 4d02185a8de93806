"""The page's arithmetic without a browser: its scripts run under Node."""
