"""The checks of what is stored: what `verify` tells, and what `repair` mends."""
