"""The emulated DeepSeek answers as its documents say, rightly and wrongly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from emulators.clock import Clock
from emulators.deepseek import DeepSeek, blank, fenced, truncated

HOSTED = "accounts/fireworks/models/deepseek-v4-flash"
LECTURE = """Write 2 to 4 chapters, 2 questions, as json.
[1] Gradient descent follows the slope of a function.
[2] Gradient descent needs a starting point.
[3] The chain rule carries errors backwards.
[4] The chain rule multiplies derivatives."""
Ask = Callable[..., httpx.Response]


@pytest.fixture
def deepseek() -> Iterator[DeepSeek]:
    with DeepSeek() as deepseek:
        yield deepseek


@pytest.fixture
def ask(deepseek: DeepSeek) -> Iterator[Ask]:
    """Return a function that asks for an outline."""
    with _asking(deepseek) as asked:
        yield asked


class _asking:  # noqa: N801 -- reads as a word in ``with``
    def __init__(self, server: DeepSeek, model: str = "deepseek-flash") -> None:
        self.server, self.model, self.http = server, model, httpx.Client(trust_env=False)

    def __enter__(self) -> Ask:
        key = self.server.key()

        def ask(**more: Any) -> httpx.Response:
            token = more.pop("key", key)
            body = {"model": self.model, "messages": [{"role": "user", "content": LECTURE}], **more}
            headers = {"Authorization": f"Bearer {token}"}
            url = f"{self.server.url}/chat/completions"
            return self.http.post(url, json=body, headers=headers)

        return ask

    def __exit__(self, *_: object) -> None:
        self.http.close()


def content(response: httpx.Response) -> str:
    return response.json()["choices"][0]["message"]["content"]


def test_the_model_answers_the_same_each_time(ask):
    """With numbers that exist, in order, the first of them 1, and different titles."""
    outline = json.loads(content(ask()))

    assert content(ask()) == json.dumps(outline)
    assert [1, 2, 3] == [chapter["sentence"] for chapter in outline["chapters"]]
    assert 3 == len({chapter["title"] for chapter in outline["chapters"]})
    assert 2 == len(outline["questions"])


def test_it_thinks_unless_it_is_told_not_to(ask):
    """Thoughts are paid for."""
    thinking, plain = ask().json(), ask(thinking={"type": "disabled"}).json()

    assert "reasoning_content" in thinking["choices"][0]["message"]
    assert "reasoning_content" not in plain["choices"][0]["message"]
    assert 120 == (thinking["usage"]["completion_tokens"] - plain["usage"]["completion_tokens"])


def test_tokens_and_dollars_are_counted_and_prefixes_are_cached(deepseek, ask):
    long = [{"role": "user", "content": LECTURE + "x" * 4000}]
    first = ask(messages=long).json()["usage"]
    second = ask(messages=[*long, {"role": "user", "content": "json again"}]).json()["usage"]

    assert 0 == first["prompt_cache_hit_tokens"]
    assert 1000 < second["prompt_cache_hit_tokens"] < second["prompt_tokens"]
    assert second["prompt_tokens"] == (
        second["prompt_cache_hit_tokens"] + second["prompt_cache_miss_tokens"]
    )
    paid = sum(
        each["prompt_cache_hit_tokens"] * Decimal("0.003")
        + each["prompt_cache_miss_tokens"] * Decimal("0.15")
        + each["completion_tokens"] * Decimal("0.60")
        for each in (first, second)
    )
    assert paid / 1_000_000 == deepseek.cost


def test_the_same_question_twice_is_counted(deepseek, ask):
    for temperature in (0, 0, 1):
        ask(temperature=temperature)

    assert (3, 1) == (len(deepseek.requests), deepseek.duplicates)


def test_empty_lines_come_before_the_json(deepseek, ask):
    deepseek.keep_alive = 50

    text = ask().text

    assert text.startswith("\n" * 50 + "{")
    assert json.loads(text)


def test_a_stream_begins_with_comments_and_ends_with_usage(deepseek, ask):
    deepseek.keep_alive = 3
    whole = content(ask())

    lines = ask(stream=True).text.split("\n\n")

    events = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    pieces = [event["choices"][0]["delta"].get("content", "") for event in events]
    assert [": keep-alive"] * 3 == lines[:3]
    assert "data: [DONE]" == lines[-2]
    assert whole == "".join(pieces)
    assert events[-1]["usage"]["prompt_tokens"] > 0


@pytest.mark.parametrize(
    "slip, begins, reason",
    [(blank, " ", "stop"), (fenced, "```json", "stop"), (truncated, "{", "length")],
)
def test_a_model_slips_as_often_as_it_is_told(deepseek, ask, slip, begins, reason):
    deepseek.says(slip)
    choice = ask().json()["choices"][0]

    assert choice["message"]["content"].startswith(begins)
    assert reason == choice["finish_reason"]
    assert json.loads(content(ask()))


def test_an_answer_is_as_long_as_it_may_be(ask):
    choice = ask(max_tokens=10).json()["choices"][0]

    assert ("length", 40) == (choice["finish_reason"], len(choice["message"]["content"]))


@pytest.mark.parametrize(
    "more, status",
    [
        ({"model": "deepseek-chat"}, 400),
        ({"key": "sk-wrong"}, 401),
        ({"messages": "text"}, 422),
        ({"max_tokens": -1}, 422),
        (
            {
                "messages": [{"role": "user", "content": "hello"}],
                "response_format": {"type": "json_object"},
            },
            400,
        ),
    ],
)
def test_a_wrong_request_is_refused_and_costs_nothing(deepseek, ask, more, status):
    answer = ask(**more)

    assert status == answer.status_code
    assert "error" in answer.json()
    assert 0 == deepseek.cost


def test_an_empty_account_is_refused(deepseek, ask):
    assert 402 == ask(key=deepseek.key(balance=0)).status_code


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_is_told_as_deepseek_tells_it(deepseek, ask, status):
    deepseek.fault(status)

    assert [status, 200] == [ask().status_code, ask().status_code]


def test_a_hang_sends_empty_lines_until_ten_minutes_have_passed():
    clock = Clock()
    with DeepSeek(clock=clock) as deepseek, _asking(deepseek) as ask:
        then = deepseek.hangs()
        began = time.monotonic()

        def hurry(request: Any, answer: Any, act: Any = then.then) -> Any:
            said = act(request, answer)
            clock.forward(601)
            return said

        then.then = hurry
        text = ask().text

    assert "" == text.strip()
    assert time.monotonic() - began < 5


def test_fireworks_has_other_names_and_shorter_answers():
    with DeepSeek(hosted=True) as hosted, _asking(hosted, HOSTED) as ask:
        answers = ask(), ask(max_tokens=8000), ask(max_tokens=8000, stream=True), ask(model="x")

        assert hosted.url.endswith("/inference/v1")
        assert [200, 400, 200, 404] == [answer.status_code for answer in answers]
        assert "reasoning_content" not in answers[0].json()["choices"][0]["message"]


def test_models_and_the_balance_are_told_to_who_has_a_key(deepseek):
    headers = {"Authorization": f"Bearer {deepseek.key(balance=2.5)}"}
    with httpx.Client(trust_env=False, base_url=deepseek.url) as http:
        models = http.get("/models", headers=headers).json()["data"]
        balance = http.get("/user/balance", headers=headers).json()
        refused = http.get("/models")

    assert {"deepseek-flash", "deepseek-v4-pro"} == {model["id"] for model in models}
    assert "2.50" == balance["balance_infos"][0]["total_balance"]
    assert 401 == refused.status_code
