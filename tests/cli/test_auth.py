"""``leap auth``: real logins at an emulated Zoom, in processes of their own; no secret is shown."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.logins import BROWSER, FIELDS, Household, founded, landing
from emulators.zoom import App, Zoom, refused_token

from leap.cli.doctor.check import Check
from leap.cli.doctor.repository import accounts
from leap.secrets import set_credential


@dataclass
class Repository(Household):
    """One whose Zoom is an emulated one."""

    zoom: Zoom
    app: App
    port: int

    def leap(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``leap auth``."""
        return super().leap("auth", *arguments, stdin=stdin)

    def login(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Log in as a person does, with the app's secret on stdin."""
        options = ("--client-id", self.app.client_id, "--port", str(self.port))
        stdin = more.pop("stdin", f"{self.app.client_secret}\n")
        return self.leap("login", "zoom", *options, *arguments, stdin=stdin, **more)

    def stored(self, account: str = "zoom") -> dict[str, str]:
        """Return the credential in the tenant's file."""
        return super().stored(account)


@pytest.fixture
def acme(tmp_path: Path, state: Path) -> Iterator[Repository]:
    """Give a repository with a key, an app at Zoom, and a free port that the app allows."""
    with Zoom() as zoom:
        found = founded(tmp_path, state, f"zoom: {{api: '{zoom.url}', oauth: '{zoom.url}'}}")
        zoom.account()
        port = free_port()
        app = zoom.app(f"http://127.0.0.1:{port}/zoom")
        acme = Repository(*found, zoom, app, port)
        (acme.folder / "sources").mkdir()
        yield acme


@pytest.fixture(autouse=True)
def nothing_secret_is_said(acme: Repository) -> Iterator[None]:
    """Check after every test that no secret, and no token ever given, was on stdout or stderr."""
    yield
    said = "".join(acme.said)
    given = re.findall(r"eyJ[\w-]{20,}", "".join(x.content.decode() for x in acme.zoom.journal))
    codes = re.findall(r"code=([\w-]+)", "".join(str(x.headers) for x in acme.zoom.journal))
    secrets = [acme.app.client_secret, acme.zoom.accounts[0].client_secret, *given, *codes]
    assert [] == [secret for secret in secrets if secret in said]


def source(acme: Repository, name: str, account: str, **more: str) -> None:
    """Declare a Zoom source."""
    lines = {"kind": "zoom", "account": account, "since": "2026-09-01", **more}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (acme.folder / "sources" / f"{name}.yaml").write_text(text)


# ── a person logs in ───────────────────────────────────────────────────────


def test_a_login_ends_in_the_encrypted_file(acme: Repository) -> None:
    """The browser comes back with a code, which PKCE binds to this login; the file is made."""
    source(acme, "lectures", "zoom-main")

    done = acme.login()

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    stored = acme.stored("zoom-main")
    assert FIELDS == set(stored)
    assert ("zoom", acme.app.client_secret) == (stored["kind"], stored["client_secret"])
    assert acme.zoom.oauth.stands(stored["refresh_token"])
    (exchanged,) = acme.zoom.journal.of("POST /oauth/token")
    assert "code_verifier" in exchanged.request.form
    assert "client_secret" not in exchanged.request.form
    assert (
        "of owner-1@example.org is in tenants/acme/secrets.sops.yaml, as zoom-main" in done.stderr
    )
    assert done.stderr.endswith("Next: commit the file, then: leap plan --tenant acme\n")


def test_without_a_source_the_next_step_is_one(acme: Repository) -> None:
    """The account is called as the vendor, and the last line says where to name it."""
    done = acme.login()

    assert "zoom" == acme.stored()["kind"]
    assert "write `account: zoom` into a file in tenants/acme/sources/." in done.stderr


def test_the_client_secret_is_asked_for_once(acme: Repository) -> None:
    """Who logs in again types nothing, unless it is with another app."""
    acme.login()
    first = acme.stored()["refresh_token"]

    again = acme.leap("login", "zoom", "--port", str(acme.port))
    other = acme.leap("login", "zoom", "--port", str(acme.port), "--client-id", "another")

    assert (0, 64) == (again.returncode, other.returncode)
    assert first != acme.stored()["refresh_token"]
    assert "error: no value for client_secret; type it when asked" in other.stderr


def test_without_a_browser_the_address_is_pasted(acme: Repository) -> None:
    """The browser is elsewhere, and its error page's address is pasted after wrong ones."""
    with terminal(acme, "login", "zoom", "--port", str(acme.port), "--no-browser") as on:
        on.wait_for("client_id:")
        on.type(f"{acme.app.client_id}\n")
        on.wait_for("client_secret:")
        on.type(f"{acme.app.client_secret}\n")
        on.wait_for("paste the whole address of that page here.")
        on.type("what is this?\n")
        on.wait_for("that is not the address that Zoom sent the browser to")
        on.type(f"http://127.0.0.1:{acme.port}/zoom?code=c&state=guess\n")
        on.wait_for("that answer belongs to another login, and was not used")
        found = re.search(r"http://\S+/oauth/authorize\?\S+", on.said)
        assert found
        on.type(f"{landing(found[0])}\n")
        said = on.rest()

    assert f"is in tenants/{acme.tenant}/secrets.sops.yaml, as zoom." in said
    assert acme.app.client_secret not in said
    assert acme.zoom.oauth.stands(acme.stored()["refresh_token"])


def test_a_wrong_state_is_refused_and_the_login_goes_on(acme: Repository) -> None:
    """A page that guesses the port cannot smuggle in a login of its own."""
    with running(acme) as (process, address):
        status = visit(f"http://127.0.0.1:{acme.port}/zoom?code=theirs&state=guess")
        icon = visit(f"http://127.0.0.1:{acme.port}/favicon.ico")
        right = visit(address)
        _, said = process.communicate(timeout=60)

    assert (400, 404, 200, 0) == (status, icon, right, process.returncode), said


def test_ctrl_c_ends_the_waiting(acme: Repository) -> None:
    """The exit code is 130, the port is free again, and nothing was written."""
    with running(acme) as (process, _):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert 130 == process.returncode
    assert "Traceback" not in said
    assert not (acme.folder / "secrets.sops.yaml").exists()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", acme.port))


def test_a_no_is_told_and_nothing_written(acme: Repository) -> None:
    """Whoever declines in the browser gets one line in the terminal."""
    acme.zoom.oauth.consents = False

    done = acme.login()

    assert 1 == done.returncode
    last = done.stderr.splitlines()[-1]
    assert "error: Zoom: the login was declined; log in again, and allow what is asked for" == last
    assert {} == acme.stored()


def test_a_refused_code_is_one_line(acme: Repository) -> None:
    """Whatever the token endpoint says becomes a cause and what to do; nothing is written."""
    acme.zoom.fault("POST /oauth/token", **refused_token(4733))

    done = acme.login()

    assert 1 == done.returncode
    assert (
        "error: Zoom gave no token: the login took longer than five minutes (Zoom says: Code is"
        " expired); log in again: leap auth login zoom --tenant acme --account zoom"
    ) == done.stderr.splitlines()[-1]
    assert {} == acme.stored()


def test_a_token_endpoint_that_stumbles_is_asked_again(acme: Repository) -> None:
    """A server's fault passes; the code is still good."""
    acme.zoom.fault("POST /oauth/token", status=503, times=1)

    assert 0 == acme.login().returncode


def test_an_address_that_the_app_does_not_allow_is_never_answered(acme: Repository) -> None:
    """Zoom says so in the browser; whoever gives up then has the address on the screen."""
    with running(acme, port=free_port()) as (process, address):
        assert 400 == visit(address)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)

    assert re.search(r"for the answer at http://127.0.0.1:\d+/zoom", "".join(acme.said))


