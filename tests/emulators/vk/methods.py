"""The methods of VK's API that are about videos: ``POST /method/<name>``.

https://dev.vk.com/ru/method/video
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from emulators.clock import Clock
from emulators.messages import Answer, Request, as_json
from emulators.vk.albums import Albums
from emulators.vk.contract import Contract
from emulators.vk.limits import Limits
from emulators.vk.oauth import OAuth
from emulators.vk.refusals import Refused, refusal
from emulators.vk.uploads import Uploads
from emulators.vk.world import Group, User, Video

_LONGEST_TITLE, _LONGEST_TEXT = 128, 5000
#: The bits of what an app may do.
_RIGHTS = {"video": 1 << 4, "wall": 1 << 13, "groups": 1 << 18}


@dataclass(frozen=True)
class Call:
    """One call of a method, by somebody."""

    form: Mapping[str, str]
    user: User
    scopes: tuple[str, ...]

    def text(self, name: str, default: str = "") -> str:
        return self.form.get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        """Return a number; refuses with 100."""
        try:
            return int(self.form.get(name) or default)
        except ValueError:
            raise wrong(f"{name} not integer") from None

    def needed(self, name: str) -> int:
        """Return a number that must be there; refuses with 100."""
        if not self.form.get(name):
            raise wrong(f"{name} is undefined")
        return self.number(name)

    def flag(self, name: str) -> bool:
        """Return whether something is said at all but 0, as ``False`` is."""
        return self.form.get(name, "0") not in ("", "0")

    def list(self, name: str) -> list[str]:
        return [each for each in self.form.get(name, "").split(",") if each]


def wrong(what: str) -> Refused:
    """Return the refusal of a parameter."""
    return Refused(100, f"One of the parameters specified was missing or invalid: {what}")


class Methods:
    """Answers calls. ``upload_lives`` is how long bytes may be sent after `video.save`."""

    def __init__(
        self, oauth: OAuth, uploads: Uploads, contract: Contract, limits: Limits, clock: Clock
    ) -> None:
        self.oauth, self.uploads, self.clock = oauth, uploads, clock
        self.contract, self.limits = contract, limits
        self.upload_lives = timedelta(hours=3)
        self.groups: dict[int, Group] = {}
        self.users: dict[int, User] = {}
        self.videos: list[Video] = []
        self.albums = Albums(clock)
        self._numbers = count(456239017)
        self._lock = threading.RLock()
        self._methods: dict[str, Callable[[Call], Any]] = {
            "video.save": self._save,
            "video.get": self._get,
            "video.edit": self._edit,
            "video.delete": self._delete,
            "video.addAlbum": self._add_album,
            "video.deleteAlbum": self._delete_album,
            "video.getAlbums": self._get_albums,
            "video.addToAlbum": self._add_to_album,
            "video.removeFromAlbum": self._remove_from_album,
            "video.getAlbumsByVideo": self._get_albums_by_video,
            "video.getThumbUploadUrl": self._get_thumb_upload_url,
            "video.saveUploadedThumb": self._save_uploaded_thumb,
            "users.get": self._users_get,
            "groups.get": self._groups_get,
            "groups.getById": self._groups_get_by_id,
            "account.getAppPermissions": self._get_app_permissions,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one call, with an error where it is refused."""
        try:
            return as_json({"response": self._said(request)})
        except Refused as refused:
            return refusal(request, refused.code, refused.message, **refused.more)

    def _said(self, request: Request) -> Any:
        name, form = request.segments[-1], request.form
        if request.method != "POST" or not form:
            raise Refused(8)
        self.contract.judge(name, form)
        access = self.oauth.checked(form.get("access_token", ""))
        self.limits.admit(form["access_token"])
        if name not in self._methods:
            raise Refused(3)
        with self._lock:
            return self._methods[name](Call(form, access.user, access.scopes))

    def find(self, owner: int, number: int) -> Video | None:
        """Return a video that was not deleted."""
        found = (each for each in self.videos if each.key == (owner, number) and not each.deleted)
        return next(found, None)

    # ── videos ──────────────────────────────────────────────────────────────

    def _save(self, call: Call) -> dict[str, Any]:
        group = call.number("group_id")
        owner = -group if group else call.user.id
        if group and group not in self.groups:
            raise Refused(125)
        self._require_mine(call, owner)
        album = call.number("album_id")
        if album and not self.albums.of(owner, album):
            raise Refused(114)
        now = self.clock.now()
        video = Video(
            id=next(self._numbers),
            owner_id=owner,
            user_id=call.user.id,
            title=call.text("name")[:_LONGEST_TITLE],
            description=call.text("description")[:_LONGEST_TEXT],
            created=now,
            expires=now + self.upload_lives,
            no_comments=call.flag("no_comments"),
            repeat=call.flag("repeat"),
            compression=call.flag("compression"),
            wallpost=call.flag("wallpost"),
        )
        self._set_privacy(video, call)
        self.videos.append(video)
        if album:
            self.albums.put(owner, album, video)
        return {
            "access_key": video.access_key,
            "description": video.description,
            "owner_id": owner,
            "title": video.title,
            "upload_url": self.uploads.address(video),
            "video_id": video.id,
        }

    def _get(self, call: Call) -> dict[str, Any]:
        size = call.number("count", 100)
        if not 0 <= size <= 200:
            raise wrong("count should be less or equal to 200")
        if named := call.list("videos"):
            found = [self._named(call, name) for name in named]
        else:
            owner = call.number("owner_id", call.user.id)
            if owner not in self.users and -owner not in self.groups:
                raise Refused(204)
            found = self._listed(owner, call.number("album_id"))
        seen = [each for each in found if each and self._may_see(call, each)]
        offset = call.number("offset")
        page = seen[offset : offset + size] if not named else seen[:200]
        items = [self._item(call, video) for video in page]
        more = {"profiles": [], "groups": []} if call.flag("extended") else {}
        return {"count": len(seen), "items": items, **more}

    def _named(self, call: Call, name: str) -> Video | None:
        owner, _, rest = name.partition("_")
        number, _, _key = rest.partition("_")
        try:
            return self.find(int(owner), int(number))
        except ValueError:
            raise wrong("videos is invalid") from None

    def _listed(self, owner: int, album: int) -> list[Video | None]:
        if album:
            return [self.find(*key) for key in reversed(self.albums.needed(owner, album).videos)]
        return [
            each for each in reversed(self.videos) if each.owner_id == owner and not each.deleted
        ]

    def _may_see(self, call: Call, video: Video) -> bool:
        return self.is_mine(call.user, video.owner_id) or video.privacy == "all"

    def _item(self, call: Call, video: Video) -> dict[str, Any]:
        mine = int(self.is_mine(call.user, video.owner_id))
        created = int(video.created.timestamp())
        item: dict[str, Any] = {
            "response_type": "full",
            "id": video.id,
            "owner_id": video.owner_id,
            "title": video.title,
            "description": video.description,
            "date": created,
            "adding_date": created,
            "can_edit": mine,
            "can_delete": mine,
            "can_comment": int(not video.no_comments),
            "comments": 0,
            "views": 0,
            "type": "video",
            "duration": 0,
            "image": [{"url": f"https://i.mycdn.me/{video.id}", "width": 320, "height": 240}],
        }
        if video.owner_id < 0:
            item["user_id"] = video.user_id
        if video.repeat:
            item["repeat"] = 1
        if mine and video.privacy != "all":
            item["is_private"] = 1
        if call.flag("extended") and mine:
            item["privacy_view"] = {"category": video.privacy}
            item["privacy_comment"] = {"category": video.comments}
        if video.restricted:
            code, text = video.restricted
            item |= {"content_restricted": code, "content_restricted_message": text}
        if video.ready is None:
            return item
        if video.ready > self.clock.now():
            return {**item, "processing": 1, "converting": 1}
        player = f"https://vk.com/video_ext.php?oid={video.owner_id}&id={video.id}"
        return {**item, "duration": video.duration, "player": player, "width": 1280, "height": 720}

    def _edit(self, call: Call) -> dict[str, Any]:
        video = self._mine(call)
        if "name" in call.form:
            video.title = call.text("name")[:_LONGEST_TITLE]
        if "desc" in call.form:
            video.description = call.text("desc")[:_LONGEST_TEXT]
        if "repeat" in call.form:
            video.repeat = call.flag("repeat")
        if "no_comments" in call.form and video.owner_id < 0:
            video.no_comments = call.flag("no_comments")
        self._set_privacy(video, call)
        return {"success": 1, "access_key": video.access_key}

    def _delete(self, call: Call) -> int:
        self._mine(call).deleted = True
        return 1

    def _set_privacy(self, video: Video, call: Call) -> None:
        """Do what is asked where the video is in a profile; in a community it counts for nothing."""
        if video.owner_id > 0:
            video.privacy = (call.list("privacy_view") or [video.privacy])[0]
            video.comments = (call.list("privacy_comment") or [video.comments])[0]

    # ── albums ──────────────────────────────────────────────────────────────

    def _add_album(self, call: Call) -> dict[str, Any]:
        group = call.number("group_id")
        owner = -group if group else call.user.id
        self._require_mine(call, owner)
        return {"album_id": self.albums.add(owner, call.text("title")).id}

    def _delete_album(self, call: Call) -> int:
        group = call.number("group_id")
        owner = -group if group else call.user.id
        self._require_mine(call, owner)
        self.albums.remove(owner, call.needed("album_id"))
        return 1

    def _get_albums(self, call: Call) -> dict[str, Any]:
        owner, size = call.number("owner_id", call.user.id), call.number("count", 50)
        if not 0 <= size <= 100:
            raise wrong("count should be less or equal to 100")
        if owner not in self.users and -owner not in self.groups:
            raise Refused(204)
        found, offset = self.albums.all(owner), call.number("offset")
        page = found[offset : offset + size]
        full = call.flag("extended")
        return {"count": len(found), "items": [self.albums.item(each, full=full) for each in page]}

    def _add_to_album(self, call: Call) -> Any:
        return self._change(call, self.albums.put)

    def _remove_from_album(self, call: Call) -> Any:
        return self._change(call, self.albums.take)

    def _change(self, call: Call, change: Callable[[int, int, Video], None]) -> Any:
        """Do it with one album or with several; whose they are is in ``target_id``."""
        video = self._mine(call)
        target = call.number("target_id", call.user.id)
        self._require_mine(call, target)
        several = [int(each) for each in call.list("album_ids")]
        for album in several or [call.needed("album_id")]:
            change(target, album, video)
        return several or 1

    def _get_albums_by_video(self, call: Call) -> list[int]:
        video = self.find(call.needed("owner_id"), call.needed("video_id"))
        if video is None or not self._may_see(call, video):
            raise Refused(204)
        return self.albums.with_video(call.number("target_id", call.user.id), video)

    # ── thumbnails ──────────────────────────────────────────────────────────

    def _get_thumb_upload_url(self, call: Call) -> dict[str, Any]:
        self._require_mine(call, call.needed("owner_id"))
        return {"upload_url": self.uploads.thumb_address(call.needed("owner_id"))}

    def _save_uploaded_thumb(self, call: Call) -> dict[str, Any]:
        owner = call.needed("owner_id")
        self._require_mine(call, owner)
        digest = self.uploads.thumb(owner, call.text("thumb_json"))
        if call.flag("set_thumb"):
            self._mine(call).thumb = digest
        return {
            "photo_id": 457239000 + len(self.videos),
            "photo_owner_id": owner,
            "photo_hash": secrets.token_hex(9),
            "image": [{"url": "https://i.mycdn.me/thumb", "width": 1280, "height": 720}],
        }

    # ── people and communities ──────────────────────────────────────────────

    def _users_get(self, call: Call) -> list[dict[str, Any]]:
        named = [int(each) for each in call.list("user_ids")] or [call.user.id]
        found = [self.users[each] for each in named if each in self.users]
        names = [(each, *each.name.partition(" ")) for each in found]
        return [
            {"id": each.id, "first_name": first, "last_name": last}
            for each, first, _, last in names
        ]

    def _groups_get(self, call: Call) -> dict[str, Any]:
        mine = [each for each in self.groups.values() if call.user in each.managers]
        full = call.flag("extended")
        items = [self._group(call, each) if full else each.id for each in mine]
        return {"count": len(mine), "items": items}

    def _groups_get_by_id(self, call: Call) -> dict[str, Any]:
        named = call.list("group_ids") or call.list("group_id")
        numbers = [int(each) for each in named if each.isdecimal()]
        if any(each not in self.groups for each in numbers):
            raise Refused(100, "One of the parameters specified was missing or invalid: group_ids")
        groups = [self._group(call, self.groups[each]) for each in numbers]
        return {"groups": groups, "profiles": []}

    def _group(self, call: Call, group: Group) -> dict[str, Any]:
        manages = int(call.user in group.managers)
        return {
            "id": group.id,
            "name": group.title,
            "screen_name": f"club{group.id}",
            "is_closed": 0,
            "type": "group",
            "is_admin": manages,
            **({"admin_level": 3} if manages else {}),
            "can_upload_video": manages,
        }

    def _get_app_permissions(self, call: Call) -> int:
        return sum(_RIGHTS[scope] for scope in call.scopes if scope in _RIGHTS)

    # ── who may what ────────────────────────────────────────────────────────

    def is_mine(self, user: User, owner: int) -> bool:
        """Tell whether ``user`` may change what belongs to ``owner``."""
        group = self.groups.get(-owner)
        return owner == user.id or (group is not None and user in group.managers)

    def _require_mine(self, call: Call, owner: int) -> None:
        if "video" not in call.scopes:
            raise Refused(15, "Access denied: no access to call this method")
        if not self.is_mine(call.user, owner):
            raise Refused(204)

    def _mine(self, call: Call) -> Video:
        owner = call.number("owner_id", call.user.id)
        self._require_mine(call, owner)
        video = self.find(owner, call.needed("video_id"))
        if video is None:
            raise Refused(204)
        return video
