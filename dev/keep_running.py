"""Starts a function again whenever it ends: the runner by which `cargo run` starts a function under `make run`.

`cargo lambda watch` starts a function again only after a change of its source. Until then, no call of a function that
has ended is answered.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

# Seconds before the next start. The pause doubles while the function ends within `STEADY_AFTER` seconds.
SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
STEADY_AFTER = 10.0


def keep_running(command: list[str]) -> None:
    """Runs the command until this process gets SIGTERM, which ends both."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    pause = SHORTEST_PAUSE
    while True:
        began = time.monotonic()
        function = subprocess.Popen(command)
        try:
            code = function.wait()
        finally:
            if function.poll() is None:
                function.terminate()
        if time.monotonic() - began > STEADY_AFTER:
            pause = SHORTEST_PAUSE
        name = Path(command[0]).name
        print(f"The function {name} has ended ({describe(code)}); it is started again in {pause:g} s.", flush=True)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def describe(code: int) -> str:
    """How a process ended, after its exit code: `exit code 1`, `SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


if __name__ == "__main__":
    keep_running(sys.argv[1:])
