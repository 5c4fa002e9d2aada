"""Runs one of the product's programs on a clock that a test moves from outside.

    python -m tests.clock_server OFFSET_FILE manage.py serve
    python -m tests.clock_server OFFSET_FILE celery -A contactcenter worker -P threads

The file holds by how many seconds the program's clock is ahead; time runs on from there. The product knows nothing
of it.
"""

import os
import runpy
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

LOOK_EVERY = 0.05


def follow(path: Path, traveller: time_machine.Traveller) -> None:
    ahead = 0.0
    while True:
        try:
            wanted = float(path.read_text() or 0)
        except (OSError, ValueError):
            wanted = ahead  # just being written
        if wanted != ahead:
            traveller.shift(wanted - ahead)
            ahead = wanted
        time.sleep(LOOK_EVERY)


def main() -> None:
    path, program, *arguments = sys.argv[1:]
    offset_file = Path(path)
    traveller = time_machine.travel(datetime.now(UTC), tick=True).start()
    # Time runs on from the first look at it, not before: the launcher may not look for many seconds.
    time.time()

    def start_following() -> None:
        threading.Thread(target=follow, args=(offset_file, traveller), daemon=True).start()

    # The launcher forks, and a forked process has none of its parent's threads. The parent itself stays on real time.
    os.register_at_fork(after_in_child=start_following)
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        start_following()
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
