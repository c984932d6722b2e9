"""Editing a tenant's secrets in an editor: all that is right is kept, nothing in the clear.

The text is in a private folder while the editor is open, and nowhere else.
What cannot be saved, or was interrupted, is kept encrypted beside the key, and
the next edit goes on with it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from leap import faults
from leap.errors import Diagnostic, SecretError
from leap.secrets import sops
from leap.secrets.credentials import opened, sealed_anew
from leap.secrets.editor import find_editor, run_editor
from leap.secrets.files import changing, replace, write_new
from leap.secrets.keys import Key, choose, keys_folder
from leap.secrets.places import secrets_path, shown
from leap.secrets.plain import become_other, complaints
from leap.secrets.private import private_folder
from leap.secrets.recipients import needed_rule
from leap.secrets.sealing import YAML

#: Shown what is wrong, it tells whether the person wants to go on editing.
Ask = Callable[[Sequence[Diagnostic]], bool]

_NEW = """\
tenant: {tenant}
credentials:
  # site-links:
  #   kind: site
  #   link_secret: a long random text
"""


def edit(root: Path, tenant: str, ask: Ask) -> bool:
    """Let a person edit the secrets of ``tenant``; return whether anything was changed.

    The text must stay what ``leap`` can use: the tenant's own name in it, and
    accounts that map fields to texts. Raises SecretError where no key of this
    machine opens the file, the editor fails, or somebody else is at it.
    """
    path = secrets_path(root, tenant)
    command = find_editor()
    with changing(root, path, patience=0):
        session = _begin(root, tenant)
        unfinished = unfinished_path(root, tenant)
        with private_folder() as folder:
            copy = folder / f"{tenant}.yaml"
            write_new(copy, session.unfinished() or session.before, mode=0o600)
            try:
                content = session.content(command, copy, ask)
                if content is not None:
                    session.save(content)
            except SecretError as error:
                hint = session.way_on if session.keep(copy) else error.hint
                raise SecretError(error.message, hint=hint) from None
            except BaseException:
                session.keep(copy)
                raise
        unfinished.unlink(missing_ok=True)
        return content is not None


def unfinished_path(root: Path, tenant: str) -> Path:
    """Return where a text that could not be saved is kept, encrypted."""
    return keys_folder(root) / f"{tenant}.unfinished.age"


@dataclass(frozen=True, slots=True)
class _Session:
    """One edit: whose, with which key, from which text on; ``base`` is None for a new file."""

    root: Path
    tenant: str
    key: Key
    before: bytes
    base: bytes | None

    @property
    def path(self) -> Path:
        return secrets_path(self.root, self.tenant)

    @property
    def subject(self) -> str:
        return shown(self.root, self.path)

    def content(self, command: list[str], copy: Path, ask: Ask) -> bytes | None:
        """Return the new encrypted file, or None where nothing was changed."""
        while True:
            run_editor(command, copy)
            faults.point("secrets.edited")
            text = self._text(copy)
            if text == self.before:
                return None
            problems = complaints(text, self.tenant)
            content = b"" if problems else self._sealed(copy)
            problems = problems or become_other(text, self.tenant, self._read_back(copy, content))
            if not problems:
                return content
            if not ask(problems):
                raise SecretError(f"{self.subject}: nothing was changed")

    def save(self, content: bytes) -> None:
        """Put ``content`` in place, unless somebody else changed the file meanwhile."""
        if (self.path.read_bytes() if self.path.exists() else None) != self.base:
            raise SecretError(f"{self.subject}: the file was changed while you edited it")
        replace(self.path, content)

    def keep(self, copy: Path) -> bool:
        """Keep the text of an edit that did not end well, for this key alone; tell if there is one."""
        if not copy.exists() or self._text(copy) == self.before:
            return False
        recipient = pyrage.x25519.Recipient.from_str(self.key.recipient)
        keys_folder(self.root).mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = pyrage.encrypt(self._text(copy), [recipient])
        replace(unfinished_path(self.root, self.tenant), sealed, mode=0o600)
        return True

    def unfinished(self) -> bytes | None:
        """Return the text that an earlier edit left, if this key opens it."""
        path = unfinished_path(self.root, self.tenant)
        if not path.exists():
            return None
        identity = pyrage.x25519.Identity.from_str(self.key.identity.get_secret_value())
        try:
            text: bytes = pyrage.decrypt(path.read_bytes(), [identity])
        except pyrage.DecryptError:
            name = shown(self.root, path)
            message = f"{name}: the key at hand does not open this unfinished edit"
            raise SecretError(message, hint=f"if nobody needs it, remove it: rm {name}") from None
        return text

    @property
    def way_on(self) -> str:
        return f"your text is kept, encrypted: `leap secrets edit {self.tenant}` goes on with it"

    def _text(self, copy: Path) -> bytes:
        try:
            return copy.read_bytes()
        except OSError as error:
            raise SecretError(f"the edited text cannot be read: {error.strerror}") from None

    def _sealed(self, copy: Path) -> bytes:
        """Return the edited text encrypted; values that stayed keep their ciphertext."""
        if self.base is None:
            return sealed_anew(self.root, self.tenant, self._text(copy))
        sealed = copy.with_name("sealed.yaml")
        sealed.write_bytes(self.base)
        rule = needed_rule(self.root, self.tenant)
        sops.run(
            ["edit", *YAML, str(sealed)],
            subject=self.subject,
            root=self.root,
            rules=rule.file,
            key=self.key,
            # sops has its own text edited by a command, and compares the two.
            settings={
                "SOPS_EDITOR": shlex.join(["cp", str(copy)]),
                "TMPDIR": str(copy.parent),
            },
        )
        return sealed.read_bytes()

    def _read_back(self, copy: Path, content: bytes) -> object:
        if not content:
            return None
        sealed = copy.with_name("sealed.yaml")
        sealed.write_bytes(content)
        command = ["decrypt", "--input-type", "yaml", "--output-type", "json", str(sealed)]
        text = sops.run(command, subject=self.subject, root=self.root, key=self.key)
        data: object = json.loads(text)
        return data


def _begin(root: Path, tenant: str) -> _Session:
    path = secrets_path(root, tenant)
    subject = shown(root, path)
    rule = needed_rule(root, tenant)
    if not path.exists():
        key = choose(root, tenant, rule.recipients, subject)
        return _Session(root, tenant, key, _NEW.format(tenant=tenant).encode(), None)
    _, key = opened(root, tenant)
    base = path.read_bytes()
    command = ["decrypt", *YAML, str(path)]
    before = sops.run(command, subject=subject, root=root, rules=rule.file, key=key)
    return _Session(root, tenant, key, before, base)
