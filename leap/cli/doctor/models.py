"""The models that lectures are transcribed with on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leap.cli.doctor.check import Check, failed
from leap.errors import LeapError

if TYPE_CHECKING:
    from leap.config import Declaration


def models(root: Path) -> list[Check]:
    """Look whether every model that a template names is here, and whole.

    The one that is taken where none is named belongs to the machine's checks.
    """
    from leap.config import load

    try:
        declaration = load(root)
    except LeapError:
        return []  # said about the configuration
    return [_look(declaration, model) for model in _named(declaration)]


def _named(declaration: Declaration) -> list[str]:
    from leap.config import effective
    from leap.domain.stage import Stage

    found = set()
    for tenant, declared in declaration.tenants.items():
        for template in declared.templates:
            settings = effective(declaration, tenant, template.name)
            asked = settings.transcribe
            here = Stage.TRANSCRIBE in settings.stages and not asked.is_in_a_cloud
            found |= {asked.model} if here and asked.model else set()
    return sorted(found)


def _look(declaration: Declaration, model: str) -> Check:
    from leap.config.weights import located
    from leap.providers.whisper_models import find

    name, operator = f"model {model}", declaration.operator
    try:
        place = located(model, declaration.root, operator.models)
        folder = find(place, operator.state / "models")
    except LeapError as error:
        return failed(name, error)
    return Check("ok", name, str(folder))
