"""Choosing recordings and stages: ``tenant:demo,template:ml*,stage:subtitles+``.

A selection is a list of terms ``field:value``. Terms that commas join must all
fit; of several selections one is enough; what an exclusion fits is left out.

    tenant:demo           source:zoom*        template:ml*        preset:site
    recording:2026-11-20  (the beginning of an id or of its 12 hex digits)
    title:"*lecture 3*"   (capital letters do not count; quotes keep commas together)
    status:failed         (a word of `leap status`, or `new` before the first reconcile)
    stage:subtitles       that stage only
    stage:subtitles+      and all that takes it in;  stage:+subtitles  and all that it takes in

``*`` stands for anything and ``?`` for one character, except in ``status`` and
``stage``, whose words are known. ``stage`` and ``preset`` choose among the
steps of a recording, every other field chooses recordings.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from leap.config.override import plain
from leap.domain.plan import Step
from leap.domain.stage import Stage, downstream, inputs
from leap.domain.status import StatusName
from leap.errors import UsageError

#: What stands for a recording that the ledger does not know yet.
NEW = "new"

FIELDS = ("tenant", "source", "template", "preset", "recording", "title", "status", "stage")
_STATUSES = (NEW, *(name.value.lower() for name in StatusName))
_WILD = re.compile(r"[*?]")
#: Commas inside quotes belong to the value.
_TERM = re.compile(r'(?:[^,"]|"[^"]*")+')
_HEX_AT = len("2026-11-20-")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a selection asks of a recording.

    ``presets`` are those it is, or shall be, published to; ``status`` is a word
    of ``leap status`` in small letters, or ``new``.
    """

    tenant: str
    recording: str
    title: str = ""
    source: str = ""
    template: str | None = None
    presets: Collection[str] = ()
    status: str = NEW


@dataclass(frozen=True, slots=True)
class Term:
    """One ``field:value``; ``stages`` are what it chooses where the field is ``stage``."""

    field: str
    value: str
    stages: frozenset[Stage] = frozenset()

    @property
    def literal(self) -> bool:
        """Tell whether the value is a name rather than a pattern of names."""
        return _WILD.search(self.value) is None

    def fits(self, subject: Subject) -> bool:
        """Tell whether a recording is one of those that the term is about."""
        match self.field:
            case "stage":
                return True
            case "status":
                return subject.status == self.value
            case "recording":
                beginning = _matcher(f"{self.value}*")
                return beginning(subject.recording) or beginning(subject.recording[_HEX_AT:])
            case "title":
                return _matcher(self.value)(plain(subject.title).casefold())
            case "preset":
                return any(map(_matcher(self.value), subject.presets))
            case name:
                return _matcher(self.value)(getattr(subject, name) or "")


@dataclass(frozen=True)
class Choice:
    """Terms that must all fit: one ``--select``, or one ``--exclude``."""

    terms: tuple[Term, ...]

    @cached_property
    def by_step(self) -> bool:
        """Tell whether it chooses among the steps of a recording, not recordings alone."""
        return any(term.field in ("stage", "preset") for term in self.terms)

    def fits(self, subject: Subject) -> bool:
        """Tell whether the recording is one of those that all terms are about."""
        return all(term.fits(subject) for term in self.terms)

    def has(self, step: Step, *, strictly: bool = False) -> bool:
        """Tell whether the step is one of those chosen.

        A preset chooses among publications. What has to be made for them is
        chosen with it, unless ``strictly`` the publications alone are meant.
        """
        for term in self.terms:
            if term.field == "stage" and step.stage not in term.stages:
                return False
            if term.field == "preset":
                if step.preset is None and strictly:
                    return False
                if step.preset is not None and not _matcher(term.value)(step.preset):
                    return False
        return True

    def among(self, stages: Collection[Stage]) -> bool:
        """Tell whether each term about stages chooses at least one of ``stages``."""
        return all(term.stages & set(stages) for term in self.terms if term.field == "stage")


