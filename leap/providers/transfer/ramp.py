"""How many connections a server rewards: found by trying, one step at a time."""

from __future__ import annotations

from enum import Enum, auto

#: Seconds for which a new number of connections settles, and then is measured.
WINDOW = 0.25
_LONGEST_WINDOW = 3.0
#: So many windows go by before a step counts as no help: a busy machine is slow to start.
_TRIES = 4
#: Of the gain that twice as many could bring, this share must show.
_WORTH = 0.25
#: Seconds after which a step that did not help is tried again, first and at most.
_PATIENCE = 4.0
_LONGEST_PATIENCE = 60.0
#: The share of the allowed connections that a server with ranges gets at once.
_BEGIN = 0.5


class _Phase(Enum):
    SETTLING = auto()
    MEASURING = auto()
    RESTING = auto()


class Ramp:
    """Decides how many connections to have, at most ``most``.

    It begins with one. Once ranges are known to work (`begin`), it doubles the
    number for as long as each step brings clearly more bytes per second; a step
    that does not is taken back, and tried again later, less and less often. A
    server that refuses a connection (`refused`) gets one less. Time is in
    seconds of any clock that only goes forward.
    """

    def __init__(self, most: int, now: float) -> None:
        self._most = most
        self.wanted = 1
        self._window = WINDOW
        self._patience = _PATIENCE
        self._phase = _Phase.RESTING
        self._until = float("inf")
        #: The number of connections that is kept if the present step does not help.
        self._base = 1
        self._base_rate = 0.0
        self._mark = (now, 0)
        self._tries = 0

    def begin(self, latency: float, now: float, received: int) -> None:
        """Go up: ranges work, and an answer takes ``latency`` seconds."""
        self._window = min(max(WINDOW, 3 * latency), _LONGEST_WINDOW)
        self.wanted = max(1, int(self._most * _BEGIN))
        self._base, self._base_rate = self.wanted, 0.0
        # Measured while they start, which errs on the side of one step more.
        self._enter(_Phase.MEASURING, now, received)

    def observe(self, now: float, received: int) -> int:
        """Return how many connections there shall be, when ``received`` bytes came so far."""
        if now < self._until:
            return self.wanted
        match self._phase:
            case _Phase.SETTLING:
                self._enter(_Phase.MEASURING, now, received)
            case _Phase.MEASURING:
                self._judge(self._rate(now, received), now, received)
            case _Phase.RESTING:
                # What the present number brings is measured anew: the network may have changed.
                self._base, self._base_rate = self.wanted, 0.0
                self._enter(_Phase.MEASURING, now, received)
        return self.wanted

    def refused(self, active: int, now: float, received: int) -> None:
        """Have one less than the ``active`` connections, and stay there for a while."""
        self.wanted = max(1, min(self.wanted, active) - 1)
        self._rest(now, received)

    def _judge(self, rate: float, now: float, received: int) -> None:
        if self.wanted == self._base:
            self._base_rate = rate
        else:
            gain = _WORTH * (self.wanted / self._base - 1)
            if rate < self._base_rate * (1 + gain):
                self._tries += 1
                if self._tries < _TRIES:
                    self._until = now + self._window
                    return
                self.wanted = self._base
                self._rest(now, received)
                return
            self._patience = _PATIENCE
            self._base, self._base_rate = self.wanted, rate
        if self.wanted < self._most:
            self.wanted = min(self._most, 2 * self.wanted)
            self._enter(_Phase.SETTLING, now, received)
        else:
            self._phase, self._until = _Phase.RESTING, float("inf")

    def _rest(self, now: float, received: int) -> None:
        self._enter(_Phase.RESTING, now, received)
        self._until = now + self._patience
        self._patience = min(2 * self._patience, _LONGEST_PATIENCE)

    def _enter(self, phase: _Phase, now: float, received: int) -> None:
        self._phase, self._until, self._mark = phase, now + self._window, (now, received)
        self._tries = 0

    def _rate(self, now: float, received: int) -> float:
        began, before = self._mark
        return (received - before) / max(now - began, 1e-6)
