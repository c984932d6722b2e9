"""What shall go wrong: rules that say which request, when, and what happens instead."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from emulators.bodies import Bytes
from emulators.messages import Answer, Pattern, Request, Wire, as_json


@dataclass(slots=True, kw_only=True)
class Fault:
    """A rule. It replaces the answer (``status``, ``content``), or changes how the right one goes.

    Of the requests that fit, the first ``skip`` are left alone, then ``times``
    (None: all) are hit, each with the probability ``chance``.
    """

    pattern: Pattern
    #: Fields that the query must have with these values, and what the body must contain.
    query: Mapping[str, str] = field(default_factory=dict)
    contains: bytes = b""
    skip: int = 0
    times: int | None = 1
    chance: float = 1.0

    #: What is said instead; ``json`` is a shorter way to give ``content``.
    status: int | None = None
    content: bytes = b""
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The connection ends, and the request was never handled.
    drop: bool = False
    #: Changes the right answer, for what the other fields cannot say.
    then: Callable[[Request, Answer], Answer] | None = None

    #: See `Wire`.
    delay: float = 0.0
    rate: float | None = None
    cut: int | None = None
    reset: bool = False
    stall: int | None = None
    pause: float | None = None
    length: Literal["right", "omitted", "chunked"] | int = "right"
    lost: bool = False

    #: How many requests fitted, and how many were hit.
    seen: int = 0
    hits: int = 0

    def fits(self, request: Request) -> bool:
        """Return whether the rule speaks of this request."""
        return (
            self.pattern.fits(request)
            and self.query.items() <= request.query.items()
            and self.contains in request.body
        )

    def answer(self, request: Request, handle: Callable[[Request], Answer]) -> Answer | None:
        """Return what is said, or None where nothing is."""
        if self.drop:
            return None
        if self.status is not None:
            said = self._instead(self.status)
        else:
            said = handle(request)
            said = dataclasses.replace(said, headers={**said.headers, **self.headers})
        if self.then:
            said = self.then(request, said)
        changed = {
            name: value
            for name, default in _PLAIN.items()
            if (value := getattr(self, name)) != default
        }
        return dataclasses.replace(said, wire=dataclasses.replace(said.wire, **changed))

    def _instead(self, status: int) -> Answer:
        if self.json is not None:
            return as_json(self.json, status, self.headers)
        return Answer(status, Bytes(self.content), self.headers)


_PLAIN = dataclasses.asdict(Wire())


class Faults:
    """The rules of a server; of those that apply to a request the oldest is taken."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)
        self._rules: list[Fault] = []

    def add(self, pattern: str, **what: Any) -> Fault:
        """Add a rule for the requests that ``pattern`` means; ``what`` are fields of `Fault`."""
        rule = Fault(pattern=Pattern(pattern), **what)
        with self._lock:
            self._rules.append(rule)
        return rule

    def remove(self, rule: Fault) -> None:
        """Let it go right again."""
        with self._lock:
            self._rules.remove(rule)

    def clear(self) -> None:
        """Remove every rule."""
        with self._lock:
            self._rules.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the rule that hits ``request``, and count it."""
        with self._lock:
            for rule in self._rules:
                if not rule.fits(request):
                    continue
                rule.seen += 1
                done = rule.times is not None and rule.hits >= rule.times
                if done or rule.seen <= rule.skip or self._dice.random() >= rule.chance:
                    continue
                rule.hits += 1
                return rule
        return None