@dataclass(frozen=True)
class Selection:
    """What the command line selects; without any choice, everything.

    ``selected`` and ``excluded`` are the texts that the choices were read from.
    """

    selected: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    _selects: tuple[Choice, ...] = field(default=(), repr=False)
    _excludes: tuple[Choice, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.selected or self.excluded)

    @property
    def asks_for_status(self) -> bool:
        """Tell whether a recording's status has to be known."""
        choices = (*self._selects, *self._excludes)
        return any(term.field == "status" for choice in choices for term in choice.terms)

    @property
    def is_coarse(self) -> bool:
        """Tell whether tenant and template of a recording are enough to decide about it."""
        choices = (*self._selects, *self._excludes)
        return all(
            term.field in ("tenant", "template", "stage")
            for choice in choices
            for term in choice.terms
        )

    def arguments(self) -> tuple[str, ...]:
        """Return the selection as arguments of a command line."""
        return (
            *(word for text in self.selected for word in ("--select", text)),
            *(word for text in self.excluded for word in ("--exclude", text)),
        )

    def tenants(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``names`` whose recordings may be selected at all."""

        def possible(name: str) -> bool:
            subject = Subject(name, "")
            return not self._selects or any(
                all(term.fits(subject) for term in choice.terms if term.field == "tenant")
                for choice in self._selects
            )

        def left_out(name: str) -> bool:
            subject = Subject(name, "")
            return any(
                all(term.field == "tenant" and term.fits(subject) for term in choice.terms)
                for choice in self._excludes
            )

        return tuple(name for name in names if possible(name) and not left_out(name))

    def takes(self, subject: Subject) -> bool:
        """Tell whether a recording, or some of its steps, are selected."""
        whole = [choice for choice in self._excludes if not choice.by_step]
        return not any(choice.fits(subject) for choice in whole) and (
            not self._selects or any(choice.fits(subject) for choice in self._selects)
        )

    def takes_whole(self, subject: Subject) -> bool:
        """Tell whether a recording is selected as such, not some of its steps alone."""
        return self.takes(subject) and (
            not self._selects
            or any(not choice.by_step and choice.fits(subject) for choice in self._selects)
        )

    def has(self, subject: Subject, step: Step) -> bool:
        """Tell whether one step of a recording is selected."""
        return (
            not self._selects
            or any(choice.fits(subject) and choice.has(step) for choice in self._selects)
        ) and not any(
            choice.fits(subject) and choice.has(step, strictly=True) for choice in self._excludes
        )

    def lists(self, subject: Subject, stages: Collection[Stage]) -> bool:
        """Tell whether a recording is selected whose ``stages`` are still to be done."""

        def fits(choice: Choice) -> bool:
            return choice.fits(subject) and choice.among(stages)

        return (not self._selects or any(map(fits, self._selects))) and not any(
            map(fits, self._excludes)
        )

    def require_names(self, known: Mapping[str, Collection[str]]) -> None:
        """Raise UsageError for a name that is none of those ``known``, by field.

        Patterns may fit nothing; a name that is not there is a slip of the keyboard.
        """
        for option, choices in (("--select", self._selects), ("--exclude", self._excludes)):
            for term in (term for choice in choices for term in choice.terms):
                names = known.get(term.field)
                if names is not None and term.literal and term.value not in names:
                    message = f"{option} {term.field}:{term.value}: no such {term.field}"
                    raise UsageError(message, hint=_meant(term.value, names))


def parse(selects: Sequence[str], excludes: Sequence[str] = ()) -> Selection:
    """Return what ``--select`` and ``--exclude`` say. Raises UsageError."""
    return Selection(
        tuple(selects),
        tuple(excludes),
        tuple(_choice("--select", text) for text in selects),
        tuple(_choice("--exclude", text) for text in excludes),
    )


def _choice(option: str, text: str) -> Choice:
    if text.count('"') % 2:
        message = f"{option} {text}: a quote is not closed"
        raise UsageError(message, hint='write it like title:"*lecture 3*"')
    if not text.strip():
        raise UsageError(f"{option}: nothing is chosen", hint=f"the fields are {', '.join(FIELDS)}")
    # What the pattern steps over are commas with nothing between them.
    terms = _TERM.findall(text)
    if len(",".join(terms)) != len(text) or not all(term.strip() for term in terms):
        raise UsageError(f"{option} {text}: a comma too many", hint="remove it")
    return Choice(tuple(_term(option, term.strip()) for term in terms))


def _term(option: str, text: str) -> Term:
    name, colon, value = (part.strip() for part in text.partition(":"))
    value = value.replace('"', "")
    if not colon:
        message = f"{option} {text}: no field"
        raise UsageError(message, hint=f'write `template:{text}`, or title:"*{text}*"')
    if name not in FIELDS:
        raise UsageError(f"{option} {text}: no such field", hint=_meant(name, FIELDS))
    if not value:
        raise UsageError(f"{option} {text}: no value", hint=f"write `{name}:…`")
    if name == "status":
        value = value.lower()
        if value not in _STATUSES:
            raise UsageError(f"{option} {text}: no such status", hint=_meant(value, _STATUSES))
    if name == "stage":
        return Term(name, value, _stages(option, text, value))
    return Term(name, plain(value).casefold() if name in ("title", "recording") else value)


def _stages(option: str, text: str, value: str) -> frozenset[Stage]:
    word = value.removeprefix("+").removesuffix("+")
    if word not in tuple(Stage):
        raise UsageError(f"{option} {text}: no such stage", hint=_meant(word, tuple(Stage)))
    stage = Stage(word)
    chosen = {stage}
    if value.endswith("+"):
        chosen |= set(downstream(stage, Stage))
    if value.startswith("+"):
        chosen |= _upstream(stage)
    return frozenset(chosen)


def _upstream(stage: Stage) -> set[Stage]:
    direct = set(inputs(stage, Stage))
    return direct.union(*map(_upstream, direct))


def _meant(word: str, known: Iterable[str]) -> str:
    names = [str(name) for name in known]
    close = difflib.get_close_matches(word.lower(), names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"there are {', '.join(sorted(names)[:20])}" if names else "there are none"


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """Return what tells whether a text fits a pattern, in which only ``*`` and ``?`` are wild."""
    if _WILD.search(pattern) is None:
        return pattern.__eq__
    matches = re.compile(fnmatch.translate(pattern.replace("[", "[[]"))).match
    return lambda text: matches(text) is not None
