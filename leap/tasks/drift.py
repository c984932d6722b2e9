"""Looking at platforms: which published videos are not as they were left there.

Each publication is compared with what it was last given, as the ledger has it.
What a preset manages and somebody else has changed is taken off what is
applied, so that the next publishing makes just that part anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from leap.config.presets import CLOUD_PLATFORMS, AnyPreset, VkPreset, YouTubePreset
from leap.domain.accounts import Deferral
from leap.domain.drift import Closely, Drift, View
from leap.domain.plan import Plan
from leap.domain.ports import Placed, Progress
from leap.domain.snapshot import Actual, Only, PublicationFact
from leap.errors import DeferUntil, MissingTool, ProviderError, SecretError
from leap.planning.drift import drift_of, was_lost, way_out
from leap.providers import open_video_publisher
from leap.render.terminal import moment
from leap.tasks.job import alone
from leap.tasks.quotas import quotas_for
from leap.tasks.survey import Session, Survey
from leap.tasks.tokens import tokens_for

#: What is looked at always; captions are dear.
_FIELDS = ("metadata", "thumbnail", "playlists", "albums", "privacy")


@dataclass(frozen=True, slots=True)
class _Standing:
    """One publication that stands, as far as the ledger knows, and what it was given."""

    recording: str
    fact: PublicationFact
    given: Mapping[str, object]

    @property
    def placed(self) -> Placed:
        return Placed(self.fact.external_id or "", self.fact.url or "")


def views(
    session: Session, tenants: Collection[str], progress: Progress, closely: Closely
) -> Mapping[str, View]:
    """Return what the platforms of ``tenants`` show, by tenant. Raises LedgerError."""
    return {tenant: _view(session, tenant, progress, closely) for tenant in tenants}


def _view(session: Session, tenant: str, progress: Progress, closely: Closely) -> View:
    """Look at everything that ``tenant`` has published on platforms of videos.

    A preset whose account fails is a problem and keeps no other back; one whose
    account was put off is not asked.
    """
    declared = session.declaration.tenants[tenant]
    put_off = dict(session.ledger.deferrals(tenant))
    deferred: dict[str, Deferral] = {}
    drifts: list[Drift] = []
    problems: list[str] = []
    notes: list[str] = []
    for preset, standing in _standing(session, tenant).items():
        account = str(declared.presets[preset].account)
        if account in put_off:
            notes.append(f"{tenant}/{preset}: {_not_asked(put_off[account])}")
            continue
        try:
            drifts += _drifts(session, tenant, preset, standing, progress, closely)
        except (ProviderError, SecretError, MissingTool) as error:
            words = str(error)
            if isinstance(error, DeferUntil) and error.until > session.clock.now():
                put_off[account] = Deferral(error.until, words)
                words = _not_asked(put_off[account])
                if error.for_account:
                    deferred[account] = put_off[account]
            problems.append(f"{tenant}/{preset}: {words}")
    return View(tuple(drifts), tuple(problems), tuple(notes), deferred)


def write_down(session: Session, found: Survey, plan: Plan) -> Survey:
    """Let the ledger know of the drifts in ``plan``, and return ``found`` without them."""
    for each in plan.drifts:
        here = each.tenant, each.recording, each.preset
        known = found.actuals[each.tenant].publication(each.recording, each.preset)
        if known is None:
            continue
        if each.needs_person:
            if known.reason == way_out(each):
                continue
            session.ledger.publication_failed(
                *(*here, each.platform),
                wanted=known.applied,
                reason=way_out(each),
                permanent=False,
                needs_person=True,
            )
        elif each.parts or each.state == "back":
            session.ledger.publication_drifted(*here, each.parts)
        else:
            continue
        what = each.reason or f"{', '.join(edit.field for edit in each.edits)} changed there"
        session.ledger.event(*here[:2], "drift", f"{each.preset}: {what}", url=each.url)
    return replace(found, drifts=())


def _drifts(
    session: Session,
    tenant: str,
    name: str,
    standing: Sequence[_Standing],
    progress: Progress,
    closely: Closely,
) -> list[Drift]:
    preset = session.declaration.tenants[tenant].presets[name]
    account = str(preset.account)
    parts = {*_FIELDS, *(["captions"] if closely == "captions" else ())}
    given = {each.placed.external_id: each.given for each in standing}
    with quotas_for(session, tenant, account, preset.platform) as quotas:
        publisher = open_video_publisher(
            session.declaration.operator,
            alone(preset),
            tokens_for(session, tenant)(account),
            quotas,
            tenant=tenant,
        )
        looked = publisher.look(
            [each.placed for each in standing],
            parts.intersection(publisher.parts),
            progress,
            given,
        )
    found = (
        drift_of(tenant, each.recording, each.fact, each.given, looked[id_], _managed(preset))
        for each in standing
        if (id_ := each.placed.external_id) in looked
    )
    return [each for each in found if each is not None]


def _standing(session: Session, tenant: str) -> dict[str, list[_Standing]]:
    """Return what stands on platforms and is wanted there, by preset."""
    ledger, declaration = session.ledger, session.declaration
    presets = declaration.tenants[tenant].presets
    platforms = {preset.platform for preset in presets.values()} & CLOUD_PLATFORMS
    given = {
        key: details
        for platform in sorted(platforms)
        for key, details in ledger.given(tenant, platform).items()
    }
    ids = {recording for recording, _ in given}
    if not ids:
        return {}
    actual = ledger.snapshot(tenant, Only(declaration.digests[tenant], ids=sorted(ids)))
    found: dict[str, list[_Standing]] = {}
    for recording, facts in actual.publications.items():
        for fact in facts:
            if fact.preset in presets and _is_ours(actual, recording, fact):
                each = _Standing(recording, fact, given.get((recording, fact.preset), {}))
                found.setdefault(fact.preset, []).append(each)
    return found


def _is_ours(actual: Actual, recording: str, fact: PublicationFact) -> bool:
    """Tell whether a video is there that is wanted, and that nobody works on now."""
    row = actual.recordings.get(recording)
    wanted = row.wanted.publications if row is not None and row.wanted else {}
    is_there = fact.platform in CLOUD_PLATFORMS and fact.external_id
    return bool(is_there) and fact.preset in wanted and (fact.state == "applied" or was_lost(fact))


def _managed(preset: AnyPreset) -> Sequence[str]:
    return preset.manage if isinstance(preset, YouTubePreset | VkPreset) else ()


def _not_asked(deferral: Deferral) -> str:
    return f"not looked at before {moment(deferral.until)}: {deferral.reason}"