# ── before a browser opens ─────────────────────────────────────────────────


def test_a_port_that_is_taken_is_one_line(acme: Repository) -> None:
    """The way out is another port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", acme.port))
        other.listen()

        done = acme.login()

    assert 64 == done.returncode
    assert f"error: port {acme.port} of 127.0.0.1 is taken by another program" in done.stderr
    assert 0 == acme.zoom.journal.count()


def test_no_key_is_told_before_a_browser_opens(acme: Repository) -> None:
    """Neither without a rule, nor without the key of a file, is anything asked of Zoom."""
    acme.login()
    asked = acme.zoom.journal.count()
    key = acme.root / "state" / "keys" / f"{acme.tenant}.agekey"
    key.rename(key.with_suffix(".away"))

    no_key = acme.login()
    (acme.folder / "secrets.sops.yaml").unlink()
    (acme.root / ".sops.yaml").unlink()
    no_rule = acme.login()

    assert (1, 1) == (no_key.returncode, no_rule.returncode)
    assert "no key opens it" in no_key.stderr
    assert "no rule says whom to encrypt it for; make a key: leap secrets" in no_rule.stderr
    assert asked == acme.zoom.journal.count()


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (("zoon",), 64, "there is no login for 'zoon'; there is `zoom`, `youtube`, `vk`"),
        (("zoom", "--tenant", "nobody"), 64, "--tenant nobody: no such tenant; see the folders"),
        (("zoom", "--account", "Zoom Main"), 1, "'Zoom Main' is no name of a credential"),
        (("zoom", "--account", "links"), 64, "links is a credential of the kind site"),
        (("zoom", "--server-to-server", "--no-browser"), 64, "--no-browser is for a login, which"),
        (("zoom", "--port", "0"), 64, "Invalid value for '--port'"),
        (("zoom", "--client-id", "x"), 64, "no value for client_secret"),
        (("zoom",), 64, "no value for client_id"),
    ],
)
def test_mistakes_are_one_line(
    acme: Repository, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """A mistake is told before anything is asked of Zoom."""
    set_credential(acme.root, acme.tenant, "links", {"kind": "site", "link_secret": "canary"})

    done = acme.leap("login", *arguments)

    assert (code, 1) == (done.returncode, len(done.stderr.strip().splitlines())), done.stderr
    assert message in done.stderr
    assert 0 == acme.zoom.journal.count()


def test_several_tenants_or_accounts_have_to_be_named(acme: Repository) -> None:
    """Nothing is guessed where there is a choice."""
    source(acme, "one", "zoom-one")
    source(acme, "two", "zoom-two")
    accounts = acme.leap("login", "zoom")
    (acme.root / "tenants" / "globex").mkdir()
    tenants = acme.leap("login", "zoom")

    assert "several accounts at zoom: zoom-one, zoom-two; say which one" in accounts.stderr
    assert "there are several tenants; say whose account it is with --tenant" in tenants.stderr


# ── an app that logs in by itself ──────────────────────────────────────────


def app_login(acme: Repository, *arguments: str, secret: str = "") -> subprocess.CompletedProcess:
    """Give the three values of a Server-to-Server app on stdin."""
    account = acme.zoom.accounts[0]
    values = [account.id, account.client_id, secret or account.client_secret]
    stdin = "".join(f"{value}\n" for value in values)
    return acme.leap("login", "zoom", "--server-to-server", *arguments, stdin=stdin)


def test_a_server_to_server_app_is_tried_and_kept(acme: Repository) -> None:
    """Its three values are asked for, tried at Zoom, and stored with their kind."""
    source(acme, "lectures", "zoom-main", after_publication="trash")

    done = app_login(acme)

    account = acme.zoom.accounts[0]
    assert 0 == done.returncode, done.stderr
    stored = acme.stored("zoom-main")
    scopes = stored.pop("scopes").split()
    assert {
        "kind": "zoom_s2s",
        "account_id": account.id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
    } == stored
    assert "cloud_recording:read:list_account_recordings:admin" in scopes
    assert f"of the account …{account.id[-4:]} is in tenants/acme" in done.stderr
    assert account.id not in done.stderr


def test_wrong_values_are_not_kept(acme: Repository) -> None:
    """Zoom's no is one line, with the command that tries again."""
    done = app_login(acme, secret="canary-of-a-wrong-secret")

    last = done.stderr.splitlines()[-1]
    assert (1, {}) == (done.returncode, acme.stored())
    assert "it does not know this client id, or the secret is another one" in last
    assert last.endswith("leap auth login zoom --tenant acme --account zoom --server-to-server")
    assert "canary" not in done.stderr


