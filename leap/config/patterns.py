"""Regular expressions of strangers, on an engine whose time is linear.

RE2 does not backtrack, so that no pattern of a pull request can stall the
planner; see https://github.com/google/re2/wiki/WhyRE2.
"""

from __future__ import annotations

import functools
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from leap.config.model import distinct
from leap.config.units import Called, complaint

_MAX_MEMORY = 512 << 10
#: What RE2 says, and what that means; ``{}`` is the part that it names.
#: https://github.com/google/re2/blob/main/re2/regexp.cc
_MEANINGS = (
    ("missing ]", "`{}` is not closed", "add `]`"),
    ("missing )", "a `(` is not closed", "add `)`, or write `\\(` for the sign itself"),
    ("unexpected )", "a `)` closes nothing", "remove it, or write `\\)` for the sign itself"),
    ("bad repetition operator", "`{}` repeats a repetition", None),
    (
        "no argument for repetition operator",
        "nothing stands before `{}`",
        "write `.*` for anything",
    ),
    ("invalid repetition size", "`{}` is more than 1000 times", None),
    ("invalid character class range", "`{}` is no range", None),
    ("invalid character range", "`{}` is no range", None),
    ("trailing \\", "a lone `\\` at its end", None),
    ("invalid named capture group", "`{}` is no name of a group", None),
    ("pattern too large", "it would grow too large", "repeat less"),
)
_LOOKS_AROUND = ("(?=", "(?!", "(?<")


@functools.lru_cache(maxsize=4096)
def compiled(pattern: str, *, case_sensitive: bool) -> Any:
    """Return ``pattern`` compiled. Raises ValueError with what is wrong with it."""
    import re2

    options = re2.Options()
    options.case_sensitive = case_sensitive
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        problem = error.args[0] if error.args else "it cannot be read"
        if isinstance(problem, bytes):
            problem = problem.decode(errors="replace")
        raise ValueError(str(problem)) from None


def _compiles(pattern: str) -> str:
    try:
        compiled(pattern, case_sensitive=False)
    except ValueError as error:
        meaning, hint = _explain(str(error))
        raise complaint(f"not a regular expression: {meaning}", hint) from None
    return pattern


def _explain(problem: str) -> tuple[str, str | None]:
    """Return in our words what RE2 complains of, and what helps."""
    said, _, part = problem.partition(": ")
    if said == "invalid perl operator" and part.startswith(_LOOKS_AROUND):
        hint = "say under `exclude` what must not match"
        return f"`{part}` looks around, which RE2 cannot", hint
    if said == "invalid escape sequence" and part[1:2].isdigit():
        return f"`{part}` refers back to a group, which RE2 cannot", "write the text out"
    if said in ("invalid perl operator", "invalid escape sequence") or part.startswith("\\p"):
        hint = "write `\\z`" if part == r"\Z" else "see https://github.com/google/re2/wiki/Syntax"
        return f"RE2 does not know `{part}`", hint
    for beginning, meaning, remedy in _MEANINGS:
        if said.startswith(beginning):
            return meaning.replace("{}", part), remedy
    return problem, None


def ascii_only(pattern: str) -> bool:
    r"""Tell whether ``pattern`` relies on RE2's ``\b`` or ``\w`` beside letters they ignore."""
    return re.search(r"\\[bBwW]", pattern) is not None and not pattern.isascii()


Pattern = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(_compiles),
    Called("regular expression"),
]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=50), AfterValidator(distinct)]
