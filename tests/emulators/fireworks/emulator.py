"""Origins that take OpenAI's form for transcriptions, with the habits of one vendor."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

from emulators.clock import Clock
from emulators.faults import Fault, Faults
from emulators.fireworks.form import Form, read_form
from emulators.fireworks.sound import NoSound, samples, seconds
from emulators.fireworks.spoken import Heard, Text, TimedWord
from emulators.journal import Journal
from emulators.messages import Answer, Request, as_html, as_json
from emulators.serving import Server

Habits = Literal["fireworks", "openai", "speaches"]
PATH = "/v1/audio/transcriptions"

#: By habits: origins with their models and prices per minute (USD).
_MODELS: Mapping[Habits, Mapping[str, Mapping[str, float]]] = {
    "fireworks": {"turbo": {"whisper-v3-turbo": 0.0009}, "prod": {"whisper-v3": 0.0015}},
    "openai": {"api": {"whisper-1": 0.006, "gpt-4o-transcribe": 0.006}},
    "speaches": {"api": {"Systran/faster-whisper-tiny.en": 0.0}},
}
_LARGEST: Mapping[Habits, int] = {
    "fireworks": 1_000_000_000,
    "openai": 25 * 1024 * 1024,
    "speaches": 1_000_000_000,
}
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
#: What only models with `verbose_json` do not refuse.
_PLAIN_MODELS = frozenset({"gpt-4o-transcribe"})
_OF_WHISPER = {"fireworks": "{}", "openai": "{}", "speaches": " {}"}
_VERBOSE_ONLY = ("timestamp_granularities", "timestamp_granularities[]", "diarize")


@dataclass(frozen=True, slots=True)
class Call:
    """One transcription that was made, and has to be paid."""

    model: str
    seconds: float
    cost: float
    #: Of the sound and everything else in the form.
    digest: str
    form: Form


class Fireworks:
    """The servers of one vendor between ``with`` and the end of its block.

    ``heard`` decides what is in a sound. ``urls`` are the addresses by model;
    ``key`` is the only one that is accepted, None accepts every one and none.
    A path of faults is ``/v1/audio/transcriptions`` or ``/v1/models``.
    """

    def __init__(
        self,
        habits: Habits = "fireworks",
        *,
        heard: Heard | None = None,
        key: str | None = "fw-key",
        largest: int | None = None,
        journal: Path | None = None,
        clock: Clock | None = None,
        seed: int = 0,
    ) -> None:
        self.habits, self.key = habits, key
        self.heard: Heard = heard or Text("This is what was said in the lecture.")
        self.largest = largest if largest is not None else _LARGEST[habits]
        self.journal, self.faults, self.clock = Journal(journal), Faults(seed), clock or Clock()
        #: Whether words come without their times, out of order, or not at all.
        self.words: Literal["right", "null", "mixed"] = "right"
        #: Whether the spelling of OpenAI is understood where it is not the own one.
        self.takes_brackets = True
        self.calls: list[Call] = []
        self._open = ExitStack()
        self._servers = {
            name: Server(
                self._handler(models),
                name=name,
                journal=self.journal,
                faults=self.faults,
                clock=self.clock,
            )
            for name, models in _MODELS[habits].items()
        }

    def __enter__(self) -> Self:
        self._open.callback(self.journal.close)
        for server in self._servers.values():
            self._open.enter_context(server)
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.__exit__(*failure)

    @property
    def urls(self) -> dict[str, str]:
        """The address before ``/v1`` of each model."""
        return {
            model: self._servers[name].url
            for name, models in _MODELS[self.habits].items()
            for model in models
        }

    @property
    def cost(self) -> float:
        """What all calls cost together, in USD."""
        return sum(call.cost for call in self.calls)

    @property
    def duplicates(self) -> int:
        """How many calls had been made before, with the same sound and the same form."""
        return sum(count - 1 for count in Counter(call.digest for call in self.calls).values())

    @property
    def requests(self) -> int:
        """How many transcriptions were asked for, whatever came of it."""
        return self.journal.count(f"POST {PATH}")

    def fault(self, pattern: str = f"POST {PATH}", **what: Any) -> Fault:
        """Let something go wrong, by default a transcription; see `faults.Faults.add`."""
        return self.faults.add(pattern, **what)

    def _handler(self, models: Mapping[str, float]) -> Callable[[Request], Answer]:
        def handle(request: Request) -> Answer:
            match request.method, request.path:
                case "POST", "/v1/audio/transcriptions":
                    return self._guarded(request) or self._transcribe(request, models)
                case "GET", "/v1/models":
                    listed = [{"id": model, "object": "model"} for model in models]
                    return self._guarded(request) or as_json({"object": "list", "data": listed})
            return as_html("<html><body>404 page not found</body></html>", 404)

        return handle

    def _guarded(self, request: Request) -> Answer | None:
        # The documentation of Fireworks shows the bare key, its examples `Bearer`.
        given = request.bearer or request.headers.get("authorization", "")
        if self.key is None or given == self.key:
            return None
        return refusal(401, f"Incorrect API key provided: {given[:8]}")

    def _transcribe(self, request: Request, models: Mapping[str, float]) -> Answer:
        form = read_form(request)
        if form is None or form.file is None:
            return refusal(400, "a multipart form with a file is required")
        model = form.one("model")
        if model not in models:
            return refusal(404, f"the model {model} does not exist")
        if len(form.file) > self.largest:
            return refusal(413, f"Maximum content size limit ({self.largest}) exceeded")
        shape = form.one("response_format", "json")
        problem = self._unfit(form, model, shape)
        if problem:
            return refusal(400, problem)
        try:
            sound = samples(form.file)
        except NoSound:
            return refusal(400, "Invalid file format: audio could not be decoded")
        words = self.heard.words(sound)
        self.calls.append(self._call(form, model, seconds(sound), models[model]))
        return self._answer(form, shape, words, seconds(sound))

    def _unfit(self, form: Form, model: str, shape: str) -> str:
        """Return what of a form is against the rules, or nothing."""
        if shape not in _FORMATS:
            return f"response_format {shape} is not supported"
        if shape == "verbose_json" and model in _PLAIN_MODELS:
            return f"response_format 'verbose_json' is not compatible with model '{model}'"
        if shape != "verbose_json" and (used := [n for n in _VERBOSE_ONLY if n in form.fields]):
            return f"{used[0]} requires response_format=verbose_json"
        if form.one("diarize") == "true" and "word" not in self._granularities(form):
            return "diarize requires word timestamps"
        if wrong := self._granularities(form) - {"word", "segment"}:
            return f"timestamp_granularities: {wrong.pop()} is not known"
        try:
            [float(each) for each in form.one("temperature", "0").split(",")]
        except ValueError:
            return "temperature must be a number"
        return ""

    def _granularities(self, form: Form) -> set[str]:
        found: list[str] = []
        if self.habits == "fireworks":
            for value in form.fields.get("timestamp_granularities", []):
                found += value.split(",")
        if self.habits != "fireworks" or self.takes_brackets:
            found += form.fields.get("timestamp_granularities[]", [])
        return set(found) or {"segment"}

    def _call(self, form: Form, model: str, length: float, price: float) -> Call:
        fields = repr(sorted(form.fields.items())).encode()
        digest = hashlib.sha256(samples(form.file or b"") + fields).hexdigest()
        return Call(model, length, length / 60 * price, digest, form)

    def _answer(self, form: Form, shape: str, words: list[TimedWord], length: float) -> Answer:
        text = " ".join(each.word for each in words)
        if shape in ("text", "srt", "vtt"):
            return Answer(200, as_html(text).body, {"Content-Type": "text/plain"})
        if shape == "json":
            return as_json({"text": text})
        said: dict[str, Any] = {
            "task": "transcribe",
            "language": form.one("language") or self.heard.language,
            "duration": length,
            "text": text,
            "segments": [{"id": 0, "text": text, "start": 0.0, "end": length}] if text else [],
        }
        if "word" in self._granularities(form):
            said["words"] = self._words(words)
        return as_json(said)

    def _words(self, words: list[TimedWord]) -> list[dict[str, Any]] | None:
        if self.words == "null":
            return None
        shown = [
            {
                "word": _OF_WHISPER[self.habits].format(each.word),
                "start": each.start,
                "end": each.end,
                "probability": 0.9,
                "hallucination_score": 0.0,
                "language": self.heard.language,
            }
            for each in words
        ]
        if self.habits == "openai":
            bare = [{name: each[name] for name in ("word", "start", "end")} for each in shown]
            return [{**each, "word": each["word"].strip(".,!?")} for each in bare]
        if self.words == "mixed":
            # As where a detector of voices has cut: out of order, and into each other.
            for one, other in pairwise(shown):
                one["end"] = other["start"] + 0.05
            shown = shown[1::2] + shown[::2]
        return shown


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an error as these servers say it."""
    return as_json({"error": {"message": message, "code": status}}, status, headers)
