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
_BACKTRACKING = ("invalid perl operator", "invalid escape sequence")


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
        hint = None
        if str(error).startswith(_BACKTRACKING):
            hint = "patterns are RE2: no look-around and no back-references"
        raise complaint(f"not a regular expression: {error}", hint) from None
    return pattern


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
