"""Whether those who shall transcribe or find topics can: their models, accounts, settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from leap.config.complaints import did_you_mean
from leap.config.declaration import Declaration
from leap.config.effective import Effective
from leap.config.events import MAX_BYTES
from leap.config.files import read_file
from leap.config.merge import Origin
from leap.config.reader import read
from leap.config.repository import OPERATOR, SECRETS
from leap.domain.stage import Stage
from leap.errors import Diagnostic


def check_transcriber(declaration: Declaration, settings: Effective) -> Iterator[Diagnostic]:
    """Yield what keeps the transcriber of ``settings`` from its work, each where it was decided."""
    chosen = settings.transcribe
    if Stage.TRANSCRIBE not in settings.stages or not chosen.is_in_a_cloud:
        return
    vendor, origins = chosen.with_, settings.origins()
    who = origins["transcribe.with"]
    models = declaration.operator.endpoints.speech.of(vendor).models
    place = f"endpoints.speech.{vendor}.models"
    if not models:
        hint = f"have the operator add a model with its address to `{place}` in leap.yaml"
        yield _at(who, f"`with: {vendor}` has no server yet", hint)
    elif chosen.model is not None and chosen.model not in models:
        known = ", ".join(f"`{each}`" for each in models)
        hint = did_you_mean(chosen.model, models) or f"{place} in leap.yaml has {known}"
        message = f"{vendor} has no model `{chosen.model}`"
        yield _at(origins["transcribe.model"], message, hint)
    beam = origins["transcribe.beam"]
    if beam.file and beam.file == who.file:
        hint = "leave it out; a cloud weighs as many readings as it likes"
        yield _at(beam, "`beam` is a setting of `whisper` alone", hint, is_warning=True)
    if chosen.account is not None:
        origin = origins["transcribe.account"]
        yield from _check_account(declaration, settings.tenant, chosen.account, vendor, origin)


def check_topic_finder(declaration: Declaration, settings: Effective) -> Iterator[Diagnostic]:
    """Yield what keeps the chat models of ``settings`` from their work, as above."""
    chosen, origins = settings.topics, settings.origins()
    if Stage.TOPICS not in settings.stages:
        return
    if not chosen.is_in_a_cloud:
        for key in ("account", "model", "questions"):
            origin = origins.get(f"topics.{key}")
            if origin is not None and origin.file and origin.file == origins["topics.with"].file:
                hint = "leave it out, or name a chat model under `with`"
                message = f"`{key}` is a setting of chat models alone"
                yield _at(origin, message, hint, is_warning=True)
        return
    asked = [("topics", chosen.with_, chosen.account)]
    if chosen.fallback is not None:
        asked.append(("topics.fallback", chosen.fallback.with_, chosen.fallback.account))
    for place, vendor, account in asked:
        if account is not None:
            origin = origins[f"{place}.account"]
            yield from _check_account(declaration, settings.tenant, account, vendor, origin)


def _check_account(
    declaration: Declaration, tenant: str, account: str, vendor: str, origin: Origin
) -> Iterator[Diagnostic]:
    file = f"tenants/{tenant}/{SECRETS}"
    known = _accounts(declaration, file)
    add = f"leap secrets set {tenant} {account}.api_key --kind {vendor}"
    if known is None:
        # The tenant may get its secrets on another machine.
        message = f"this account pays {vendor}, and there is no {file}"
        yield _at(origin, message, f"make it with `{add}`", is_warning=True)
    elif account not in known:
        hint = did_you_mean(account, known) or f"add it with `{add}`"
        yield _at(origin, f"{file} has no account `{account}`", hint)


def _accounts(declaration: Declaration, file: str) -> Collection[str] | None:
    """Return the names of the accounts in a secrets file, which are not encrypted."""
    try:
        secrets, _ = read(read_file(declaration.root / file, MAX_BYTES + 1), file)
    except OSError:
        return None
    found = secrets.data.get("credentials")
    return found if isinstance(found, Mapping) else ()


def _at(origin: Origin, message: str, hint: str, *, is_warning: bool = False) -> Diagnostic:
    return Diagnostic(
        origin.file or OPERATOR,
        origin.line,
        origin.column,
        message,
        hint,
        "warning" if is_warning else "error",
    )
