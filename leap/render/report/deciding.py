"""What a person can decide about a recording from the page: a new override, written already.

A link opens the repository's own editor in the browser, with path and text
filled in; what is committed there goes through review like every other change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote, urlencode

_SCHEMA = "# yaml-language-server: $schema=../../../schemas/override.schema.json"
#: What Jinja would take for its own.
_JINJA = re.compile(r"\{[{%#]|[}%#]\}")
_WHY = "reason: Decided on {day}.  # better: why"

Decision = Literal["approve", "title", "skip", "withdraw"]

#: What is decided → the label of its link.
LABELS: Mapping[Decision, str] = MappingProxyType(
    {
        "approve": "Approve it",
        "title": "Change its title",
        "skip": "Skip it",
        "withdraw": "Take it down",
    }
)
#: What is decided → the text of an override but for what it is about. ``{title}``
#: is a title in double quotes, ``{day}`` a date.
_TEXTS: Mapping[Decision, str] = MappingProxyType(
    {
        "approve": "approve: true\n",
        "title": "metadata:\n  title: {title}\n",
        "skip": f"skip: true\n{_WHY}\n",
        "withdraw": f"withdraw: true\n{_WHY}\n",
    }
)


@dataclass(frozen=True, slots=True)
class Editor:
    """Where the files of a repository are edited in a browser.

    Attributes:
        forge: whose pages they are.
        project: the project's address, without a final slash and without credentials.
        branch: what a change is made to, or shall be asked to be merged into.
        folder: LEAP's root in the project: empty, or with a final slash.
    """

    forge: Literal["github", "gitlab"]
    project: str
    branch: str
    folder: str = ""

    def new(self, path: str, text: str) -> str:
        """Return the address at which a file of this path and text is proposed."""
        branch = quote(self.branch)
        if self.forge == "github":
            fields = {"filename": f"{self.folder}{path}", "value": text}
            return f"{self.project}/new/{branch}?{_query(fields)}"
        fields = {"file_name": f"{self.folder}{path}", "content": text}
        return f"{self.project}/-/new/{branch}?{_query(fields)}"

    def edit(self, path: str) -> str:
        """Return the address at which a file that is there is edited."""
        inner = "" if self.forge == "github" else "/-"
        return f"{self.project}{inner}/edit/{quote(self.branch)}/{quote(self.folder + path)}"


def _query(fields: Mapping[str, str]) -> str:
    return urlencode(fields, quote_via=quote)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be decided.

    ``text`` is the whole of a new file at ``path``; where an override is there
    already (``adds``), it is what has to be written into it.
    """

    name: Decision
    path: str
    text: str
    adds: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.name]

    def href(self, editor: Editor) -> str:
        """Return where it is decided in a browser."""
        return editor.edit(self.path) if self.adds else editor.new(self.path, self.text)


def choices(
    tenant: str,
    recording: str,
    title: str,
    names: Collection[Decision],
    *,
    day: str,
    override: str | None = None,
) -> tuple[Choice, ...]:
    """Return what may be decided about a recording.

    Args:
        tenant: whose it is.
        recording: its id.
        title: its own name, which a new title begins from.
        names: what there is to decide.
        day: today, as ``2026-11-20``.
        override: the file that says something of it already, from the root on.
    """
    path = override or f"tenants/{tenant}/overrides/{recording}.yaml"
    head = f"{_SCHEMA}\nfor: {{recording: {recording}}}  # {_comment(title)}\n"
    return tuple(
        Choice(
            name,
            path,
            ("" if override else head) + _TEXTS[name].format(title=_quoted(title), day=day),
            adds=override is not None,
        )
        for name in LABELS
        if name in names
    )


def for_script(editor: Editor | None, day: str) -> dict[str, Any]:
    """Return what the page's script makes the same choices of; see report.js."""
    return {
        "editor": asdict(editor) if editor else None,
        "schema": _SCHEMA,
        "texts": {
            name: [LABELS[name], text.replace("{day}", day)] for name, text in _TEXTS.items()
        },
    }


def _comment(title: str) -> str:
    return _printable(title)[:80].strip() or "no title"


def _quoted(title: str) -> str:
    """Return a title as text of YAML that means itself: JSON is YAML, and a brace may be Jinja."""
    plain = _printable(title)
    text = plain if plain and not _JINJA.search(plain) else "{{ display_name }}"
    return json.dumps(text, ensure_ascii=False)


def _printable(title: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in title).strip()
