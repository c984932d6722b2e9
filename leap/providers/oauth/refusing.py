"""What a person reads about a login that does not do: a credential's, or a vendor's no."""

from __future__ import annotations

from collections.abc import Mapping

from leap.errors import LeapError, NeedsHuman, ProviderError

#: Why a vendor says no, and what helps; ``{login}`` is the command that logs in.
Reason = tuple[str, str]
#: Statuses of a no that is meant for whoever asked.
_MEANT = (400, 401, 403)


def require_whole(
    vendor: str,
    kinds: Mapping[str, tuple[str, ...]],
    account: str,
    fields: Mapping[str, str],
    login: str,
) -> None:
    """Raise NeedsHuman where a credential is none of a vendor's, or lacks a field.

    Args:
        vendor: the vendor as people know it.
        kinds: the kinds of its credentials, and what each must have.
        account: the credential's name.
        fields: what it has, its ``kind`` among them.
        login: the command that logs in.
    """
    kind = fields.get("kind", "")
    missing = [name for name in kinds.get(kind, ()) if not fields.get(name)]
    if kind not in kinds:
        said = f"is not one for {vendor} (its kind is {kind or 'not said'})"
    elif missing:
        said = f"lacks {', '.join(missing)}"
    else:
        return
    raise NeedsHuman(f"the credential {account} {said}", hint=f"log in: {login}")


def no_token(subject: str, reason: Reason | None, status: int, said: str, login: str) -> LeapError:
    """Return why a vendor gave no token: NeedsHuman, or ProviderError where nobody can act.

    Args:
        subject: the vendor, as ``VK``; where the token's giver is called otherwise,
            that after it, as ``YouTube: Google``.
        reason: what is known of it, if anything is.
        status: the HTTP status of the answer.
        said: the vendor's own words, readable.
        login: the command that logs in anew.
    """
    if reason is None and status not in _MEANT:
        return ProviderError(f"{subject} gave no token (HTTP {status})")
    cause, helps = reason or (f"HTTP {status}", "log in again: {login}")
    giver = subject.rpartition(": ")[2]
    message = f"{subject} gave no token: {cause}" + (f" ({giver} says: {said})" if said else "")
    return NeedsHuman(message, hint=helps.format(login=login))
