"""Platforms that begin anew: nothing is on them, and everybody still has their login."""

from __future__ import annotations

import httpx

from emulators.vk import Vk
from emulators.youtube import YouTube


def test_youtube_begins_anew():
    """At the same address, an older token asks about a channel without videos."""
    with YouTube() as youtube:
        app, channel = youtube.app(), youtube.channel()
        youtube.video(channel, "One")
        token = youtube.access_token(app, channel)

    with youtube.anew() as new:
        header, query = {"Authorization": f"Bearer {token}"}, {"part": "id", "mine": "true"}
        found = httpx.get(f"{youtube.url}/youtube/v3/channels", params=query, headers=header)
        assert [channel.id] == [each["id"] for each in found.json()["items"]]
        assert ([], ["channels.list"]) == (new.live(), new.methods())


def test_vk_begins_anew():
    """At the same address, an older token asks about a community without videos."""
    with Vk() as vk:
        user = vk.user()
        group, token = vk.group("Faculty", user), vk.token(user)
        vk.video(group.owner_id, "One")

    with vk.anew() as new:
        form = {"access_token": token, "v": "5.199", "owner_id": group.owner_id}
        found = httpx.post(f"{vk.url}/method/video.get", data=form).json()
        assert {"count": 0, "items": []} == found["response"]
        assert ([], 1) == (new.videos, len(new.calls()))
