"""Trying out what is declared: examples of templates, and settings as they merge."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from leap.config.assembly import assemble
from leap.config.effective import effective
from leap.config.patterns import ascii_only
from leap.config.rules import judge
from leap.config.safety import lenient
from leap.config.template import Match, Template
from leap.config.tree import Tree
from leap.errors import ConfigError, Diagnostic

_ALL = frozenset({"", ".*", "^.*$", ".+", "^"})


def prove(tree: Tree, broken: Collection[str]) -> Iterator[Diagnostic]:
    """Return what shows only when templates are tried and settings are merged.

    ``broken`` are the files that have errors already; they are not merged.
    """
    for branch in tree.tenants.values():
        templates = [entry.model for entry in branch.templates.values() if entry.model is not None]
        templates.sort(key=lambda each: (-each.priority, each.name))
        for template in templates:
            yield from _try_examples(template)
            yield from _warn_about_letters(template)
        yield from _compare([each for each in templates if not each.draft])
        config = branch.tenant.model if branch.tenant else None
        if config is not None and tree.operator.model is not None:
            yield from lenient(tree.operator.model, config)
    yield from _merge_all(tree, broken)


def _try_examples(template: Template) -> Iterator[Diagnostic]:
    document = template.document
    for index, title in enumerate(template.examples.matches):
        verdict = judge(template.match, title)
        if not verdict.taken:
            message = f"the example does not match: {verdict.rule}"
            yield document.error(("examples", "matches", index), message)
    for index, title in enumerate(template.examples.rejects):
        verdict = judge(template.match, title)
        if verdict.taken:
            message = f"the example matches, by {verdict.rule}"
            yield document.error(
                ("examples", "rejects", index), message, "narrow the rules, or `exclude` it"
            )


def _warn_about_letters(template: Template) -> Iterator[Diagnostic]:
    for index, pattern in enumerate(template.match.patterns):
        if ascii_only(pattern):
            message = r"`\b` and `\w` know the letters A to Z only"
            hint = r"write `[\pL\pN_]` for a letter, `(^|\PL)` for a word's begin"
            yield template.document.warning(("match", "patterns", index), message, hint)


def _compare(templates: Sequence[Template]) -> Iterator[Diagnostic]:
    """Warn of templates whose recordings another one takes, or takes by its name alone."""
    for place, template in enumerate(templates):
        shadows = (other for other in templates[:place] if _takes_all(other, template.match))
        shadow = next(shadows, None)
        if shadow is not None:
            message = f"never used: template `{shadow.name}` takes everything before it"
            hint = f"give `{shadow.name}` a lower `priority`"
            yield template.document.warning(("match",), message, hint, key=True)
            continue
        yield from _contested(template, templates)


def _contested(template: Template, templates: Sequence[Template]) -> Iterator[Diagnostic]:
    for index, title in enumerate(template.examples.matches):
        for other in templates:
            if other is template or not _share_sources(other.match, template.match):
                continue
            if other.priority < template.priority or not judge(other.match, title).taken:
                continue
            path = ("examples", "matches", index)
            if other.priority > template.priority:
                message = f"template `{other.name}` takes this first (priority {other.priority})"
                yield template.document.warning(path, message, "change a `priority`")
            elif not judge(template.match, title).taken:
                continue
            else:
                first = min(other.name, template.name)
                message = f"template `{other.name}` matches this too; `{first}` wins by its name"
                yield template.document.warning(path, message, "give one a higher `priority`")


def _takes_all(other: Template, match: Match) -> bool:
    rules = other.match
    excludes = rules.exclude.exact or rules.exclude.keywords or rules.exclude.patterns
    if excludes or rules.mode == "all" or not _ALL & set(rules.patterns):
        return False
    return not rules.sources or (bool(match.sources) and set(match.sources) <= set(rules.sources))


def _share_sources(one: Match, other: Match) -> bool:
    return not one.sources or not other.sources or bool(set(one.sources) & set(other.sources))


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
                effective(declaration, tenant, template.name)
            except ConfigError as error:
                found |= set(error.diagnostics)
    yield from found
