"""A login that ends holds its platform alone, and a new one is enough to go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from emulators.vk import Group, User, Vk
from emulators.youtube import App, Channel, YouTube

from leap import secrets

if TYPE_CHECKING:
    from conftest import Ran, University

FIRST = ("--accept", "fresh-ledger")
LOGIN = "leap auth login {} --tenant uni --account {}"


@dataclass
class Faculty:
    """A university that publishes to YouTube and VK, without looking for words."""

    university: University
    youtube: YouTube
    vk: Vk
    channel: Channel
    app: App
    user: User
    group: Group

    def reconcile(self, *arguments: str, expect: int = 0) -> Ran:
        return self.university.reconcile(*arguments, expect=expect)

    def hold(self) -> dict[str, Any]:
        (found,) = self.university.status().values()
        return found["hold"]

    def give_vk(self, lives: timedelta) -> None:
        """Keep a token for a day, of which so much is left."""
        token = self.vk.token(self.user, max(lives, timedelta(seconds=1)))
        ends = (datetime.now(UTC) + lives).isoformat()
        fields = {"kind": "vk", "client_id": "7", "access_token": token, "ends_at": ends}
        fields["access_token_expires_at"] = ends
        secrets.set_credential(self.university.root, "uni", "vk-main", fields)

    def give_youtube(self) -> None:
        """Keep a login at YouTube."""
        fields = {
            "kind": "youtube",
            "client_id": self.app.client_id,
            "client_secret": self.app.client_secret,
            "refresh_token": self.youtube.refresh_token(self.app, self.channel),
        }
        secrets.set_credential(self.university.root, "uni", "channel", fields)


@pytest.fixture
def faculty(university: University) -> Iterator[Faculty]:
    university.write("pipelines/lecture.yaml", "stages: [download, trim, publish]\n")
    (university.root / "tenants/uni/presets/site.yaml").unlink()
    with YouTube() as youtube, Vk() as vk:
        user = vk.user()
        group = vk.group("Faculty", user)
        university.write(
            "leap.yaml",
            f"""
            folders: [recordings]
            sites: [state/site]
            workers: 2
            allow_insecure_endpoints: true
            endpoints:
              youtube: {{api: "{youtube.url}", token: "{youtube.url}", login: "{youtube.url}"}}
              vk: {{api: "{vk.url}", login: "{vk.url}", implicit: "{vk.url}"}}
            """,
        )
        university.write(
            "tenants/uni/presets/lectures.yaml", "platform: youtube\naccount: channel\n"
        )
        university.write(
            "tenants/uni/presets/faculty.yaml",
            f"platform: vk\naccount: vk-main\ngroup: {group.id}\n",
        )
        university.edit("tenants/uni/templates/lectures.yaml", "  site:", "  lectures:\n  faculty:")
        (university.root / ".sops.yaml").write_text(
            "stores: {yaml: {indent: 2}}\ncreation_rules: []\n"
        )
        secrets.keygen(university.root, "uni")
        university.record("2026-11-20 Lecture 1.mp4")
        channel = youtube.channel("Faculty")
        found = Faculty(university, youtube, vk, channel, youtube.app(), user, group)
        found.give_youtube()
        yield found
        assert [] == youtube.violations


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_token_of_vk_that_ended_holds_vk_alone(faculty: Faculty) -> None:
    """YouTube goes on; the reason has the command, and after a new login nobody has to retry."""
    faculty.give_vk(timedelta(hours=-1))

    first = faculty.reconcile(*FIRST, expect=4)
    held, asked = faculty.hold(), faculty.vk.journal.count()
    second = faculty.reconcile()
    faculty.reconcile("--strict", expect=4)

    assert ("person", 1, 0) == (held["kind"], len(faculty.youtube.live()), asked)
    command = LOGIN.format("vk", "vk-main --implicit")
    assert f"log in again: {command}" in held["reason"]
    assert command in flat(first.out)
    assert "Held in this run:" in first.out
    assert command in flat(second.out)
    assert 0 == faculty.vk.journal.count()

    faculty.give_vk(timedelta(hours=20))
    last = faculty.reconcile()

    assert 1 == len(faculty.vk.videos), last.out
    assert 1 == len(faculty.youtube.live())
    assert faculty.hold() is None


def test_a_revoked_login_at_youtube_holds_youtube_alone(faculty: Faculty) -> None:
    """The other way round."""
    faculty.give_vk(timedelta(hours=20))
    faculty.youtube.oauth.revoke()

    faculty.reconcile(*FIRST, expect=4)
    held = faculty.hold()
    faculty.reconcile()

    assert ("person", 1) == (held["kind"], len(faculty.vk.videos))
    assert LOGIN.format("youtube", "channel") in held["reason"]
    assert [] == faculty.youtube.live()

    faculty.give_youtube()
    faculty.reconcile()

    assert (1, 1) == (len(faculty.youtube.live()), len(faculty.vk.videos))
    assert faculty.hold() is None


def test_the_last_hours_of_a_token_are_told_by_the_next_plan(faculty: Faculty) -> None:
    """It was enough for this run; tonight's needs another one."""
    faculty.give_vk(timedelta(hours=3))
    faculty.reconcile(*FIRST)

    told = flat(faculty.university.leap("plan").out)

    assert "uni: the login vk-main ends" in told
    assert "in 2 h; see `leap auth status`" in told


def test_what_a_platform_was_given_is_told_beside_what_is_declared(faculty: Faculty) -> None:
    """YouTube's forbidden signs are replaced; the order of tags and a number's form are no news."""
    university = faculty.university
    (university.root / "tenants/uni/presets/faculty.yaml").unlink()
    options = "{tags: [b, a], title: '{{ display_name }} < {{ record_date }}'}"
    university.edit(
        "tenants/uni/templates/lectures.yaml", "  lectures:\n  faculty:", f"  lectures: {options}"
    )
    faculty.reconcile(*FIRST)
    (found,) = university.status().values()

    def why(field: str) -> str:
        ran = university.leap("show", found["recording"], "--why", field, COLUMNS="80")
        return flat(ran.out)

    assert "It was given: Lecture 1 ＜ 2026-11-20" in why("title")
    for field in ("tags", "category", "privacy"):
        said = why(field)
        assert f"{field} of lectures published as declared" in said
        assert "It was given" not in said
