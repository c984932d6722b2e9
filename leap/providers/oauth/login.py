"""Waiting for a person: whoever hears an answer offers it, the first right one counts."""

from __future__ import annotations

import threading

from leap.errors import LeapError, ProviderError
from leap.providers.oauth.attempt import Answer, Attempt, ForeignAnswer

#: How long a person has. Codes of vendors live ten minutes at most.
PATIENCE = 300.0


class Login:
    """An attempt whose answer is awaited. ``offer`` may be called by any thread."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._outcome: Answer | LeapError | None = None
        self._foreign = 0

    def offer(self, address: str) -> LeapError | None:
        """Take ``address`` as the vendor's answer; return why not, or None.

        A right answer that says no ends the login as well.
        """
        with self._lock:
            if self._over.is_set():
                return ForeignAnswer("this login is over", hint="begin another one")
            try:
                self._outcome = self.attempt.read(address)
            except ForeignAnswer as error:
                self._foreign += 1
                return error
            except ProviderError as error:
                self._outcome = error
            self._over.set()
            return self._outcome if isinstance(self._outcome, LeapError) else None

    def wait(self, seconds: float = PATIENCE) -> Answer:
        """Return the answer. Raises NeedsHuman for a no, ProviderError where none came."""
        self._over.wait(seconds)
        with self._lock:
            self._over.set()
            if isinstance(self._outcome, LeapError):
                raise self._outcome
            if self._outcome is None:
                raise self._nobody(seconds)
            return self._outcome

    def _nobody(self, seconds: float) -> ProviderError:
        minutes = seconds / 60
        waited = f"{minutes:.0f} minutes" if minutes > 1 else f"{seconds:.0f} seconds"
        message = f"{self.attempt.vendor.name} did not answer within {waited}"
        if self._foreign:
            message += ", but for answers to another login"
            return ProviderError(message, hint="log in again, with the address that is shown then")
        address = self.attempt.redirect_uri
        hint = f"log in again; the app at {self.attempt.vendor.name} has to allow {address}"
        return ProviderError(message, hint=hint)
