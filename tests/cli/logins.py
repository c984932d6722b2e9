"""Where people log in: a repository of one tenant, a scripted browser, and nobody sees a secret."""

from __future__ import annotations

import http.client
import os
import shlex
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from leap.secrets import credentials, keygen

#: A browser: it follows the consent page to wherever that leads, and exits with the last digits
#: of the status there.
BROWSER = """
import sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    status = opener.open(sys.argv[1], timeout=20).status
except urllib.error.HTTPError as error:
    status = error.code
sys.exit(status - 200)
"""
#: What a login by a code leaves in the tenant's file.
FIELDS = {
    "kind",
    "client_id",
    "client_secret",
    "refresh_token",
    "access_token",
    "access_token_expires_at",
    "expires_at",
    "scopes",
}


@dataclass
class Household:
    """A repository of one tenant, and all that was said there.

    The tenant's name is new each time, since a shared Postgres keeps what other
    tests left; in arguments and in what is said it reads as acme.
    """

    root: Path
    tenant: str
    browser: str
    said: list[str] = field(default_factory=list, kw_only=True)

    @property
    def folder(self) -> Path:
        """Return the tenant's folder."""
        return self.root / "tenants" / self.tenant

    def leap(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``leap`` as a process of its own, with the scripted browser."""
        own = [self.tenant if argument == "acme" else argument for argument in arguments]
        done = subprocess.run(
            [sys.executable, "-m", "leap", *own, "-C", str(self.root)],
            input=stdin,
            capture_output=True,
            env={**os.environ, "BROWSER": self.browser, "COLUMNS": "80"},
            text=True,
            check=False,
            timeout=120,
        )
        return self.heard(done)

    def heard(self, done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        """Remember what was said, and return it with the tenant's usual name."""
        self.said += [done.stdout, done.stderr]
        done.stdout = done.stdout.replace(self.tenant, "acme")
        done.stderr = done.stderr.replace(self.tenant, "acme")
        return done

    def stored(self, account: str) -> dict[str, str]:
        """Return the credential in the tenant's file."""
        found = credentials(self.root, self.tenant).get(account, {})
        return {name: value.get_secret_value() for name, value in found.items()}


def founded(folder: Path, state: Path, endpoints: str) -> tuple[Path, str, str]:
    """Found a repository with a key; return its root, its tenant, and what BROWSER shall be."""
    root, tenant = folder / "репозиторий с пробелом", f"acme{uuid.uuid4().hex[:8]}"
    (root / "tenants" / tenant).mkdir(parents=True)
    (root / "tenants" / tenant / "tenant.yaml").write_text("title: Acme\n")
    (root / "leap.yaml").write_text(
        f"state: {state}\nallow_insecure_endpoints: true\nendpoints: {{{endpoints}}}\n"
    )
    keygen(root, tenant)
    script = folder / "browser.py"
    script.write_text(BROWSER)
    command = shlex.join([sys.executable, str(script), "%s"])
    return root, tenant, f"{command} &"


def landing(address: str) -> str:
    """Return where the consent page sends the browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    where = connection.getresponse().getheader("Location")
    connection.close()
    assert where
    return where
