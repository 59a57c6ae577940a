"""Run a command that is told to stop when its parent dies, however the parent dies.

`python agency/lifeline.py PARENT_PID COMMAND...` becomes the command. Where the system cannot do it (not Linux), the
next start finds the orphans by the list that the supervisor keeps.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(parent: int, command: list[str]) -> None:
    """Never returns."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 (the Procfile's own command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
