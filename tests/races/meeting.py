"""A point in the code where two threads see whether they can be there at the same time."""

import threading


class Meeting:
    """Somewhere between reading facts and acting on them.

    Without a lock both arrive, having read the same facts, and go on together. With the lock only one can arrive: it waits a
    moment for the other, who stands before the lock, and goes on alone.
    """

    def __init__(self, people: int = 2, patience: float = 2) -> None:
        self._barrier = threading.Barrier(people)
        self._patience = patience
        self.is_open = False
        self.met = False

    def open(self) -> None:
        """From now on people stop here."""
        self.is_open = True

    def attend(self) -> None:
        """Wait here for the others, as long as patience lasts."""
        if not self.is_open:
            return
        try:
            self._barrier.wait(self._patience)
            self.met = True
        except threading.BrokenBarrierError:
            pass
