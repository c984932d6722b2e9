"""What a person can allow an app to do, by the names of Google."""

from __future__ import annotations

_AUTH = "https://www.googleapis.com/auth/"
#: All that publishing needs.
FORCE_SSL = _AUTH + "youtube.force-ssl"
MANAGE = _AUTH + "youtube"
UPLOAD = _AUTH + "youtube.upload"
READONLY = _AUTH + "youtube.readonly"

KNOWN = frozenset(
    {
        FORCE_SSL,
        MANAGE,
        UPLOAD,
        READONLY,
        _AUTH + "youtubepartner",
        _AUTH + "youtubepartner-channel-audit",
        _AUTH + "youtube.channel-memberships.creator",
        "openid",
        "email",
        "profile",
        _AUTH + "userinfo.email",
        _AUTH + "userinfo.profile",
    }
)
