"""The memory that a process needs."""

import subprocess
from pathlib import Path


def peak_of(process: "subprocess.Popen[str]") -> float:
    """Wait for a process; return its peak memory in MiB."""
    status, peak = Path(f"/proc/{process.pid}/status"), 0.0
    while process.poll() is None:
        try:
            lines = status.read_text().splitlines()
        except OSError:
            break
        sizes = [line.split()[1] for line in lines if line.startswith("VmHWM")]
        peak = max(peak, *(int(kib) / 1024 for kib in sizes), 0.0)
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    process.communicate()
    return peak
