"""Who can read a tenant's secrets: listed, let in, shut out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from leap.errors import SecretError
from leap.secrets.credentials import opened
from leap.secrets.files import changing, locked, replace
from leap.secrets.keys import check_recipient, held, keys_folder, looks_private
from leap.secrets.places import secrets_path, shown
from leap.secrets.rule_edit import set_readers
from leap.secrets.rules import Reader, Rule, rule_for
from leap.secrets.sealing import resealed
from leap.secrets.structure import load, recipients

_NAME_LIMIT = 80


def readers(root: Path, tenant: str) -> tuple[Reader, ...]:
    """Return who can read the secrets of ``tenant``, as its rule has it. Raises SecretError."""
    return needed_rule(root, tenant).readers


def change_readers(
    root: Path,
    tenant: str,
    *,
    add: Sequence[Reader] = (),
    remove: Sequence[str] = (),
    shared: bool = False,
) -> bool:
    """Change who can read the secrets of ``tenant``; return whether a file was encrypted anew.

    The rule in ``.sops.yaml`` and the encrypted file change together; after a
    crash between the two, ``leap secrets check`` says so and a second call
    goes on. With nothing to change the file is made to agree with the rule.

    Args:
        root: the repository's root.
        add: who comes in; one who is in already keeps their place.
        remove: who goes out, by recipient or by name. The file then gets a new
            data key, since they may have kept the present one.
        shared: whether a recipient may be another tenant's, too.

    Raises SecretError; then nothing was changed.
    """
    path = secrets_path(root, tenant)
    with changing(root, path):
        rule = needed_rule(root, tenant)
        _only_for(root, tenant, rule)
        for reader in add:
            _check_reader(root, tenant, reader, shared=shared)
        gone = {_found(rule, word, tenant) for word in remove}
        there = tuple(each for each in rule.readers if each.recipient not in gone)
        come = {each.recipient: each for each in add if each.recipient not in rule.recipients}
        wanted = (*there, *come.values())
        if not wanted:
            message = f"{shown(root, rule.file)}: nobody could read the secrets of {tenant} then"
            raise SecretError(message, hint="add somebody else first")
        return reseal(root, tenant, rule, wanted, new_data_key=bool(gone))


def reseal(
    root: Path, tenant: str, rule: Rule, wanted: Sequence[Reader], *, new_data_key: bool
) -> bool:
    """Let rule and file of ``tenant`` agree on ``wanted``; tell whether the file was changed.

    The caller holds the file. The rule goes first: what it names is what
    ``leap secrets check`` compares the file with. Raises SecretError.
    """
    path = secrets_path(root, tenant)
    names = frozenset(each.recipient for each in wanted)
    content = None
    if path.exists():
        _, key = opened(root, tenant)
        present = recipients(load(root, path)[0])
        # Whoever the file knows and the rule does not was shut out half-way.
        if new_data_key or present != names:
            content = resealed(
                root,
                path,
                rules=rule.file,
                readers=names,
                key=key,
                new_data_key=new_data_key or not present <= names,
            )
    folder = keys_folder(root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(folder):
        set_readers(root, tenant, rule, wanted)
    if content is not None:
        replace(path, content)
    return content is not None


def needed_rule(root: Path, tenant: str) -> Rule:
    """Return the rule of ``tenant``. Raises SecretError where there is none."""
    rule = rule_for(root, tenant)
    if rule is None:
        message = f"no rule in .sops.yaml says who can read the secrets of {tenant}"
        raise SecretError(message, hint=f"make a key: leap secrets keygen {tenant}")
    return rule


def readable_here(root: Path, tenant: str, names: Collection[str]) -> frozenset[str]:
    """Return those of the recipients ``names`` whose private key is on this machine."""
    return held(root, tenant) & frozenset(names)


def _check_reader(root: Path, tenant: str, reader: Reader, *, shared: bool) -> None:
    check_recipient(reader.recipient)
    if reader.name is not None and (
        not reader.name.isprintable() or not 0 < len(reader.name.strip()) <= _NAME_LIMIT
    ):
        message = "the name of a recipient must be one short line of text"
        raise SecretError(message, hint='as in --name "Ada Lovelace"')
    if not shared:
        for other in _others(root, tenant):
            rule = rule_for(root, other)
            if rule is not None and reader.recipient in rule.recipients:
                message = f"{reader.recipient} can read the secrets of {other}, too"
                hint = "give each tenant a key of its own; an operator's takes --shared"
                raise SecretError(message, hint=hint)


def _found(rule: Rule, word: str, tenant: str) -> str:
    """Return the recipient that ``word`` is, or that has it for a name."""
    if looks_private(word):
        check_recipient(word)
    found = [each.recipient for each in rule.readers if word in (each.recipient, each.name)]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{word!r} is the name of {len(found)} recipients"
        raise SecretError(message, hint="name the one that goes by its age1...")
    message = f"{word[:80]!r} is not among who can read the secrets of {tenant}"
    raise SecretError(message, hint=f"see `leap secrets recipients {tenant}`")


def _only_for(root: Path, tenant: str, rule: Rule) -> None:
    """Raise SecretError where ``rule`` holds for another tenant, too."""
    for other in _others(root, tenant):
        same = rule_for(root, other)
        if same is not None and (same.file, same.index) == (rule.file, rule.index):
            message = f"{shown(root, rule.file)}:{rule.line}:{rule.column}: the rule of {tenant}"
            hint = "give each tenant a rule of its own"
            raise SecretError(f"{message} is that of {other}, too", hint=hint)


def _others(root: Path, tenant: str) -> list[str]:
    found = (path.name for path in sorted((root / "tenants").glob("[!.]*/")))
    return [name for name in found if name != tenant]
