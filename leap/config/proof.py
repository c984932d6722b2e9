"""Trying out what is declared: examples of templates, and settings as they merge."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from leap.config.assembly import assemble
from leap.config.budgets import check_money
from leap.config.declaration import Declaration
from leap.config.effective import Effective, effective
from leap.config.hearing import check_hearing
from leap.config.overlaps import overlaps, share_sources
from leap.config.override import Override
from leap.config.patterns import ascii_only
from leap.config.presets import CLOUD_PLATFORMS
from leap.config.repository import SECRETS
from leap.config.rules import judge
from leap.config.safety import lenient
from leap.config.template import Template
from leap.config.tenant import TenantDeclaration
from leap.config.transcribers import check_topic_finder, check_transcriber
from leap.config.tree import Tree
from leap.errors import ConfigError, Diagnostic

#: Examples times templates of one tenant; more would be a matter of minutes.
_MAX_TRIES = 200_000


def prove(tree: Tree, broken: Collection[str]) -> Iterator[Diagnostic]:
    """Return what shows only when templates are tried and settings are merged.

    ``broken`` are the files that have errors already; they are not merged.
    """
    for branch in tree.tenants.values():
        templates = [entry.model for entry in branch.templates.values() if entry.model is not None]
        templates.sort(key=lambda each: (-each.priority, each.name))
        for template in templates:
            yield from _try_examples(template, templates)
            yield from _warn_about_letters(template)
        taking = [each for each in templates if not each.draft]
        yield from overlaps(taking)
        yield from _compare(taking)
        config = branch.tenant.model if branch.tenant else None
        if config is not None and tree.operator.model is not None:
            yield from lenient(tree.operator.model, config)
    if tree.operator.model is not None:
        configs = {
            name: branch.tenant.model
            for name, branch in tree.tenants.items()
            if branch.tenant and branch.tenant.model is not None
        }
        yield from check_money(tree.root, tree.operator.model, configs)
    yield from _merge_all(tree, broken)


def _try_examples(template: Template, templates: Sequence[Template]) -> Iterator[Diagnostic]:
    document = template.document
    for index, title in enumerate(template.examples.matches):
        verdict = judge(template.match, title)
        if not verdict.taken:
            message = f"the example does not match: {verdict.rule}"
            hint = _who_takes(template, title, templates) or "add a rule that takes it"
            yield document.error(("examples", "matches", index), message, hint)
    for index, title in enumerate(template.examples.rejects):
        verdict = judge(template.match, title)
        if verdict.taken:
            message = f"the example matches, by {verdict.rule}"
            yield document.error(
                ("examples", "rejects", index), message, "narrow the rules, or `exclude` it"
            )


def _who_takes(template: Template, title: str, templates: Sequence[Template]) -> str | None:
    for other in templates:
        verdict = judge(other.match, title)
        if verdict.taken and other is not template and not other.draft:
            return f"template `{other.name}` takes it, by {verdict.rule}"
    return None


def _warn_about_letters(template: Template) -> Iterator[Diagnostic]:
    for index, pattern in enumerate(template.match.patterns):
        if ascii_only(pattern):
            message = r"`\b` and `\w` know the letters A to Z only"
            hint = r"write `[\pL\pN_]` for a letter, `(^|\PL)` for a word's begin"
            yield template.document.warning(("match", "patterns", index), message, hint)


def _compare(templates: Sequence[Template]) -> Iterator[Diagnostic]:
    """Warn of examples that another template takes, or takes by its name alone."""
    tries = 0
    for template in templates:
        rivals = [
            other
            for other in templates
            if other is not template
            and other.priority >= template.priority
            and share_sources(other.match, template.match)
        ]
        tries += len(rivals) * len(template.examples.matches)
        if tries > _MAX_TRIES:
            message = "not compared with other templates: too many examples come before these"
            yield template.document.warning(("examples",), message, key=True)
            return
        for index, title in enumerate(template.examples.matches):
            rival = next((each for each in rivals if judge(each.match, title).taken), None)
            if rival is not None and judge(template.match, title).taken:
                path = ("examples", "matches", index)
                yield template.document.warning(path, *_contested(template, rival))


def _contested(template: Template, rival: Template) -> tuple[str, str]:
    if rival.priority > template.priority:
        message = f"template `{rival.name}` takes this first (priority {rival.priority})"
        return message, "change a `priority`"
    first = min(rival.name, template.name)
    message = f"template `{rival.name}` matches this too; `{first}` wins by its name"
    return message, "give one a higher `priority`"


def _merge_all(tree: Tree, broken: Collection[str]) -> Iterator[Diagnostic]:
    """Merge the settings of every template whose layers are sound; report contradictions."""
    declaration = assemble(tree)
    if declaration is None:
        return
    found: set[Diagnostic] = set()
    for tenant, declared in declaration.tenants.items():
        for template in declared.templates:
            sound = template.pipeline in declaration.pipelines and template.file not in broken
            if not sound or not set(template.publish) <= set(declared.presets):
                continue
            try:
                settings = effective(declaration, tenant, template.name)
            except ConfigError as error:
                found |= set(error.diagnostics)
            else:
                found |= set(_lacking(declaration, declared, settings))
                found |= set(check_transcriber(declaration, settings))
                found |= set(check_topic_finder(declaration, settings))
                found |= set(check_hearing(settings))
        for override in declared.overrides:
            if override.file not in broken and set(override.publish) <= set(declared.presets):
                found |= _contradicted(declaration, declared, override, broken)
    yield from found


def _contradicted(
    declaration: Declaration,
    declared: TenantDeclaration,
    override: Override,
    broken: Collection[str],
) -> set[Diagnostic]:
    """Return where ``override`` contradicts whatever template its recording may have."""
    common: set[Diagnostic] | None = None
    for template in declared.templates:
        sound = template.pipeline in declaration.pipelines and template.file not in broken
        if not sound or not set(template.publish) <= set(declared.presets):
            continue
        try:
            effective(declaration, declared.name, template.name, override)
        except ConfigError as error:
            here = {each for each in error.diagnostics if each.file == override.file}
            common = here if common is None else common & here
        else:
            return set()
    return common or set()


def _lacking(
    declaration: Declaration, declared: TenantDeclaration, settings: Effective
) -> Iterator[Diagnostic]:
    """Warn of an account that a publication cannot do without, where no secrets are at all.

    Where there are some, leap.config.checks looks for the account among them.
    """
    file = f"tenants/{declared.name}/{SECRETS}"
    for name, publication in settings.publications.items():
        account, platform = publication.account, publication.platform
        is_cloud = platform in CLOUD_PLATFORMS
        needed = account and (is_cloud or publication.options.get("privacy") == "unlisted")
        if needed and not (declaration.root / file).exists():
            what = "publishing" if is_cloud else "an unlisted page"
            message = f"{what} needs this account, and there is no {file}"
            login = f"`leap auth login {platform} --tenant {declared.name} --account {account}`"
            hint = f"make it with `leap secrets set {declared.name} {account}.<field>`"
            yield declared.presets[name].document.warning(
                ("account",), message, f"log in: {login}" if is_cloud else hint
            )
