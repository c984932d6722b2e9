"""How the pages look: templates, one style sheet, and a script for each kind of page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.timecodes import chapter_stamp

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_FOLDER = Path(__file__).parent

#: Everything comes from the site itself. ``file:`` is what 'self' means for a
#: page that was opened from a folder, where Chromium matches it by scheme only.
_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; "
    "img-src 'self' file: data:; media-src 'self' file: blob:; base-uri 'none'; form-action 'none'"
)

#: A language that is known: of the form of BCP 47, and not ``und``.
_LANGUAGE = re.compile(r"(?!und\b)[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def asset(name: str) -> bytes:
    """Return the bytes of a style sheet or script."""
    return (_FOLDER / name).read_bytes()


def render(template: str, **values: Any) -> bytes:
    """Return the page that ``template`` makes of ``values``, as UTF-8.

    Every value is escaped; an unknown name is an error.
    """
    text = _environment().get_template(template).render(policy=_POLICY, **values)
    return text.encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"stamp": chapter_stamp, "seconds": _seconds, "lang": _lang}
    return environment


def _seconds(time: float) -> str:
    """Return ``time`` as links to a moment have it: ``20``, ``20.5``."""
    return f"{time:.2f}".rstrip("0").rstrip(".")


def _lang(code: str) -> Markup:
    """Return the attribute that names a language, or nothing where it is not known."""
    from markupsafe import Markup

    return Markup(' lang="{}"').format(code) if _LANGUAGE.fullmatch(code) else Markup("")
