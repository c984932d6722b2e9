"""What no single file can know: whether the files of a repository fit together.

Everything here looks at documents, so that a file with other mistakes is
still checked; what needs sound models is in leap/config/proof.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from leap.config.complaints import diagnose, did_you_mean
from leap.config.document import Document
from leap.config.events import MAX_BYTES
from leap.config.files import read_file
from leap.config.hearing import check_folders
from leap.config.model import NAME_PATTERN
from leap.config.override import For, plain
from leap.config.owners import check_owners
from leap.config.paths import inside, resolved
from leap.config.presets import OPTIONS, SitePreset
from leap.config.proof import prove
from leap.config.reader import read
from leap.config.repository import SECRETS, THUMBNAILS
from leap.config.source import FolderSource
from leap.config.thumbnails import check_thumbnails, picture_name, picture_names
from leap.config.tree import Branch, Entry, Tree
from leap.domain.stage import PIPELINE_STAGES, Stage, inputs, missing_needs
from leap.errors import Diagnostic

#: Kinds of sources and platforms that one logs in to.
_LOGINS = frozenset({"zoom", "youtube", "vk"})


def check_tree(tree: Tree) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of ``tree``: what reading it found, and what does not fit."""
    found = [*tree.diagnostics, *_check_references(tree)]
    broken = {each.file for each in found if each.severity == "error"}
    return (*found, *prove(tree, broken))


def _check_references(tree: Tree) -> Iterator[Diagnostic]:
    for pipeline in tree.pipelines.values():
        yield from _check_stages(pipeline.document)
    for name, branch in tree.tenants.items():
        for template in branch.templates.values():
            yield from _check_template(tree, branch, template.document)
        for override in branch.overrides.values():
            yield from _check_override(branch, override.document)
        yield from _check_sources(tree, name, branch)
        yield from _check_twins(branch)
        yield from _check_accounts(tree, name, branch)
        yield from _check_kinds(branch)
        yield from check_thumbnails(tree.root, name)
        yield from _check_pictures(tree.root, name, branch)
        if branch.tenant is not None:
            yield from check_owners(tree.root, name, branch.tenant.document)
    yield from _check_sites(tree)
    yield from _check_endpoints(tree)
    yield from _check_cache(tree)
    yield from check_folders(tree)


# ── references ─────────────────────────────────────────────────────────────


def _check_template(tree: Tree, branch: Branch, document: Document) -> Iterator[Diagnostic]:
    pipeline = document.data.get("pipeline")
    yield from _reference(document, ("pipeline",), pipeline, "pipeline", tree.pipelines)
    match = document.data.get("match")
    sources = match.get("sources") if isinstance(match, Mapping) else None
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        path = ("match", "sources", index)
        yield from _reference(document, path, source, "source", branch.sources)
    yield from _check_publish(branch, document)
    chosen = tree.pipelines.get(pipeline) if isinstance(pipeline, str) else None
    if chosen is None or chosen.model is None:
        return
    publishes = Stage.PUBLISH in chosen.model.stages
    if publishes and not document.data.get("publish"):
        hint = "name a preset under `publish`, or take a pipeline without that stage"
        yield document.warning((), f"pipeline `{pipeline}` publishes, but nowhere", hint)
    if not publishes and document.data.get("publish"):
        hint = f"add `publish` to the stages in {chosen.document.file}"
        message = f"nothing is published: pipeline `{pipeline}` has no such stage"
        yield document.warning(("publish",), message, hint, key=True)


def _check_override(branch: Branch, document: Document) -> Iterator[Diagnostic]:
    named = document.data.get("for")
    if isinstance(named, Mapping) and "source" in named:
        path = ("for", "source")
        yield from _reference(document, path, named["source"], "source", branch.sources)
    yield from _check_publish(branch, document)


def _check_publish(branch: Branch, document: Document) -> Iterator[Diagnostic]:
    """Check the presets that are named, and what is said to each, by its platform."""
    publish = document.data.get("publish")
    for name, options in publish.items() if isinstance(publish, Mapping) else ():
        path = ("publish", name)
        if name not in branch.presets:
            yield from _reference(document, path, name, "preset", branch.presets, key=True)
            continue
        model = OPTIONS.get(str(branch.presets[name].document.data.get("platform")))
        if model is None or not isinstance(options, Mapping):
            continue  # said about the preset, or by the model of this file
        try:
            model.model_validate(options)
        except ValidationError as error:
            yield from diagnose(error, model, document, path)


