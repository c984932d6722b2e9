"""Finding the sentences that recognisers are known to invent (see ``phantoms``)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from leap.domain.invented.phantoms import PHANTOMS, Phantom
from leap.domain.invented.utterances import Range, Utterance, plain

#: What is said with so many seconds of nothing around it stands by itself.
_ALONE = 5.0
#: What is said so many times comes again and again.
_AGAIN = 3
#: More words than this a ``*`` does not stand for.
_OPEN = 6

_Text = tuple[str, ...]


def phantoms(utterances: Sequence[Utterance]) -> Iterator[Range]:
    """Yield the utterances that are a phantom as a whole, or no text at all, such as ``♪``."""
    known = [(each, _phantom(each.text)) for each in utterances]
    times = Counter(each.text for each, phantom in known if phantom is not None)
    real = [each for each, phantom in known if phantom is None and each.text]
    starts, ends = [each.start for each in real], [each.end for each in real]

    def is_alone(each: Utterance) -> bool:
        after = bisect_right(starts, each.start)
        before = each.start - ends[after - 1] if after else _ALONE
        behind = starts[after] - each.end if after < len(starts) else _ALONE
        return before >= _ALONE and behind >= _ALONE

    for each, phantom in known:
        if not each.text:
            yield each.first, each.last
        elif phantom is not None:
            again = phantom.said != "often" and times[each.text] >= _AGAIN
            if phantom.said == "never" or again or is_alone(each):
                yield each.first, each.last


def _phantom(text: _Text) -> Phantom | None:
    whole, beginnings = _known()
    if text in whole:
        return whole[text]
    for length in range(1, len(text)):
        found = beginnings.get(text[:length])
        if found is not None and len(text) - length <= _OPEN:
            return found
    return None


@cache
def _known() -> tuple[dict[_Text, Phantom], dict[_Text, Phantom]]:
    """Return the phantoms that are known word for word, and those known by their beginning."""
    whole: dict[_Text, Phantom] = {}
    beginnings: dict[_Text, Phantom] = {}
    for phantom in PHANTOMS:
        text = phantom.text.removesuffix("*")
        into = whole if text == phantom.text else beginnings
        into[tuple(plain(word) for word in text.split())] = phantom
    return whole, beginnings
