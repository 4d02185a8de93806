"""What Home Assistant's sensors measure: the one place that guesses, by unit, class and name."""
