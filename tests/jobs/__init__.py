"""Tests of cron's and systemd's jobs on a real machine."""
