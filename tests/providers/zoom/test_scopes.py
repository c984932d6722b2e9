"""Which scopes a source needs, and which of them an app lacks."""

from __future__ import annotations

from typing import Any

import pytest

from leap.config.source import ZoomSource
from leap.providers.zoom.scopes import missing

READ, DELETE = "cloud_recording:read", "cloud_recording:delete"


def source(**more: Any) -> ZoomSource:
    """Return a source that says ``more`` than it must."""
    return ZoomSource.model_validate(
        {"kind": "zoom", "account": "zoom", "since": "2026-09-01", **more}
    )


def lacks(scopes: set[str], *sources: ZoomSource, personal: bool = False) -> list[str]:
    """Return the names of the scopes that are missing."""
    return [each.scope for each in missing(scopes, sources, personal=personal)]


@pytest.mark.parametrize(
    "more, personal, needed",
    [
        ({}, False, [f"{READ}:list_account_recordings:admin"]),
        ({"hosts": ["ada@example.org"]}, False, [f"{READ}:list_user_recordings:admin"]),
        (
            {"listing": "users"},
            False,
            ["user:read:list_users:admin", f"{READ}:list_user_recordings:admin"],
        ),
        (
            {"include_trash": True},
            False,
            [
                f"{READ}:list_account_recordings:admin",
                "user:read:list_users:admin",
                f"{READ}:list_user_recordings:admin",
            ],
        ),
        ({}, True, [f"{READ}:list_user_recordings"]),
        ({"include_trash": True}, True, [f"{READ}:list_user_recordings"]),
    ],
)
def test_a_source_needs_what_it_lists_with(
    more: dict[str, Any],
    needed: list[str],
    *,
    personal: bool,
) -> None:
    """A way of listing has scopes of its own; a person's login needs none of an administrator."""
    found = lacks(set(), source(**more), personal=personal)

    level = "" if personal else ":admin"
    files, bytes_ = f"{READ}:list_recording_files{level}", f"{READ}:recording{level}"
    assert [*needed, files, bytes_] == found


def test_the_trash_is_listed_user_by_user() -> None:
    """Where hosts are named, or a person sees their own, that is done anyway."""
    wanted = source(include_trash=True)

    found = lacks(set(), wanted)
    assert {"user:read:list_users:admin", f"{READ}:list_user_recordings:admin"} < set(found)
    named = {"hosts": ["ada@example.org"]}
    assert lacks(set(), source(**named)) == lacks(set(), source(include_trash=True, **named))
    assert lacks(set(), source(), personal=True) == lacks(set(), wanted, personal=True)


def test_trashing_is_needed_only_where_a_source_trashes() -> None:
    """Parts of a meeting are trashed one by one."""
    separate = lacks({"recording:read:admin"}, source(after_publication="trash"))
    longest = lacks({"recording:read:admin"}, source(after_publication="trash", segments="longest"))

    whole, part = f"{DELETE}:meeting_recording:admin", f"{DELETE}:recording_file:admin"
    assert ([whole, part], [whole]) == (separate, longest)


def test_older_apps_have_classic_scopes() -> None:
    """Two of them are enough for everything."""
    classic = {"recording:read:admin", "recording:write:admin", "user:read:admin"}
    sources = [source(after_publication="trash"), source(listing="users")]

    assert [] == lacks(classic, *sources)


def test_an_administrators_scope_does_for_a_person_too() -> None:
    """And a person's own does not for others."""
    admin = {f"{READ}:{name}:admin" for name in ("list_user_recordings", "recording")}
    admin.add(f"{READ}:list_recording_files:admin")
    own = {scope.removesuffix(":admin") for scope in admin}

    assert ([], []) == (lacks(admin, personal=True), lacks(own, source(), personal=True))
    assert 3 == len(lacks(own, source()))


def test_a_scope_is_named_once() -> None:
    """However many sources need it."""
    found = lacks(set(), source(), source(), source(hosts=["ada@example.org"]))

    assert len(found) == len(set(found)) == 4
