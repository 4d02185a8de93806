"""Runs commands one after the other and reports the cost of each; see `processes.Launcher`.

It is a small program of its own that imports little, because Linux counts the memory of a process
into the peak of the processes that it starts. It reads one order as JSON from each line of stdin,
and writes one answer for it.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the orders from stdin until it ends."""
    write_anew = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for line in sys.stdin:
        order = json.loads(line)
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, order["out"], write_anew, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, order["err"], write_anew, 0o600),
        ]
        argv = order["argv"]
        began = time.perf_counter()
        process = os.posix_spawn(argv[0], argv, order["env"], file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        answer = {
            "exit_code": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "wall": time.perf_counter() - began,
            "peak_kib": usage.ru_maxrss,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
