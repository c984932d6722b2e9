"""The origin: keys, models, balances and chat completions."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from emulators.bodies import Bytes
from emulators.clock import Clock
from emulators.deepseek.model import as_text, outline, tokens
from emulators.deepseek.slips import Slip
from emulators.faults import Fault, Faults
from emulators.journal import Exchange, Journal
from emulators.messages import Answer, Request, Wire, as_json
from emulators.serving import Server

_MILLION = Decimal(1_000_000)
#: Dollars for a million tokens: cached, not cached, answered.
_PRICES = {
    "deepseek-flash": (Decimal("0.003"), Decimal("0.15"), Decimal("0.60")),
    "deepseek-v4-pro": (Decimal("0.022"), Decimal("0.66"), Decimal("1.98")),
}
_HOSTED = "accounts/fireworks/models/deepseek-v4-flash"
_MOST_AT_ONCE = 4096
#: Seconds after which the server ends a connection on which it has not begun to answer.
_LONGEST_WAIT = 600
#: Prefixes are cached in pieces of so many tokens.
_PIECE = 64


@dataclass
class Account:
    """Who pays; what is left on the account, in dollars."""

    key: str
    balance: Decimal = Decimal(10)
    spent: Decimal = Decimal(0)


@dataclass
class _Turn:
    """What shall be said instead of the right answer, how often, and to whom."""

    slip: Slip
    times: int | None
    model: str | None
    hits: int = field(default=0)


class DeepSeek:
    """DeepSeek between ``with`` and the end of its block; see the package."""

    def __init__(
        self,
        *,
        hosted: bool = False,
        obedient: bool = False,
        clock: Clock | None = None,
        journal: Path | None = None,
        port: int = 0,
    ) -> None:
        self.hosted, self.obedient = hosted, obedient
        self.clock = clock or Clock()
        self.journal, self.faults = Journal(journal), Faults()
        self.prices = {_HOSTED: _PRICES["deepseek-flash"]} if hosted else dict(_PRICES)
        self.accounts: dict[str, Account] = {}
        #: How often each question was asked, by its hash; above 1 something was paid twice.
        self.asked: Counter[str] = Counter()
        #: Empty lines, or comments of a stream, before an answer.
        self.keep_alive = 0
        self._turns: list[_Turn] = []
        self._cached: set[str] = set()
        self._lock = threading.Lock()
        self.server = Server(
            self._answer,
            name="fireworks" if hosted else "deepseek",
            port=port,
            journal=self.journal,
            faults=self.faults,
            clock=self.clock,
        )
        self._base = "/inference/v1" if hosted else ""
        self.url = self.server.url + self._base

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.server.__exit__(kind, *rest)
        self.journal.close()

    # What a test says

    def key(self, balance: float = 10) -> str:
        """Add an account with so many dollars; return its key."""
        key = f"sk-{secrets.token_hex(16)}"
        self.accounts[key] = Account(key, Decimal(str(balance)))
        return key

    def says(self, slip: Slip, times: int | None = 1, *, model: str | None = None) -> None:
        """Let the model slip in its next answers; ``times`` None is for ever."""
        self._turns.append(_Turn(slip, times, model))

    def fault(self, status: int | None = None, **what: Any) -> Fault:
        """Let questions go wrong; with a status as DeepSeek says it (see `Faults.add`)."""
        if status is not None:
            what = {"status": status, "json": _problem(status), **what}
        return self.faults.add(f"POST {self._base}/chat/completions", **what)

    def hangs(self, times: int | None = 1) -> Fault:
        """Let nothing come but empty lines, to the end of DeepSeek's patience on the clock."""
        began: list[Any] = []

        def then(_: Request, answer: Answer) -> Answer:
            began.append(self.clock.now())
            return Answer(
                200, _Waiting(self.clock), answer.headers, Wire(length="omitted", rate=80)
            )

        return self.fault(times=times, then=then)

    # What a test sees

    @property
    def requests(self) -> list[Exchange]:
        """Every question that came, answered or not."""
        return self.journal.of(f"POST {self._base}/chat/completions")

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The bodies of all questions."""
        return [json.loads(exchange.request.body) for exchange in self.requests]

    @property
    def cost(self) -> Decimal:
        """What all answers cost, in dollars."""
        return sum((account.spent for account in self.accounts.values()), Decimal(0))

    @property
    def duplicates(self) -> int:
        """How many questions were answered that had been answered before."""
        return sum(count - 1 for count in self.asked.values())

    # What a client sees

    def _answer(self, request: Request) -> Answer:
        account = self.accounts.get(request.bearer or "")
        if account is None:
            return as_json(_problem(401), 401)
        match request.method, request.path.removeprefix(self._base):
            case "POST", "/chat/completions":
                return self._completion(request, account)
            case "GET", "/models":
                data = [{"id": name, "object": "model"} for name in self.prices]
                return as_json({"object": "list", "data": data})
            case "GET", "/user/balance" if not self.hosted:
                said = {"currency": "USD", "total_balance": f"{account.balance:.2f}"}
                return as_json({"is_available": account.balance > 0, "balance_infos": [said]})
        return as_json(_problem(404), 404)

    def _completion(self, request: Request, account: Account) -> Answer:
        try:
            asked = request.json
        except ValueError:
            return as_json(_problem(400), 400)
        status = self._refused(asked, account)
        if status:
            return as_json(_problem(status), status)
        messages = asked["messages"]
        thinks = not self.hosted and asked.get("thinking", {}).get("type") != "disabled"
        text, reason = as_text(outline(messages, obedient=self.obedient)), "stop"
        with self._lock:
            self.asked[hashlib.sha256(request.body).hexdigest()] += 1
            slip = self._slip(asked["model"])
            if slip:
                text, reason = slip(text)
            # A token is about four characters, here as elsewhere.
            longest = 4 * asked.get("max_tokens", _MOST_AT_ONCE)
            if len(text) > longest:
                text, reason = text[:longest], "length"
            usage = self._paid(account, asked["model"], messages, text, thinks=thinks)
        said: dict[str, Any] = {"role": "assistant", "content": text}
        if thinks:
            said["reasoning_content"] = "Let me think about it. " * 20
        choice = {"index": 0, "message": said, "finish_reason": reason}
        whole = {"id": secrets.token_hex(8), "model": asked["model"], "usage": usage}
        if asked.get("stream"):
            return _stream(whole, choice, self.keep_alive)
        answer = as_json({"object": "chat.completion", **whole, "choices": [choice]})
        body = b"\n" * self.keep_alive + answer.body.content  # type: ignore[attr-defined]
        return Answer(200, Bytes(body), answer.headers, Wire(length="chunked"))

    def _refused(self, asked: Any, account: Account) -> int | None:
        if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list):
            return 422
        if asked.get("model") not in self.prices:
            return 404 if self.hosted else 400
        longest = asked.get("max_tokens", _MOST_AT_ONCE)
        if not isinstance(longest, int) or longest < 1:
            return 422
        if self.hosted and longest > _MOST_AT_ONCE and not asked.get("stream"):
            return 400
        wants_json = asked.get("response_format", {}).get("type") == "json_object"
        if wants_json and "json" not in json.dumps(asked["messages"]).lower():
            return 400
        return 402 if account.balance <= 0 else None

    def _slip(self, model: str) -> Slip | None:
        for turn in self._turns:
            if turn.model in (None, model) and (turn.times is None or turn.hits < turn.times):
                turn.hits += 1
                return turn.slip
        return None

    def _paid(
        self, account: Account, model: str, messages: list[Any], text: str, *, thinks: bool
    ) -> dict[str, Any]:
        """Take the money, and return what was used up."""
        prompt = "".join(str(message.get("content")) for message in messages)
        cached = self._known(prompt)
        thought = 120 if thinks else 0
        counts = tokens(prompt), tokens(text) + thought
        hit, miss, out = self.prices[model]
        cost = (cached * hit + (counts[0] - cached) * miss + counts[1] * out) / _MILLION
        account.spent += cost
        account.balance -= cost
        return {
            "prompt_tokens": counts[0],
            "completion_tokens": counts[1],
            "total_tokens": sum(counts),
            "prompt_cache_hit_tokens": cached,
            "prompt_cache_miss_tokens": counts[0] - cached,
            "completion_tokens_details": {"reasoning_tokens": thought},
        }

    def _known(self, prompt: str) -> int:
        """Return how many tokens at the beginning of ``prompt`` were sent before; remember all."""
        pieces = [prompt[: end * 4] for end in range(_PIECE, tokens(prompt) + 1, _PIECE)]
        hashes = [hashlib.sha256(piece.encode()).hexdigest() for piece in pieces]
        known = sum(each in self._cached for each in hashes) * _PIECE
        self._cached.update(hashes)
        return known


class _Waiting:
    """Empty lines, until the server loses its patience by its own clock."""

    size = 1 << 40

    def __init__(self, clock: Clock) -> None:
        self._clock, self._began = clock, clock.now()

    def pieces(self, offset: int, length: int) -> Any:
        del offset, length
        while (self._clock.now() - self._began).total_seconds() < _LONGEST_WAIT:
            yield b"\n"


def _stream(whole: dict[str, Any], choice: dict[str, Any], comments: int) -> Answer:
    text = choice["message"]["content"]
    pieces = [text[start : start + 200] for start in range(0, len(text), 200)]
    events: list[dict[str, Any]] = [
        {**whole, "usage": None, "choices": [{"index": 0, "delta": {"content": piece}}]}
        for piece in pieces
    ]
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    events.append({**whole, "choices": [last]})
    lines = [": keep-alive\n\n"] * comments
    lines += [f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    return Answer(200, Bytes(body), {"Content-Type": "text/event-stream"}, Wire(length="chunked"))


_MESSAGES = {
    400: "Model Not Exist",
    401: "Authentication Fails, Your api key is invalid",
    402: "Insufficient Balance",
    422: "Failed to deserialize the JSON body",
    429: "Rate limit reached",
    500: "Internal Server Error",
    503: "Service is too busy",
}


def _problem(status: int) -> dict[str, Any]:
    message = _MESSAGES.get(status, "Not Found")
    return {"error": {"message": message, "type": "unknown_error", "param": None, "code": None}}