def test_missing_scopes_are_named_with_what_they_are_for(acme: Repository) -> None:
    """The credential is kept; the app can get its scopes afterwards."""
    source(acme, "lectures", "zoom-main", after_publication="trash", segments="longest")
    kept = "cloud_recording:read:list_account_recordings:admin"
    acme.zoom.accounts[0].app.scopes = (kept, "recording:write:admin")

    done = app_login(acme)

    assert 0 == done.returncode
    assert [
        "The app is not allowed everything yet. Give it the scopes to",
        "  look at one recording: cloud_recording:read:list_recording_files:admin",
        "  download recordings: cloud_recording:read:recording:admin",
    ] == done.stderr.splitlines()[1:4]


# ── status ─────────────────────────────────────────────────────────────────


def accounts_of(acme: Repository, *arguments: str, code: int = 0) -> dict[str, dict]:
    """Return what ``leap auth …  --format json`` says, by account."""
    done = acme.leap(*arguments, "--format", "json")
    assert code == done.returncode, done.stderr
    return {each["account"]: each for each in json.loads(done.stdout)["accounts"]}


def test_status_shows_accounts_without_asking_anybody(acme: Repository) -> None:
    """What is there, what for, until when; and what a person has to do about the others."""
    source(acme, "lectures", "zoom")
    source(acme, "archive", "zoom-old")
    acme.login("--account", "zoom")
    set_credential(acme.root, acme.tenant, "half", {"kind": "zoom_s2s", "client_id": "x"})
    asked = acme.zoom.journal.count()

    shown = acme.leap("status")
    found = accounts_of(acme, "status")

    assert asked == acme.zoom.journal.count()
    assert {"half": "needs you", "zoom": "ready", "zoom-old": "needs you"} == {
        name: each["state"] for name, each in found.items()
    }
    zoom = found["zoom"]
    assert {"from": "file", "generation": 0} == zoom["newest_token"]
    assert (["source lectures"], "zoom") == (zoom["used_by"], zoom["kind"])
    assert "cloud_recording:read:recording" in zoom["scopes"]
    assert "it lacks account_id, client_secret" == found["half"]["problem"]
    assert (
        "leap auth login zoom --tenant acme --account half --server-to-server"
        == found["half"]["command"]
    )
    assert "leap auth login zoom --tenant acme --account zoom-old" == found["zoom-old"]["command"]
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    assert "Of 3 accounts 2 need a person." in shown.stdout


