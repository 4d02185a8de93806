"""The dashboard in a real browser: what it shows is what the files say."""
