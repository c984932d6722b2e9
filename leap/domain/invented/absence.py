"""Finding words where nobody speaks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from leap.domain.cuts import Span
from leap.domain.invented.utterances import Range, Utterance
from leap.domain.transcript import Word

#: Only longer silences count, and not their edges: words' times are off by so much.
_LASTING, _BLUR = 2.0, 0.5
#: So many words, so many a second, are a voice too quiet for the level below which
#: sound counts as silence; inventions are few, or were found to be repetitions.
_A_VOICE, _SPEAKS = 12, 0.5
#: An utterance is where nobody speaks when such a share of its words is.
_MOST = 0.9


def lasting(silences: Sequence[Span]) -> tuple[Span, ...]:
    """Return the inside of the silences that are long enough to tell something."""
    return tuple(
        Span(silence.start + _BLUR, silence.end - _BLUR)
        for silence in silences
        if silence.length >= _LASTING
    )


def without_voice(
    spans: Sequence[Span], words: Sequence[Word], unmarked: Sequence[bool]
) -> tuple[Span, ...]:
    """Return ``spans`` without those in which somebody seems to speak, only quietly.

    Args:
        unmarked: of each word, whether nothing else speaks against it.
    """
    starts = [word.start for word in words]

    def has_voice(span: Span) -> bool:
        inside = range(bisect_left(starts, span.start), bisect_right(starts, span.end))
        count = sum(unmarked[index] for index in inside)
        return count >= _A_VOICE and count >= span.length * _SPEAKS

    return tuple(span for span in spans if not has_voice(span))


def covered(
    words: Sequence[Word], utterances: Sequence[Utterance], spans: Sequence[Span]
) -> Iterator[Range]:
    """Yield the utterances of which nearly all words lie in ``spans``, each in one of them."""
    if not spans:
        return
    starts = [span.start for span in spans]

    def is_inside(word: Word) -> bool:
        at = bisect_right(starts, word.start) - 1
        return at >= 0 and word.end <= spans[at].end

    for each in utterances:
        inside = sum(is_inside(word) for word in words[each.first : each.last])
        if inside >= _MOST * (each.last - each.first):
            yield each.first, each.last
