"""Tests of the site on its branch at GitHub."""
