"""One httpx client for all vendors: what it waits for, whom it calls, what it logs."""

from __future__ import annotations

import logging
import os
import ssl
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from leap import __version__
from leap.errors import ProviderError
from leap.providers.http.addresses import check_endpoint
from leap.providers.http.deadline import Backend
from leap.providers.http.guarding import require_allowed

MEBIBYTE = 1024 * 1024


class Client(httpx.Client):
    """An httpx client that knows the house rules; made by ``client``.

    Attributes:
        service: the vendor's name, as messages say it.
        total: seconds for one answer of ``call``, from connecting to its last byte.
        largest: bytes that an answer of ``call`` may have, unpacked.
    """

    service: str
    total: float
    largest: int

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Do what httpx does; raise httpx.HTTPError, ProviderError, or what a guard raises."""
        try:
            return super().send(request, **how)
        except (httpx.InvalidURL, UnicodeError):
            # httpx reads the address of a redirect also where it does not follow it.
            pass
        raise httpx.RemoteProtocolError("a redirect to what is no address", request=request)


def client(
    service: str,
    *,
    connect: float = 10.0,
    read: float = 30.0,
    total: float = 60.0,
    largest: int = 16 * MEBIBYTE,
    connections: int = 8,
    allow_insecure: bool = False,
) -> Client:
    """Return a client for ``service``; open it where it is used and close it there.

    Args:
        service: the vendor's name for messages, such as ``Zoom``.
        connect: seconds for a connection, with its TLS.
        read: seconds without a single byte before the other side counts as stalled.
        total: seconds for one whole answer of ``call``.
        largest: bytes of one answer of ``call``.
        connections: how many may be open at once.
        allow_insecure: also http, and addresses of private networks.

    TLS is always verified; SSL_CERT_FILE names a certificate authority of your
    own. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are honoured. Nothing
    is retried, redirected, or kept as a cookie. A client is for threads, not
    for a forked child: make another one there.
    """
    _silence()
    made = Client(
        headers={"User-Agent": f"leap/{__version__}", "Accept-Encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(read, connect=connect),
        transport=_Transport(connections, allow_insecure=allow_insecure),
        follow_redirects=False,
    )
    made.service, made.total, made.largest = service, total, largest
    return made


class _Transport(httpx.BaseTransport):
    """Sends a request directly or through the proxy that the environment names."""

    def __init__(self, connections: int, *, allow_insecure: bool) -> None:
        self._allow_insecure = allow_insecure
        self._limits = httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections
        )
        self._context = _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        self._routes: dict[str | None, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        check_endpoint(request.url, allow_insecure=self._allow_insecure)
        require_allowed()
        return self._route(_proxy(request.url)).handle_request(request)

    def close(self) -> None:
        for route in self._routes.values():
            route.close()

    def _route(self, proxy: str | None) -> httpx.HTTPTransport:
        if proxy not in self._routes:
            # Two threads may both make one; the one that is kept serves both.
            self._routes.setdefault(proxy, self._opened(proxy))
        return self._routes[proxy]

    def _opened(self, proxy: str | None) -> httpx.HTTPTransport:
        try:
            route = httpx.HTTPTransport(verify=self._context, limits=self._limits, proxy=proxy)
        except (httpx.InvalidURL, ValueError, ImportError):
            route = None  # their texts quote the address, with its password
        if route is None:
            message = "the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used"
            raise ProviderError(message, hint="write it as http://host:port")
        # httpcore takes a backend, but httpx has no argument to hand it through.
        pool = route._pool  # noqa: SLF001
        public_only = proxy is None and not self._allow_insecure
        pool._network_backend = Backend(pool._network_backend, public_only=public_only)  # noqa: SLF001
        return route


@cache
def _context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return what TLS goes by. Reading all authorities takes as long as a request."""
    return httpx.create_ssl_context()


def _proxy(url: httpx.URL) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _silence() -> None:
    """Drop what httpx and httpcore log; ``call`` says the same without secrets.

    httpx logs whole addresses with their queries, httpcore all headers of an
    answer, the signed address of a redirect among them.
    """
    import httpcore  # noqa: F401  # makes the loggers that are looked for

    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"httpx", "httpcore"}:
            logging.getLogger(name).addFilter(_nothing)