def _reference(
    document: Document,
    path: tuple[str | int, ...],
    name: Any,
    kind: str,
    known: Collection[str],
    *,
    key: bool = False,
) -> Iterator[Diagnostic]:
    """Say so, where ``name`` is not among the ``known`` things of a kind."""
    if not isinstance(name, str) or name in known or not re.fullmatch(NAME_PATTERN, name):
        return  # What is no name at all is said by the model of this file.
    others = f"there is {', '.join(f'`{each}`' for each in sorted(known)[:10])}"
    hint = did_you_mean(name, known) or (others if known else f"there are no {kind}s yet")
    yield document.error(path, f"there is no {kind} `{name[:60]}`", hint, key=key)


def _check_accounts(tree: Tree, tenant: str, branch: Branch) -> Iterator[Diagnostic]:
    """Check that accounts have credentials: their names are not encrypted.

    A tenant without any secrets is left alone; it may get them on another machine.
    """
    file = f"tenants/{tenant}/{SECRETS}"
    try:
        secrets, _ = read(read_file(tree.root / file, MAX_BYTES + 1), file)
    except OSError:
        return
    credentials = secrets.data.get("credentials")
    known = credentials if isinstance(credentials, Mapping) else {}
    for entry in (*branch.presets.values(), *branch.sources.values()):
        account = entry.document.data.get("account")
        if isinstance(account, str) and account not in known:
            hint = did_you_mean(account, known) or _how_to_add(entry, tenant, account)
            message = f"{file} has no account `{account}`"
            yield entry.document.error(("account",), message, hint)


def _how_to_add(entry: Entry, tenant: str, account: str) -> str:
    vendor = _vendor(entry)
    if vendor is None:
        return f"add it with `leap secrets set {tenant} {account}.<field>`"
    return f"log in: `leap auth login {vendor} --tenant {tenant} --account {account}`"


def _vendor(entry: Entry) -> str | None:
    """Return at whom one logs in for a source or a preset; None for what needs no login."""
    vendor = entry.document.data.get("kind") or entry.document.data.get("platform")
    return vendor if isinstance(vendor, str) and vendor in _LOGINS else None


def _check_kinds(branch: Branch) -> Iterator[Diagnostic]:
    """Say so, where one account is named for two vendors: a credential is of one of them."""
    seen: dict[str, tuple[str, Entry]] = {}
    for entry in (*branch.sources.values(), *branch.presets.values()):
        account, vendor = entry.document.data.get("account"), _vendor(entry)
        if not isinstance(account, str) or vendor is None:
            continue
        first, where = seen.setdefault(account, (vendor, entry))
        if first != vendor:
            message = f"account `{account[:60]}` is one of {first}: {where.document.file} names it"
            hint = f"name an account of {vendor}; each vendor has accounts of its own"
            yield entry.document.error(("account",), message, hint)


# ── pipelines ──────────────────────────────────────────────────────────────


def _check_stages(document: Document) -> Iterator[Diagnostic]:
    named = document.data.get("stages")
    values = {stage.value for stage in PIPELINE_STAGES}
    places = {
        Stage(name): index
        for index, name in reversed(list(enumerate(named if isinstance(named, list) else ())))
        if isinstance(name, str) and name in values
    }
    stages = sorted(places, key=places.__getitem__)
    for stage, need in missing_needs(stages):
        hint = f"add `{need}` before it"
        yield document.error(("stages", places[stage]), f"`{stage}` needs `{need}`", hint)
    for stage in stages:
        late = [each for each in inputs(stage, stages) if places.get(each, -1) > places[stage]]
        if late:
            order = ", ".join(each.value for each in Stage if each in places)
            message = f"`{stage}` comes before `{late[0]}`, whose result it takes in"
            yield document.error(("stages", places[stage]), message, f"the order is {order}")


# ── overrides ──────────────────────────────────────────────────────────────


