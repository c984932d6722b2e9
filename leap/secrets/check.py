"""What can be said about a tenant's encrypted file without any key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leap.config.document import Document
from leap.errors import Diagnostic, SecretError
from leap.secrets.exposed import exposed
from leap.secrets.places import FILE, secrets_path, shown
from leap.secrets.rules import BadRules, rule_for
from leap.secrets.structure import comments, load, recipients


def check(root: Path, tenant: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the secrets of ``tenant``; nothing where all is well.

    Needs no key. Everything in the encrypted file must be encrypted, for
    exactly the recipients of the tenant's rule; and no file in the tenant's
    folder may hold a private key or a token.
    """
    path = secrets_path(root, tenant)
    return tuple(sorted((*_encrypted_file(root, tenant, path), *exposed(root, path.parent))))


def _encrypted_file(root: Path, tenant: str, path: Path) -> Iterator[Diagnostic]:
    if not path.exists() and not path.is_symlink():
        return
    try:
        document, problems = load(root, path)
    except SecretError as error:
        yield Diagnostic(shown(root, path), 0, 0, _cause(error, root, path), error.hint)
        return
    yield from problems
    if "sops" in document.data:
        yield from comments(path.read_bytes(), document.file)
    if recipients(document):
        yield from _readers(root, tenant, document)


def _readers(root: Path, tenant: str, document: Document) -> Iterator[Diagnostic]:
    place = ("sops", "age")
    try:
        rule = rule_for(root, tenant)
    except BadRules as error:
        yield error.diagnostic
        return
    except SecretError as error:
        yield document.error(place, error.message, error.hint)
        return
    if rule is None:
        hint = "every tenant's file needs a rule of its own"
        yield document.error(place, f"no rule in .sops.yaml is for {FILE} of {tenant}", hint)
        return
    found = recipients(document)
    where = f"{shown(root, rule.file)}:{rule.line}"
    hint = f"encrypt it for exactly those: leap secrets recipients {tenant} --apply"
    for recipient in sorted(found - rule.recipients):
        message = f"{recipient} can open the file, and {where} does not name it"
        yield document.error(place, message, hint)
    for recipient in sorted(rule.recipients - found):
        message = f"{where} names {recipient}, which cannot open the file"
        yield document.error(place, message, hint)


def _cause(error: SecretError, root: Path, path: Path) -> str:
    return error.message.removeprefix(f"{shown(root, path)}: ")
