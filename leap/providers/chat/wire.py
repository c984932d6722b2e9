"""One question to a chat model and its answer, over HTTP, paid for once.

``POST …/chat/completions`` of OpenAI's protocol, which every vendor here
speaks; https://api-docs.deepseek.com has the one that this was made for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx

from leap.domain.calls import Call
from leap.domain.fingerprint import digest
from leap.domain.money import Usage
from leap.domain.ports import Answers, Calls, Payment, Tokens
from leap.errors import DeferUntil, LeapError, NeedsHuman, RetrySoon
from leap.faults import point
from leap.providers.chat.prompt import Message
from leap.providers.chat.refusals import Unusable, refusal
from leap.providers.http import REAL_TIME, Timer, call, client, json_of

#: What makes an answer repeatable and plain, by vendor. Thinking is on by default
#: at DeepSeek; it takes minutes, costs as much again, and ignores the temperature.
#: https://api-docs.deepseek.com/guides/thinking_mode
_PARAMETERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"deepseek": {"thinking": {"type": "disabled"}}}
)
#: Tokens that an answer may have at first, as far as the vendor allows.
FIRST_LONGEST = 4096
#: The least bytes that a token stands for, in any language; the count is of the upper kind.
_BYTES_PER_TOKEN = 3


@dataclass(frozen=True, slots=True)
class ChatModel:
    """Who is asked.

    Attributes:
        vendor: by the word of the YAML, ``deepseek``; prices go by it.
        service: as people know it, ``DeepSeek``.
        url: where ``/chat/completions`` and ``/models`` are.
        model: by the vendor's name for it.
        context: tokens that question and answer may have together.
        longest: tokens that an answer may have.
        renew: the command that gives the account another key.
    """

    vendor: str
    service: str
    url: str
    model: str
    context: int
    longest: int
    renew: str = ""
    allow_insecure: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an answer. DeepSeek itself gives up after ten minutes.

    ``answer`` and ``deadline`` are seconds for one attempt and for all of them,
    however many blank lines keep coming in between.
    """

    attempts: int = 3
    answer: float = 600.0
    deadline: float = 900.0
    timer: Timer = REAL_TIME


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered; ``model`` is the one that it says it is."""

    text: str
    is_whole: bool
    model: str
    usage: Usage = field(default_factory=Usage)


class Chat:
    """Asks one model. What it answered before is not asked again (``Answers``)."""

    def __init__(
        self,
        model: ChatModel,
        tokens: Tokens,
        *,
        answers: Answers,
        calls: Calls,
        patience: Patience | None = None,
    ) -> None:
        self.model = model
        self._tokens, self._answers, self._calls = tokens, answers, calls
        self._patience = patience or Patience()

    def fits(self, messages: Sequence[Message]) -> bool:
        """Tell whether the model can read ``messages`` and still answer."""
        return tokens_at_most(messages) + self.model.longest <= self.model.context

    def ask(self, messages: Sequence[Message]) -> Completion:
        """Return the whole answer to ``messages``.

        An answer that was cut off for its length is asked for anew with as much
        room as there is. Raises Unusable, RetrySoon, DeferUntil, NeedsHuman,
        SecretError, LedgerError or another ProviderError.
        """
        for longest in sorted({min(FIRST_LONGEST, self.model.longest), self.model.longest}):
            found = self._once(messages, longest)
            if found.is_whole:
                return found
        message = f"{self.model.service}: the answer of {self.model.model} broke off for its length"
        raise Unusable(message)

    def _once(self, messages: Sequence[Message], longest: int) -> Completion:
        question = {
            "model": self.model.model,
            "messages": list(messages),
            "temperature": 0,
            "max_tokens": longest,
            "response_format": {"type": "json_object"},
            "stream": False,
            **_PARAMETERS.get(self.model.vendor, {}),
        }
        key = digest({"chat": self.model.vendor, "question": digest(question)})
        kept = self._answers.get(key)
        if kept is not None:
            return Completion(kept["text"], kept["whole"], kept["model"])
        fields = self._tokens.current()
        if not fields.get("api_key"):
            message = f"the account {self._tokens.account} has no `api_key`"
            raise NeedsHuman(message, hint=self.model.renew)
        at_most = Usage(prompt_tokens=tokens_at_most(messages), completion_tokens=longest)
        asked = Call(
            self.model.vendor, self.model.model, self._tokens.account, digest=key, at_most=at_most
        )
        with self._calls.paying(asked) as payment:
            found, paid = self._sent(question, fields["api_key"], payment)
        self._answers.put(
            key,
            {
                "text": found.text,
                "whole": found.is_whole,
                "model": found.model,
                "paid": paid,
            },
        )
        point("topics.answered")
        return found

    def _sent(
        self, question: Mapping[str, Any], api_key: str, payment: Payment
    ) -> tuple[Completion, Mapping[str, Any]]:
        """Send ``question`` until it is answered; return the answer and what it cost."""
        patience, model = self._patience, self.model
        answers: list[Completion] = []
        refused = 0

        def judged(response: httpx.Response) -> LeapError | None:
            nonlocal refused
            wrong = refusal(response, model.service, self._tokens.account, model.model, model.renew)
            if wrong is not None:
                refused += 1
                return wrong
            found = _completion(json_of(response), model)
            answers.append(found)
            if found.text.strip():
                return None
            # https://api-docs.deepseek.com/guides/json_mode: an answer that is no
            # JSON is replaced by blanks.
            return RetrySoon(f"{model.service}: the answer of {model.model} is blank")

        with client(
            model.service,
            read=patience.answer,
            total=patience.answer,
            allow_insecure=model.allow_insecure,
        ) as http:
            request = http.build_request(
                "POST",
                f"{model.url}/chat/completions",
                headers={"Authorization": f"Bearer {api_key}"},
                json=question,
            )
            try:
                # Asking twice may cost twice, and nothing else: no answer is no use.
                call(
                    http,
                    request,
                    outcome=judged,
                    attempts=patience.attempts,
                    deadline=patience.deadline,
                    repeatable=True,
                    timer=patience.timer,
                )
            except DeferUntil as error:
                raise _for_account(error) from None
            except RetrySoon as error:
                if answers:
                    payment.answered(_spent(answers))
                    raise Unusable(error.message) from None
                if refused == patience.attempts:
                    payment.refused()
                raise
        return answers[-1], payment.answered(_spent(answers)).to_json()


def _for_account(error: DeferUntil) -> DeferUntil:
    """Return ``error`` about all calls with the account: that is what vendors limit."""
    return DeferUntil(error.message, until=error.until, for_account=True, hint=error.hint)


def tokens_at_most(messages: Sequence[Message]) -> int:
    """Return how many tokens ``messages`` are at most, near enough to plan with."""
    size = sum(len(text.encode()) for message in messages for text in message.values())
    return size // _BYTES_PER_TOKEN + 1


def _spent(answers: Sequence[Completion]) -> Usage:
    return sum((each.usage for each in answers), Usage())


def _completion(data: Any, model: ChatModel) -> Completion:
    """Read an answer; raises RetrySoon for one that is none, Unusable for one that was forbidden."""
    try:
        choice = data["choices"][0]
        text, reason = choice["message"].get("content"), choice.get("finish_reason")
        name = data.get("model")
    except (KeyError, IndexError, TypeError, AttributeError):
        message = f"{model.service}: the answer is no chat completion"
        raise RetrySoon(message) from None
    if reason == "content_filter":
        message = f"{model.service}: {model.model} declined to answer"
        raise Unusable(message)
    if reason == "insufficient_system_resource":
        message = f"{model.service}: {model.model} was interrupted"
        raise RetrySoon(message)
    return Completion(
        text=text if isinstance(text, str) else "",
        is_whole=reason != "length",
        model=name if isinstance(name, str) and name.isprintable() else model.model,
        usage=_usage(data.get("usage")),
    )


def _usage(data: Any) -> Usage:
    """Return what was used up; DeepSeek and OpenAI count what was cached in different places."""
    if not isinstance(data, Mapping):
        return Usage()
    details = data.get("prompt_tokens_details")
    cached = data.get("prompt_cache_hit_tokens")
    if cached is None and isinstance(details, Mapping):
        cached = details.get("cached_tokens")
    prompt = _count(data.get("prompt_tokens"))
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=min(_count(cached), prompt),
        completion_tokens=_count(data.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0
