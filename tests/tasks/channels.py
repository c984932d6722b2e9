"""A university with a folder of recordings that publishes to emulated platforms of videos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from emulators.vk import Group, Vk
from emulators.youtube import Channel, YouTube

from leap import secrets

if TYPE_CHECKING:
    from conftest import University
    from emulators.vk import Video as VkVideo
    from emulators.youtube import Video


@dataclass
class Channels:
    """The university, and where its lectures go."""

    university: University
    youtube: YouTube
    vk: Vk
    channel: Channel
    group: Group

    @property
    def on_youtube(self) -> Video:
        """The one video of the channel."""
        (found,) = self.youtube.live()
        return found

    @property
    def on_vk(self) -> VkVideo:
        """The one video of the community."""
        (found,) = self.vk.videos
        return found

    def plan(self, *arguments: str) -> Any:
        """Return the plan as JSON data."""
        return self.university.leap("plan", "--format", "json", *arguments).json


def founded(university: University, youtube: YouTube, vk: Vk) -> Channels:
    """Declare a university that trims its lectures and publishes them to both."""
    channel, app, user = youtube.channel("Faculty"), youtube.app(), vk.user()
    found = Channels(university, youtube, vk, channel, vk.group("Faculty", user))
    endpoints = {
        "youtube": dict.fromkeys(("api", "token", "login"), youtube.url),
        "vk": dict.fromkeys(("api", "login", "implicit"), vk.url),
    }
    write = university.write
    write(
        "leap.yaml",
        f"""
        folders: [recordings]
        workers: 2
        endpoints: {json.dumps(endpoints)}
        allow_insecure_endpoints: true
        """,
    )
    write("pipelines/lecture.yaml", "stages: [download, trim, publish]")
    write(
        "tenants/uni/presets/tube.yaml",
        """
        platform: youtube
        account: channel
        tags: [machine learning]
        create_playlist: true
        """,
    )
    write(
        "tenants/uni/presets/vk.yaml",
        f"""
        platform: vk
        account: community
        group: {found.group.id}
        create_album: true
        """,
    )
    write(
        "tenants/uni/templates/lectures.yaml",
        """
        match: {keywords: [lecture]}
        pipeline: lecture
        metadata: {title: "{{ display_name }}", description: "Recorded {{ record_date }}."}
        publish:
          tube: {playlist: ML 2026}
          vk: {album: ML 2026}
        """,
    )
    (university.root / "tenants/uni/presets/site.yaml").unlink()
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    accounts = {
        "channel": {
            "kind": "youtube",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "refresh_token": youtube.refresh_token(app, channel),
        },
        "community": {
            "kind": "vk",
            "client_id": "51000001",
            "access_token": vk.token(user),
            "access_token_expires_at": (datetime.now(UTC) + timedelta(hours=23)).isoformat(),
        },
    }
    for name, fields in accounts.items():
        secrets.set_credential(university.root, "uni", name, fields)
    return found
