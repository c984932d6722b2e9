"""How many steps may use each resource at once: each account that pays counts by itself."""

from __future__ import annotations

import pytest

from leap.config import load
from leap.config.accounts import accounts_in
from leap.tasks.limits import limits, limits_of, publishing, transcribing

OPERATOR = """
sites: [state/site]
resources: {transcribe: 3}
endpoints: {speech: {speaches: {models: {tiny: "https://speech.example.org"}}}}
"""


@pytest.fixture
def paying(university):
    """Give a university whose templates transcribe with different accounts."""
    university.write("leap.yaml", OPERATOR)
    university.edit("tenants/uni/tenant.yaml", "{beam: 1}", "{with: fireworks, account: all}")
    university.write(
        "tenants/uni/templates/algebra.yaml",
        """
        match: {keywords: [algebra]}
        pipeline: lecture
        transcribe: {account: algebra}
        """,
    )
    university.write("tenants/uni/sources/folder.yaml", "kind: folder\npath: tenants/uni\n")
    university.write("tenants/uni/presets/tube.yaml", "platform: youtube\naccount: tube\n")
    university.write("tenants/uni/presets/second.yaml", "platform: youtube\naccount: second\n")
    university.write("tenants/uni/presets/vk.yaml", "platform: vk\naccount: vk\n")
    return university


def test_every_account_has_the_limit_to_itself(paying):
    """So has a server of one's own that needs none."""
    declaration = load(paying.root)

    found = limits_of(declaration, ["uni"])

    assert "transcribe" not in found
    assert 3 == found[transcribing("uni", "fireworks", "all")]
    assert 3 == found[transcribing("uni", "fireworks", "algebra")]
    assert 3 == found[transcribing("uni", "speaches", None)]
    assert [2, 2, 1] == [
        found[publishing("uni", platform, account)]
        for platform, account in (("youtube", "tube"), ("youtube", "second"), ("vk", "vk"))
    ]
    assert {"youtube", "vk"}.isdisjoint(found)
    assert {"ffmpeg": 2, "whisper": 1} == {name: found[name] for name in ("ffmpeg", "whisper")}


def test_a_scheduler_that_reads_the_files_knows_the_same(paying):
    """Also where a tenant's files have mistakes, which are not the scheduler's business."""
    declaration = load(paying.root)
    ours = limits_of(declaration, ["uni"])

    paying.edit("tenants/uni/tenant.yaml", "time_zone: Europe/Moscow", "time_zone: Mars")
    theirs = limits(declaration.operator, accounts_in(paying.root))

    assert ours == theirs