def test_status_without_a_key_says_less(acme: Repository) -> None:
    """Names are readable by everybody; kinds, scopes and dates are not."""
    source(acme, "lectures", "zoom")
    acme.login()
    (acme.root / "state" / "keys" / f"{acme.tenant}.agekey").unlink()

    found = accounts_of(acme, "status")["zoom"]

    assert ("locked", None, []) == (found["state"], found["kind"], found["scopes"])
    assert ["source lectures"] == found["used_by"]


def test_status_of_nothing(acme: Repository) -> None:
    """A tenant without accounts has none to show."""
    shown = acme.leap("status")

    expected = "No account is named in any file, and no credential is kept.\n"
    assert (0, expected) == (shown.returncode, shown.stdout)


def test_doctor_points_to_the_accounts(acme: Repository) -> None:
    """What is missing is a warning with the command that says more; else it names the check."""
    undeclared = accounts(acme.root)
    source(acme, "lectures", "zoom")
    (missing,) = accounts(acme.root)
    app_login(acme)
    (there,) = accounts(acme.root)

    message = f"zoom of {acme.tenant}: there is no credential yet"
    assert [] == undeclared
    assert Check("warn", "accounts", message, "leap auth status") == missing
    message = "one declared; `leap auth check` asks the vendors"
    assert Check("ok", "accounts", message) == there


# ── check ──────────────────────────────────────────────────────────────────


def test_check_renews_a_login_and_the_ledger_has_the_newest(acme: Repository) -> None:
    """The rotated token is in the ledger, not in git; a second check goes on from there."""
    source(acme, "lectures", "zoom")
    acme.login()
    seed = acme.stored()["refresh_token"]

    first = accounts_of(acme, "check")["zoom"]
    second = acme.leap("check", "--account", "zoom")
    status = accounts_of(acme, "status")["zoom"]

    assert (True, "owner-1@example.org", []) == (first["works"], first["whose"], first["missing"])
    assert (0, True) == (second.returncode, "acme  zoom  works" in second.stdout)
    assert (seed, False) == (acme.stored()["refresh_token"], acme.zoom.oauth.stands(seed))
    assert {"from": "ledger", "generation": 2} == status["newest_token"]
    assert (True, True) == (status["renewed_at"] is not None, status["last_used_at"] is not None)


def test_a_new_login_wins_over_the_ledger(acme: Repository) -> None:
    """Whoever logs in again writes another seed, and what was rotated before is of the past."""
    source(acme, "lectures", "zoom")
    acme.login()
    acme.leap("check")
    acme.zoom.oauth.revoke(acme.app)

    revoked = acme.leap("check")
    acme.leap("login", "zoom", "--port", str(acme.port))
    status = accounts_of(acme, "status")["zoom"]

    assert 1 == revoked.returncode
    assert "the login was revoked, or is used by another program" in revoked.stdout
    assert "→ log in again: leap auth login zoom --tenant acme --account zoom" in revoked.stdout
    assert ("file", "ready") == (status["newest_token"]["from"], status["state"])
    assert 0 == acme.leap("check").returncode


