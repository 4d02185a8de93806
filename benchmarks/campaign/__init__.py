"""Attacks on the whole program with thousands of faults: files, answers, settings, disks, pasts."""
