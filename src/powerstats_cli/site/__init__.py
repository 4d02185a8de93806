"""The dashboard: its page, its links to the data, and its branch on GitHub."""
