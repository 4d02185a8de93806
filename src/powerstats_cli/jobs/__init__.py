"""The jobs of cron and systemd on this machine."""
