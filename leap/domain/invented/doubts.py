"""What a recogniser's own answer says against its words.

Read from the fields that OpenAI's ``verbose_json`` made common, wherever an
answer (``Heard.raw``) has them; fields of other shapes say nothing:

    {"segments": [{"start", "end", "text", "no_speech_prob", "avg_logprob"}],
     "words": [{"start", "end", "hallucination_score"}]}
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from leap.domain.cuts import Span

#: Whisper takes a window for silent from these on, both together:
#: https://arxiv.org/abs/2212.04356, section 4.5
_NO_SPEECH, _UNSURE = 0.6, -1.0
#: From here on a recogniser that rates its words is all but certain.
_INVENTED = 0.9
#: A segment that fills its window to the split second, with hardly a word in it.
_WINDOW, _EXACT, _FEW_WORDS = 30.0, 0.02, 10


def doubts(raw: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return where the answer ``raw`` doubts that anybody speaks, ascending, on its own timeline."""
    found = [
        *(_span(each) for each in _items(raw, "segments") if _is_doubted(each)),
        *(_span(each) for each in _items(raw, "words") if _is_rated_down(each)),
    ]
    joined: list[Span] = []
    for span in sorted(found):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def _is_doubted(segment: Mapping[str, Any]) -> bool:
    no_speech, sure = _number(segment, "no_speech_prob"), _number(segment, "avg_logprob")
    if no_speech is not None and sure is not None and no_speech > _NO_SPEECH and sure < _UNSURE:
        return True
    text = segment.get("text")
    length = segment["end"] - segment["start"]
    fills_window = abs(length - _WINDOW) <= _EXACT
    return fills_window and isinstance(text, str) and len(text.split()) <= _FEW_WORDS


def _is_rated_down(word: Mapping[str, Any]) -> bool:
    score = _number(word, "hallucination_score")
    return score is not None and _INVENTED <= score <= 1


def _items(raw: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    items = raw.get(name)
    for each in items if isinstance(items, list) else ():
        if isinstance(each, Mapping):
            start, end = _number(each, "start"), _number(each, "end")
            if start is not None and end is not None and start <= end:
                yield each


def _span(item: Mapping[str, Any]) -> Span:
    return Span(float(item["start"]), float(item["end"]))


def _number(item: Mapping[str, Any], name: str) -> float | None:
    value = item.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if math.isfinite(value) else None