def test_check_of_an_app_names_what_its_sources_miss(acme: Repository) -> None:
    """Exit code 1 where a source needs a scope that the app does not have."""
    source(acme, "lectures", "zoom", hosts="[ada@example.org]")
    app_login(acme)
    whole = acme.leap("check")
    read = "cloud_recording:read:list_user_recordings:admin"
    app = acme.zoom.accounts[0].app
    app.scopes = tuple(scope for scope in app.scopes if scope != read)

    found = accounts_of(acme, "check", code=1)["zoom"]

    assert 0 == whole.returncode
    assert [{"for": "list a user's recordings", "scope": read}] == found["missing"]


def test_check_goes_on_after_an_account_that_does_not_work(acme: Repository) -> None:
    """One missing credential is a line; the others are asked; a site's secret is no account."""
    source(acme, "archive", "old")
    source(acme, "lectures", "zoom")
    set_credential(acme.root, acme.tenant, "links", {"kind": "site", "link_secret": "canary"})
    app_login(acme, "--account", "zoom")

    found = accounts_of(acme, "check", code=1)

    assert {"old": False, "zoom": True} == {name: each["works"] for name, each in found.items()}
    assert "there is no credential yet" == found["old"]["problem"]
    assert 0 == acme.leap("check", "--account", "zoom").returncode
    assert 64 == acme.leap("check", "--account", "links").returncode


def test_check_without_an_account_has_nothing_to_ask(acme: Repository) -> None:
    """That is no failure."""
    done = acme.leap("check")

    assert (0, "There is no account whose vendor could be asked.\n") == (
        done.returncode,
        done.stdout,
    )


def test_a_zoom_that_is_down_is_told_as_such(acme: Repository) -> None:
    """The account may be fine, but nobody could say so: exit code 1, and no traceback."""
    source(acme, "lectures", "zoom")
    app_login(acme)
    acme.zoom.fault("POST /oauth/token", status=503, times=99)

    done = acme.leap("check")

    assert (1, True) == (done.returncode, "Zoom" in done.stdout)
    assert "Traceback" not in done.stderr


# ── helpers ────────────────────────────────────────────────────────────────


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def visit(address: str) -> int:
    """Return the status that a browser ends at."""
    return 200 + subprocess.run([sys.executable, "-c", BROWSER, address], check=False).returncode


@contextmanager
def running(
    acme: Repository, port: int | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give a login that waits for its answer, and the address that it shows."""
    command = [sys.executable, "-m", "leap", "auth", "login", "zoom", "-C", str(acme.root)]
    command += ["--client-id", acme.app.client_id, "--port", str(port or acme.port)]
    environment = {**os.environ, "BROWSER": "true %s"}
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdin
            assert process.stderr
            process.stdin.write(f"{acme.app.client_secret}\n")
            process.stdin.flush()
            said = ""
            while "Waiting" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
            acme.said.append(said)
            found = re.search(r"http://\S+/oauth/authorize\?\S+", said)
            assert found
            yield process, found[0]
        finally:
            process.kill()


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)  # noqa: S606 -- the program under test
        self.said = ""

    def wait_for(self, text: str) -> None:
        """Read until the program has said ``text``."""
        deadline = time.monotonic() + 30
        while text not in self.said:
            assert time.monotonic() < deadline, self.said
            if select.select([self.handle], [], [], 1)[0]:
                self.said += os.read(self.handle, 4096).decode()

    def type(self, text: str) -> None:
        """Type ``text``."""
        os.write(self.handle, text.encode())

    def rest(self) -> str:
        """Read to the end, and return everything that was said."""
        with suppress(OSError):  # Linux says so when the other side has gone
            while part := os.read(self.handle, 4096):
                self.said += part.decode()
        return self.said


@contextmanager
def terminal(acme: Repository, *arguments: str) -> Iterator[Terminal]:
    """Run ``leap auth`` on a terminal for a block."""
    command = [sys.executable, "-m", "leap", "auth", *arguments, "-C", str(acme.root)]
    on = Terminal(command, {**os.environ, "COLUMNS": "80"})
    try:
        yield on
    finally:
        with suppress(ProcessLookupError):
            os.kill(on.pid, signal.SIGKILL)
        os.waitpid(on.pid, 0)
        os.close(on.handle)
