"""One file to one server, and the JSON of its answer. The only part that holds a key."""

from __future__ import annotations

import io
import logging
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from leap.domain.calls import Call
from leap.domain.money import Usage
from leap.domain.ports import Calls, Payment, Progress
from leap.errors import LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import REAL_TIME, AnswerLost, Outcome, Timer, call_json, client
from leap.providers.speech.refusals import judge
from leap.providers.speech.server import Server
from leap.providers.speech.transcriber import Question

_log = logging.getLogger(__name__)

#: How often a file is sent at most, since each time may have to be paid.
TRIES = 3
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 60.0
#: Seconds that a server has before it must have answered: these, half of the
#: sound's length, and what the file takes over a slow line.
_AT_LEAST = 120.0
_SLOW_LINE = 100_000
#: Three hours of words, with all that a server says of each, are some 10 MB.
_LARGEST_ANSWER = 64 << 20


class Wire:
    """Asks ``server`` with the key that ``key`` returns; an empty one is not sent.

    Every call is written down in ``calls`` before it is made, as one that
    ``account`` pays.
    """

    def __init__(
        self,
        server: Server,
        key: Callable[[], str],
        *,
        calls: Calls,
        account: str = "",
        timer: Timer = REAL_TIME,
    ) -> None:
        self._server, self._key, self._timer = server, key, timer
        self._calls, self._account = calls, account

    def __call__(self, question: Question, progress: Progress) -> Mapping[str, Any]:
        """Send the sound of ``question`` and return the answer, a mapping of whatever it holds.

        Under ``paid`` it says what it has cost (``leap.domain.calls.Paid``).

        What may work in a moment is tried again, up to three times in all; among
        that is an answer that was lost, which may have been paid for. Raises
        RetrySoon, DeferUntil, NeedsHuman, AnswerLost or another ProviderError.
        """
        wait = _FIRST_WAIT
        for left in reversed(range(TRIES)):
            try:
                return self._once(question, progress)
            except (RetrySoon, AnswerLost) as problem:
                if not left:
                    raise
                after = problem.after if isinstance(problem, RetrySoon) else None
                # Not for keys: many runners shall not come back at the same moment.
                delay = max(after or 0.0, wait * random.uniform(0.5, 1))  # noqa: S311
                _log.info("%s; again in %.1f s", problem, delay)
                progress(None, f"{problem.message}; again in {delay:.0f} s")
                self._timer.sleep(delay)
                wait = min(2 * wait, _LONGEST_WAIT)
        raise AssertionError

    def _once(self, question: Question, progress: Progress) -> Mapping[str, Any]:
        """Make one call, which costs money where it is answered."""
        server, used = self._server, Usage(seconds=question.seconds)
        asked = Call(server.vendor, server.model, self._account, question.digest, at_most=used)
        key = self._key()
        with self._calls.paying(asked) as payment:
            answer = self._sent(question, key, payment, progress)
            paid = payment.answered(used)
        if not isinstance(answer, Mapping):
            raise ProviderError(f"{server.name} answered with something else than a transcript")
        return {**answer, "paid": paid.to_json()}

    def _sent(self, question: Question, key: str, payment: Payment, progress: Progress) -> Any:
        """Send the sound once and return the JSON of the answer."""
        server = self._server
        url = f"{server.url}/v1/audio/transcriptions"
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        with _Upload(question.audio, server.name, progress) as sound:
            total = deadline(question.seconds, sound.size)
            with client(
                server.name,
                read=total,
                total=total,
                largest=_LARGEST_ANSWER,
                allow_insecure=server.allow_insecure,
            ) as http:
                file = (question.audio.name, sound, "audio/flac")
                # An open file is streamed, with its exact length said before.
                request = http.build_request(
                    "POST", url, headers=headers, data=question.form, files={"file": file}
                )
                judged = _refusing(payment, judge(server, key))
                return call_json(http, request, outcome=judged, attempts=1, deadline=total)


def _refusing(payment: Payment, judged: Outcome) -> Outcome:
    """Return ``judged``, which also notes that a server which said no is paid nothing."""

    def outcome(response: httpx.Response) -> LeapError | None:
        wrong = judged(response)
        if wrong is not None:
            payment.refused()
        return wrong

    return outcome


def deadline(seconds: float, size: int) -> float:
    """Return how long an answer to ``seconds`` of sound in ``size`` bytes may take."""
    return _AT_LEAST + seconds / 2 + size / _SLOW_LINE


def api_key(account: str, fields: Mapping[str, str]) -> str:
    """Return the key in a credential. Raises NeedsHuman where it has none."""
    key = fields.get("api_key", "").strip()
    if not key:
        hint = "give it one with `leap secrets set`"
        raise NeedsHuman(f"the account {account} has no api_key", hint=hint)
    return key


class _Upload(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, to: str, progress: Progress) -> None:
        super().__init__(path, "rb")
        self.size = path.stat().st_size
        self._to, self._progress = to, progress

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(-1 if size is None else size) or b""
        sent = self.tell()
        if sent >= self.size:
            self._progress(None, f"{self._to} is listening")
        else:
            share = f"{sent / 1e6:.0f} of {self.size / 1e6:.0f} MB"
            self._progress(None, f"sending {share} to {self._to}")
        return found
