"""The schedule: what runs when, and the texts that cron and systemd read."""
