"""Which addresses may be called, which redirects followed, and how one is shown."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import httpx

from leap.errors import ProviderError

#: How often a download may be sent on.
MOST_REDIRECTS = 5

# What goes along to another host. Everything else of ours stays: httpx and
# requests drop Authorization there, but pass on an X-Api-Key.
_FOREIGN = frozenset({b"accept", b"accept-encoding", b"if-range", b"range", b"user-agent"})
_LONGEST_SHOWN = 200
# A name, after IDNA, or an address of either version.
_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9]+)?")
# Behind these 96 bits a NAT64 gateway finds an IPv4 address (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def safe_url(url: httpx.URL | str) -> str:
    """Return ``url`` as it may be shown: no query, fragment, user or password.

    Signatures and tokens of every vendor stand in those. Never raises.
    """
    try:
        parts = urlsplit(str(url))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that cannot be read"
    if ":" in host:
        host = f"[{host}]"
    place = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
    place = "".join(letter if letter.isprintable() else "?" for letter in place)
    return place if len(place) <= _LONGEST_SHOWN else f"{place[: _LONGEST_SHOWN - 1]}…"


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in the clothes of version 6 is judged as what it is.
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
        ip = ip.ipv4_mapped or ip.sixtofour or inner or ip
    return ip.is_global and not ip.is_multicast


def check_endpoint(url: str | httpx.URL, *, allow_insecure: bool = False) -> httpx.URL:
    """Return ``url`` parsed, if LEAP may call it at all.

    That is: https with a host and without a user in it. ``allow_insecure`` also
    allows http and addresses of this machine or a private network. Only an
    address that is written as numbers is judged here; what a name leads to is
    judged when the connection is made. Raises ProviderError, which shows
    nothing but ``safe_url``.
    """
    parsed = _parsed(url)
    if parsed is None or not _HOST.fullmatch(parsed.raw_host):
        raise ProviderError(f"{safe_url(url)} is not an address on the web")
    if parsed.scheme != "https" and not (allow_insecure and parsed.scheme == "http"):
        raise ProviderError(f"{safe_url(url)} is not an https address")
    if parsed.userinfo:
        raise ProviderError(f"{safe_url(url)} has a user name or a password in it")
    if not allow_insecure and _names_private(parsed.host):
        raise ProviderError(f"{safe_url(url)} is an address of a private network")
    return parsed


def allowed_redirect(
    response: httpx.Response, *, hop: int, allow_insecure: bool = False
) -> httpx.Request:
    """Return the request that follows a redirect of a download.

    ``hop`` counts redirects from 1; at most MOST_REDIRECTS are allowed. Only a
    GET is sent on, only to where ``check_endpoint`` agrees, and to another
    origin without our own headers, Authorization first of all. Raises
    ProviderError.
    """
    request, here = response.request, safe_url(response.request.url)
    if request.method != "GET":
        raise ProviderError(f"{here} redirects, and a {request.method} is never sent on")
    if hop > MOST_REDIRECTS:
        raise ProviderError(f"{here} is one more redirect after {MOST_REDIRECTS}")
    location = response.headers.get("Location")
    target = _parsed(location, base=request.url) if location else None
    if target is None:
        raise ProviderError(f"{here} redirects to an address that cannot be read")
    target = check_endpoint(target, allow_insecure=allow_insecure).copy_with(fragment=None)
    same = _origin(target) == _origin(request.url)
    headers = [
        (name, value)
        for name, value in request.headers.raw
        if name.lower() in _FOREIGN or (same and name.lower() != b"host")
    ]
    return httpx.Request("GET", target, headers=headers, extensions=request.extensions)


def _parsed(url: str | httpx.URL, base: httpx.URL | None = None) -> httpx.URL | None:
    try:
        parsed = base.join(url) if base else httpx.URL(url)
        readable = bool(parsed.host)  # fails for what is no IDNA
    except (httpx.InvalidURL, ValueError):  # their texts quote the address
        return None
    return parsed if readable else None


def _names_private(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not is_public(name)
    except ValueError:
        return False


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
