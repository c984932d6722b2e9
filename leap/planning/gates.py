"""Which recordings are kept from being published, judged by what their stages found out.

Gates read the facts of finished stages and nothing else: an edited gate is
judged anew in a moment, and no stage runs again. What is not known, because a
stage has not run or is of an older version, is no reason to hold anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from leap.config.gates import Gates
from leap.domain.snapshot import PublicationFact
from leap.domain.stage import Stage

Facts = Mapping[Stage, Mapping[str, Any]]

#: The stages that gates ask.
ASKED = (Stage.DOWNLOAD, Stage.TRIM, Stage.TRANSCRIBE)

#: What `auto` wants: so many words a minute of what lasts so many seconds.
_FEW_WORDS, _A_WHILE = 5.0, 300.0
#: The parts of a publication that show the recording itself.
_SHOWN = frozenset({"media", "transcript", "captions"})

_WAY_OUT = "look at it, then change `gates` in its template, or in an override"


def failed(gates: Gates, facts: Facts) -> str:
    """Return why the recording must not be published, with its numbers; nothing where it may.

    ``facts`` are those of the finished stages under the keys that are wanted.
    """
    found = list(_failures(gates, facts))
    return f"{'; '.join(found)}; {_WAY_OUT}" if found else ""


def holds(fact: PublicationFact | None, parts: Collection[str]) -> bool:
    """Tell whether a failed gate keeps the ``parts`` from going to where ``fact`` is.

    What is published stays, and its title may still change; new media, captions
    and transcripts wait.
    """
    is_published = fact is not None and fact.external_id and fact.state != "withdrawn"
    return not is_published or not _SHOWN.isdisjoint(parts)


def _failures(gates: Gates, facts: Facts) -> Iterator[str]:
    nothing: Mapping[str, Any] = {}
    download, trim, words = (facts.get(stage, nothing) for stage in ASKED)
    damaged = download.get("damaged_share")
    if gates.decodable and damaged:
        yield f"{_percent(damaged)} of its pictures or sound is damaged (gates.decodable)"
    trimmed, most = trim.get("removed_share"), gates.max_trimmed_share
    if most is not None and trimmed is not None and trimmed > most:
        yield f"{_percent(trimmed)} was cut out, more than {_limit(most, 'max_trimmed_share')}"
    spoken, least = words.get("words_per_minute"), gates.min_words_per_minute
    if least == "auto":
        least = _FEW_WORDS if trim.get("duration", 0.0) >= _A_WHILE else None
    if least is not None and spoken is not None and spoken < least:
        limit = f"{least:g} (gates.min_words_per_minute)"
        yield f"{spoken:g} words a minute are spoken, fewer than {limit}"
    shares = [words.get("invented_share"), words.get("invented_time_share")]
    invented = max((share for share in shares if share is not None), default=None)
    most = gates.max_invented_share
    if most is not None and invented is not None and invented > most:
        limit = _limit(most, "max_invented_share")
        yield f"{_percent(invented)} of what was heard is invented, more than {limit}"


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _limit(share: float, name: str) -> str:
    return f"{_percent(share)} (gates.{name})"
