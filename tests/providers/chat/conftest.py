"""A lecture to be divided, and two emulated vendors that a finder asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from emulators.deepseek import DeepSeek

from leap.domain.calls import Call, Paid
from leap.domain.money import Usage
from leap.domain.ports import Renewal
from leap.domain.stage import Stage
from leap.providers.chat import Chat, ChatFinder, ChatModel
from leap.providers.chat.wire import Patience
from leap.providers.http import Timer
from leap.providers.outline import Outliner

HOSTED = "accounts/fireworks/models/deepseek-v4-flash"


@dataclass
class Kept:
    """Answers in memory (``leap.domain.ports.Answers``)."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, digest: str) -> dict[str, Any] | None:
        return self.answers.get(digest)

    def put(self, digest: str, answer: Mapping[str, Any]) -> None:
        self.answers[digest] = dict(answer)


@dataclass
class Book:
    """Calls in memory (``leap.domain.ports.Calls``), with what became of each."""

    lines: list[tuple[Call, str, Usage]] = field(default_factory=list)

    @contextmanager
    def paying(self, call: Call) -> Iterator[Any]:
        line = len(self.lines)
        self.lines.append((call, "lost", Usage()))
        book = self

        class Payment:
            def answered(self, usage: Usage) -> Paid:
                book.lines[line] = call, "answered", usage
                now = datetime.now(UTC)
                return Paid(f"c{line}", call, "r", Stage.TOPICS, now, "answered", usage)

            def refused(self) -> None:
                book.lines[line] = call, "refused", Usage()

        yield Payment()

    @property
    def outcomes(self) -> list[str]:
        return [outcome for _, outcome, _ in self.lines]


@dataclass(frozen=True)
class Key:
    """An account with a key (``leap.domain.ports.Tokens``)."""

    account: str
    api_key: str

    def current(self) -> Mapping[str, str]:
        return {"kind": "deepseek", "api_key": self.api_key}

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        raise AssertionError("a key is never renewed")


@dataclass
class Desk:
    """Finders that ask the emulated vendors, and what they keep and write down."""

    deepseek: DeepSeek
    fireworks: DeepSeek
    kept: Kept = field(default_factory=Kept)
    book: Book = field(default_factory=Book)
    patience: Patience = field(
        default_factory=lambda: Patience(timer=Timer(sleep=lambda _: None), deadline=5, answer=3)
    )

    def chat(self, *, hosted: bool = False, key: str | None = None, **more: Any) -> Chat:
        """Return who asks one of the vendors."""
        at = self.fireworks if hosted else self.deepseek
        said: dict[str, Any] = {
            "vendor": "fireworks" if hosted else "deepseek",
            "service": "Fireworks" if hosted else "DeepSeek",
            "url": at.url,
            "model": HOSTED if hosted else "deepseek-flash",
            "context": 128_000,
            "longest": 4096 if hosted else 8000,
            "renew": "leap secrets set uni deepseek.api_key",
            "allow_insecure": True,
        } | more
        return Chat(
            ChatModel(**said),
            Key(f"{said['vendor']}-main", key or at.key()),
            answers=self.kept,
            calls=self.book,
            patience=self.patience,
        )

    def finder(self, *chats: Chat) -> ChatFinder:
        """Return a finder that asks ``chats``, by default DeepSeek alone."""
        return ChatFinder(chats or (self.chat(),), Outliner())

    def both(self) -> ChatFinder:
        """Return a finder that falls back on Fireworks."""
        return self.finder(self.chat(), self.chat(hosted=True))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with DeepSeek() as deepseek, DeepSeek(hosted=True) as fireworks:
        yield Desk(deepseek, fireworks)
