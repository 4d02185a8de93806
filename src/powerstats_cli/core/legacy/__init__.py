"""Points that earlier scripts polled, turned into histories and days; only `migrate` needs it."""
