"""The guesses by unit, class and name."""
