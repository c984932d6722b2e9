"""Titles and descriptions: Jinja2 over plain strings, with no way out.

What a template may do is what the syntax tree may hold: text, variables,
``if``, comparisons and a few filters. There is no attribute, no call, no loop
and no assignment, so that neither time nor size can grow beyond the sum of
the parts, and nothing but the given strings can be reached.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, StringConstraints

from leap.config.units import Called, complaint
from leap.errors import BadInput

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

#: Every variable, and what it stands for.
VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "display_name": "the recording's own name, as its source gives it",
        "title": "the finished title (in descriptions only)",
        "topic": "the main topic, or nothing where none was found",
        "topics": "the main topics, separated by commas",
        "chapters": "one line per chapter, `0:00 title`, as video platforms read it",
        "summary": "a few sentences about the lecture",
        "questions": "one line per question for self-study",
        "duration": "the length as H:MM:SS",
        "duration_hm": "the length in hours and minutes, such as 1 h 25 min",
        "record_date": "the day of the lecture, written in `metadata.date_format`",
        "record_date_iso": "the day of the lecture, as 2026-11-20",
        "record_date_short": "the same as `record_date`, with two digits of the year",
        "record_time": "the time of day when it began, with seconds",
        "record_time_hm": "the time of day when it began, as 18:30",
        "publish_date": "the day of publication, written in `metadata.date_format`",
        "publish_date_iso": "the day of publication, as 2026-11-20",
        "publish_time_hm": "the time of day of publication, as 18:30",
        "recording_id": "the recording's id",
        "tenant": "the tenant's title",
    }
)

#: Names that other tools use, and what they are called here.
_OTHER_NAMES = {
    "date": "record_date",
    "publish_time": "publish_time_hm",
    "name": "display_name",
    "themes": "topics",
    "time": "record_time_hm",
    "topics_list": "chapters",
}

MAX_TITLE = 500
MAX_OUTPUT = 20_000

#: What a value may be put through, as ``{{ topic | truncate(60) }}``.
FILTERS = ("capitalize", "default", "lower", "title", "trim", "truncate", "upper")
#: A variable by itself. Most templates hold nothing else, and need no Jinja.
_VARIABLE = re.compile(r"\{\{ *([a-z_]+) *\}\}")
#: A variable or a statement that holds neither braces nor texts of its own.
_TAG = re.compile(r"""\{\{[^{}'"]*\}\}|\{%[^{}'"]*%\}""")
_SINGLE_BRACES = re.compile(r"(?<![{%])\{\s*(\w+)(?:[:.!\[][^{}]*|\s*)\}(?!\})")


def check(source: str, *, title: bool = False) -> tuple[str, str | None] | None:
    """Return what is wrong with a template and what helps, or None where it is fine.

    With ``title`` the variable ``title`` itself is not known.
    """
    tags = _TAG.findall(source)
    # Text between tags means nothing to Jinja unless there is a brace in it. Without
    # the text, most templates of a repository are the same few.
    inert = "{" not in _TAG.sub("", source) and "raw" not in source
    return _check("".join(tags) if inert else source, title=title)


@functools.lru_cache(maxsize=8192)
def _check(source: str, *, title: bool) -> tuple[str, str | None] | None:
    known = {name: None for name in VARIABLES if not (title and name == "title")}
    if "{" not in _VARIABLE.sub("", source) and known.keys() >= set(_VARIABLE.findall(source)):
        return None
    from jinja2 import TemplateSyntaxError, nodes

    for name in _SINGLE_BRACES.findall(source):
        meant = _OTHER_NAMES.get(name, name)
        if meant in known:
            return f"`{{{name}}}` would stay as it is", f"write `{{{{ {meant} }}}}`"
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as error:
        return _explain(str(error.message))
    except (RecursionError, ValueError):
        return "not a template: nested too deeply, or a number too long", None
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name) and node.name not in known:
            meant = _OTHER_NAMES.get(node.name)
            hint = f"did you mean `{meant}`?" if meant else _near(node.name, list(known))
            return f"unknown variable `{node.name}`", hint
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            return f"unknown filter `{node.name}`", _near(node.name, FILTERS)
        if not isinstance(node, _allowed()):
            return f"`{_called(node)}` is not available in templates", "only variables and `if` are"
    return None


def _explain(problem: str) -> tuple[str, str | None]:
    """Return in our words what Jinja complains of, and what helps."""
    if "end of template" in problem and "'endif'" in problem:
        return "not a template: an `{% if %}` is not closed", "add `{% endif %}`"
    if "nknown tag 'e" in problem:  # else, elif or endif
        return (
            "not a template: `else`, `elif` or `endif` without `if`",
            "begin with `{% if topic %}`",
        )
    tag = re.search(r"unknown tag '(\w+)'", problem)
    if tag:
        return f"`{tag[1]}` is not available in templates", "only variables and `if` are"
    if "unexpected '}'" in problem or "end of print statement" in problem:
        return (
            "not a template: a variable is not closed as it should",
            "write it like `{{ topic }}`",
        )
    if "No filter named" in problem:
        name = problem.split("'")[1]
        return f"unknown filter `{name}`", _near(name, FILTERS)
    problem = re.sub(r" at \d+$", "", problem).rstrip(".")
    return f"not a template: {problem[:1].lower()}{problem[1:]}", None


def _near(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"


def render(source: str, values: Mapping[str, str]) -> str:
    """Return ``source`` with ``values`` in place of its variables.

    Raises BadInput where the template is not one that `check` accepts, or the
    result is longer than MAX_OUTPUT characters.
    """
    if "{" not in source:
        return source
    from jinja2 import TemplateError

    template = _compiled(source)
    plain = {name: str(value)[:MAX_OUTPUT] for name, value in values.items()}
    length = 0
    pieces = []
    try:
        for piece in template.generate(plain):
            length += len(piece)
            if length > MAX_OUTPUT:
                message = f"title or description: longer than {MAX_OUTPUT} characters"
                raise BadInput(message, hint="shorten the template in `metadata`")
            pieces.append(piece)
    except (TemplateError, TypeError, ValueError) as error:
        raise BadInput(f"title or description: {error}") from error
    return "".join(pieces).strip()


def used(source: str) -> tuple[str, ...]:
    """Return the variables in ``source``, a template that `check` accepts, by name."""
    if "{" not in source:
        return ()
    from jinja2.meta import find_undeclared_variables

    return tuple(sorted(find_undeclared_variables(_environment().parse(source))))


@functools.lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    """Return a template ready to be filled; thousands of titles share a few. Raises BadInput."""
    wrong = check(source)
    if wrong is not None:
        raise BadInput(f"title or description: {wrong[0]}", hint=wrong[1])
    return _environment().from_string(source)


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, optimized=False
    )
    environment.globals.clear()
    environment.filters = {
        name: function for name, function in environment.filters.items() if name in FILTERS
    }
    return environment


@functools.cache
def _allowed() -> tuple[type, ...]:
    """Return the kinds of syntax that a template may use; all else is refused."""
    from jinja2 import nodes

    return (
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.Const,
        nodes.Filter,
        nodes.Keyword,
        nodes.If,
        nodes.CondExpr,
        nodes.Compare,
        nodes.Operand,
        nodes.Concat,
        nodes.And,
        nodes.Or,
        nodes.Not,
    )


def _called(node: object) -> str:
    words = {"Getattr": ".", "Getitem": "[]", "Call": "()", "For": "for", "Assign": "set"}
    name = type(node).__name__
    return words.get(name, name.lower())


def _template(*, title: bool) -> AfterValidator:
    def validate(source: str) -> str:
        wrong = check(source, title=title)
        if wrong is not None:
            raise complaint(*wrong)
        return source

    return AfterValidator(validate)


_TEXT = Called("text with [variables](#variables-of-titles-and-descriptions)")
Title = Annotated[str, StringConstraints(max_length=MAX_TITLE), _template(title=True), _TEXT]
Description = Annotated[str, StringConstraints(max_length=5000), _template(title=False), _TEXT]