def _check_twins(branch: Branch) -> Iterator[Diagnostic]:
    """Say so, where two overrides name the same recording in the same way."""
    seen: dict[tuple[str | None, ...], Entry] = {}
    for entry in branch.overrides.values():
        if entry.model is None:
            continue
        named: For = entry.model.for_
        key: tuple[str | None, ...] = (named.source, plain(named.title or ""), named.date)
        if named.recording is not None:
            key = (named.recording[-12:],)
        first = seen.setdefault(key, entry)
        if first is not entry:
            message = f"{first.document.file} is for the same recording"
            yield entry.document.error(("for",), message, "keep one of them", key=True)


# ── pictures ───────────────────────────────────────────────────────────────


def _check_pictures(root: Path, tenant: str, branch: Branch) -> Iterator[Diagnostic]:
    """Check that every thumbnail that is named is there."""
    named = [
        (document, path, name)
        for document, path, text in branch.thumbnails()
        if re.fullmatch(NAME_PATTERN, name := picture_name(text))
    ]
    known = picture_names(root, tenant) if named else frozenset()
    folder = f"tenants/{tenant}/{THUMBNAILS}"
    for document, path, name in named:
        if name not in known:
            hint = did_you_mean(name, known) or f"put the file {name}.png or {name}.jpg there"
            yield document.error(path, f"{folder}/ has no picture `{name}`", hint)


# ── paths ──────────────────────────────────────────────────────────────────


def _check_sources(tree: Tree, tenant: str, branch: Branch) -> Iterator[Diagnostic]:
    if tree.operator.model is None:
        return
    own = tree.root / "tenants" / tenant
    allowed = [resolved(tree.root, path) for path in tree.operator.model.folders]
    for entry in branch.sources.values():
        if not isinstance(entry.model, FolderSource):
            continue
        if not inside(resolved(tree.root, entry.model.path), [own, *allowed]):
            message = f"`{entry.model.path}` is outside the folders that sources may read"
            hint = "have the operator add it to `folders` in leap.yaml"
            yield entry.document.error(("path",), message, hint)


def _check_sites(tree: Tree) -> Iterator[Diagnostic]:
    """Keep sites inside the operator's folders, and each in a folder of its own."""
    if tree.operator.model is None:
        return
    allowed = [resolved(tree.root, path) for path in tree.operator.model.sites]
    taken: dict[Path, str] = {}
    above: dict[Path, str] = {}
    for tenant, branch in tree.tenants.items():
        for entry in branch.presets.values():
            if not isinstance(entry.model, SitePreset):
                continue
            path = resolved(tree.root, entry.model.path or allowed[0] / tenant)
            if not inside(path, allowed):
                message = f"`{entry.model.path}` is outside the folders that sites may be in"
                hint = "have the operator add it to `sites` in leap.yaml"
                yield entry.document.error(("path",), message, hint)
            folders = (path, *path.parents)
            other = next((taken[each] for each in folders if each in taken), above.get(path))
            if other is not None:
                message = f"{other} writes to the same folder, or one inside the other"
                yield entry.document.error(("path",), message, "give each its own `path`")
            taken.setdefault(path, entry.document.file)
            for folder in path.parents:
                above.setdefault(folder, entry.document.file)


# ── endpoints ──────────────────────────────────────────────────────────────


def _check_endpoints(tree: Tree) -> Iterator[Diagnostic]:
    """Keep tokens from travelling in the clear, unless the operator wants just that."""
    operator = tree.operator.model
    if operator is None or operator.allow_insecure_endpoints:
        return
    for path in operator.endpoints.insecure():
        message = f"{'.'.join(path)}: tokens would travel to it in the clear"
        hint = "write `https://…`, or for a test add `allow_insecure_endpoints: true`"
        yield tree.operator.document.error(path, message, hint)


def _check_cache(tree: Tree) -> Iterator[Diagnostic]:
    operator = tree.operator.model
    if (
        operator is None
        or operator.bucket is not None
        or "cache" not in tree.operator.document.data
    ):
        return
    hint = "remove it, or write `state: s3://bucket/prefix`"
    message = "nothing is cached: `state` is a folder of this machine"
    yield tree.operator.document.error(("cache",), message, hint, key=True)
