"""The one place that guesses what sensors measure, by their unit, class and name."""
