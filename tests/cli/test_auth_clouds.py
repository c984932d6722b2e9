"""``leap auth`` for YouTube and VK: real logins at emulated ones, in processes of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cli.logins import FIELDS, Household, founded, landing
from emulators.messages import Answer, Request, as_json
from emulators.vk import Vk
from emulators.youtube import FORCE_SSL, READONLY, YouTube

from leap.secrets import set_credential

SECRETS = ("access_token", "refresh_token", "client_secret", "device_id", "code")


@dataclass
class Repository(Household):
    """One whose YouTube and VK are emulated ones."""

    youtube: YouTube
    vk: Vk

    def pasting(self, *arguments: str, pasted: str = "") -> subprocess.CompletedProcess[str]:
        """Log in as somebody who copies the address at which the browser ends.

        ``pasted`` are lines that they paste before the right one.
        """
        command = [sys.executable, "-m", "leap", "auth", "login", *arguments, "-C", str(self.root)]
        with subprocess.Popen(
            command,
            env={**os.environ, "BROWSER": "true %s"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin
            assert process.stderr
            before = ""
            while "paste the whole address" not in before:
                line = process.stderr.readline()
                assert line, before
                before += line
            found = re.search(r"http://\S+/authorize\?\S+", before)
            assert found
            out, rest = process.communicate(f"{pasted}{landing(found[0])}\n", timeout=60)
        done = subprocess.CompletedProcess(command, process.returncode, out, before + rest)
        return self.heard(done)

    def accounts(self, *arguments: str, code: int = 0) -> dict[str, dict]:
        """Return what ``leap auth …  --format json`` says, by account."""
        done = self.leap("auth", *arguments, "--format", "json")
        assert code == done.returncode, done.stderr
        return {each["account"]: each for each in json.loads(done.stdout)["accounts"]}

    def preset(self, name: str, **lines: object) -> None:
        """Declare where to publish."""
        text = "".join(f"{key}: {value}\n" for key, value in lines.items())
        path = self.folder / "presets" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.fixture
def acme(tmp_path: Path, state: Path) -> Iterator[Repository]:
    """Give a repository with a key, a channel and somebody at VK with a community."""
    with YouTube() as youtube, Vk() as vk:
        google = f"api: '{youtube.url}', token: '{youtube.url}', login: '{youtube.url}'"
        own = f"api: '{vk.url}', login: '{vk.url}', implicit: '{vk.url}'"
        found = founded(tmp_path, state, f"youtube: {{{google}}}, vk: {{{own}}}")
        youtube.channel("Факультет")
        vk.user("Ada Lovelace")
        yield Repository(*found, youtube, vk)
        assert [] == youtube.violations
        assert [] == vk.violations


@pytest.fixture(autouse=True)
def nothing_secret_is_said(acme: Repository) -> Iterator[None]:
    """Check after every test that no secret, and no token ever given, was on stdout or stderr."""
    yield
    said, given = "".join(acme.said), set()
    for exchange in (*acme.youtube.journal, *acme.vk.journal):
        text = exchange.content.decode(errors="replace")
        given |= set(re.findall(r'"(?:access_token|refresh_token)": ?"([^"]+)"', text))
        location = str(dict(exchange.headers).get("location", ""))
        for part in (urlsplit(location).query, urlsplit(location).fragment):
            fields = parse_qs(part)
            given |= {value for name in SECRETS for value in fields.get(name, ())}
    given |= {app.client_secret for app in acme.youtube.oauth.apps.values()}
    assert [] == [secret for secret in given if secret in said]


# ── YouTube ────────────────────────────────────────────────────────────────


def youtube_login(acme: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Log in as a person does, with the app's secret on stdin."""
    apps = acme.youtube.oauth.apps
    app = next(iter(apps.values())) if apps else acme.youtube.app()
    options = ("--client-id", app.client_id, *arguments)
    return acme.leap("auth", "login", "youtube", *options, stdin=f"{app.client_secret}\n")


def test_a_login_at_youtube_ends_in_the_encrypted_file(acme: Repository) -> None:
    """Any free port will do; the one scope is asked for, and a token that lasts."""
    acme.preset("lectures", platform="youtube", account="youtube-main")

    done = youtube_login(acme)

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    stored = acme.stored("youtube-main")
    assert FIELDS == set(stored)
    assert ("youtube", FORCE_SSL) == (stored["kind"], stored["scopes"])
    assert "of the channel Факультет is in tenants/acme/secrets.sops.yaml" in done.stderr
    assert done.stderr.endswith("Next: commit the file, then: leap plan --tenant acme\n")
    assert 180 == (datetime.fromisoformat(stored["expires_at"]) - datetime.now(UTC)).days + 1


def test_a_login_of_an_app_in_testing_says_when_it_ends(acme: Repository) -> None:
    """Google tells it; the next command sees it coming, and what is to be done."""
    acme.preset("lectures", platform="youtube", account="youtube-main")
    acme.youtube.app(testing=True)

    done = youtube_login(acme)
    found = acme.accounts("status")["youtube-main"]

    assert 0 == done.returncode, done.stderr
    assert "used or not: log in again then." in done.stderr
    assert ("ends soon", True) == (found["state"], found["ends_although_used"])
    assert "leap auth login youtube --tenant acme --account youtube-main" == found["command"]
    shown = acme.leap("auth", "status").stdout
    assert "the login ends in 6 days, used or not" in shown
    assert "Of 1 account 1 ends soon." in shown
    assert "ends in 6 days, used or not" in acme.leap("doctor").stdout


def test_plans_and_runs_tell_which_login_ends(acme: Repository) -> None:
    """One line, as soon as the login was used once; no secret is opened for it."""
    acme.preset("lectures", platform="youtube", account="youtube-main")
    acme.youtube.app(testing=True)
    youtube_login(acme)
    before = acme.leap("plan")
    acme.leap("auth", "check")
    (acme.root / "state").mkdir(exist_ok=True)
    keys = acme.root / "state" / "keys"
    keys.rename(acme.root / "elsewhere")

    plan, run = acme.leap("plan"), acme.leap("reconcile")

    ends = r"acme: the login youtube-main ends \d{4}-\d\d-\d\d \d\d:\d\d UTC, in 6 days"
    assert "youtube-main" not in before.stdout
    for done in (plan, run):
        assert 0 == done.returncode, done.stderr
        assert re.search(ends, " ".join(done.stdout.split())), done.stdout


def test_what_google_does_not_tell_is_told_by_whoever_logs_in(acme: Repository) -> None:
    """``--testing`` sets the end of seven days."""
    done = youtube_login(acme, "--testing")

    ends = datetime.fromisoformat(acme.stored("youtube")["ends_at"])
    assert 0 == done.returncode, done.stderr
    assert timedelta(days=6) < ends - datetime.now(UTC) < timedelta(days=7)


def test_less_than_was_asked_for_is_no_login(acme: Repository) -> None:
    """What the person has not allowed is named, and nothing is kept."""

    def less(_: Request, answer: Answer) -> Answer:
        return as_json({**json.loads(answer.body.content), "scope": READONLY})

    acme.youtube.fault("POST /token", then=less)

    done = youtube_login(acme)

    assert 1 == done.returncode
    assert "error: YouTube: the login does not allow " + FORCE_SSL in done.stderr
    assert "allow everything that is asked for: leap auth login youtube" in done.stderr
    assert {} == acme.stored("youtube")


def test_check_renews_a_login_and_tells_what_the_channel_may_not(acme: Repository) -> None:
    """Its name, what an unverified channel may not have, and an end that moves with each use."""
    acme.preset("lectures", platform="youtube", account="youtube")
    youtube_login(acme)
    (channel,) = acme.youtube.world.channels.values()

    verified = acme.accounts("check")["youtube"]
    channel.verified = False
    unverified = acme.leap("auth", "check")
    status = acme.accounts("status")["youtube"]

    assert (True, "the channel Факультет", []) == (
        verified["works"],
        verified["whose"],
        verified["limits"],
    )
    assert 0 == unverified.returncode
    assert "confirm it by phone at youtube.com/verify" in " ".join(unverified.stdout.split())
    assert {"from": "ledger", "generation": 2} == status["newest_token"]
    assert ("ready", False) == (status["state"], status["ends_although_used"])


def test_a_revoked_login_names_the_command(acme: Repository) -> None:
    """Google only says that a token does not count any more."""
    acme.preset("lectures", platform="youtube", account="youtube")
    youtube_login(acme)
    acme.youtube.oauth.revoke()

    found = acme.accounts("check", code=1)["youtube"]

    assert not found["works"]
    assert found["problem"].startswith("YouTube: Google gave no token: the login has ended")
    assert "leap auth login youtube --tenant acme --account youtube" in found["help"]


# ── VK ─────────────────────────────────────────────────────────────────────


def vk_login(acme: Repository, *arguments: str, pasted: str = "") -> subprocess.CompletedProcess:
    """Log in by VK ID, and paste the address at which the browser ends."""
    app = acme.vk.app("http://localhost")
    return acme.pasting("vk", "--client-id", app.client_id, *arguments, pasted=pasted)


def test_a_login_by_vk_id_keeps_the_device(acme: Repository) -> None:
    """Nothing of this machine's can be registered there, so the address is pasted."""
    group = acme.vk.group("Faculty", *acme.vk.api.users.values())
    acme.preset("faculty", platform="vk", account="vk-main", group=group.id)

    done = vk_login(acme, pasted="what is this?\n")

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    assert "that is not the address that VK sent the browser to" in done.stderr
    stored = acme.stored("vk-main")
    assert {
        "kind",
        "client_id",
        "device_id",
        "refresh_token",
        "access_token",
        "access_token_expires_at",
        "expires_at",
        "scopes",
    } == set(stored)
    assert "groups video wall" == stored["scopes"]
    assert "of Ada Lovelace is in tenants/acme/secrets.sops.yaml, as vk-main" in done.stderr


def test_a_login_by_vk_id_may_come_back_to_a_port_that_the_app_allows(acme: Repository) -> None:
    """Then nobody has to paste anything."""
    port = free_port()
    app = acme.vk.app(f"http://127.0.0.1:{port}/vk")

    done = acme.leap("auth", "login", "vk", "--client-id", app.client_id, "--port", str(port))

    assert 0 == done.returncode, done.stderr
    assert acme.vk.oauth.stands(acme.stored("vk")["refresh_token"])


def test_a_login_may_end_at_an_address_of_the_apps_own(acme: Repository) -> None:
    """An older app has its site there; what it shows does not matter."""
    app = acme.vk.app("https://faculty.example/login")
    options = ("--client-id", app.client_id, "--redirect", "https://faculty.example/login")

    done = acme.pasting("vk", *options)

    assert 0 == done.returncode, done.stderr
    assert "It will end at https://faculty.example/login" in done.stderr


def test_check_renews_a_login_by_vk_id(acme: Repository) -> None:
    """The refresh token rotates, with the device; the ledger has the newest."""
    group = acme.vk.group("Faculty", *acme.vk.api.users.values())
    acme.preset("faculty", platform="vk", account="vk", group=group.id)
    vk_login(acme)
    seed = acme.stored("vk")["refresh_token"]

    first, second = acme.accounts("check")["vk"], acme.accounts("check")["vk"]

    assert (True, "Ada Lovelace", []) == (first["works"], first["whose"], first["limits"])
    assert (True, False) == (second["works"], acme.vk.oauth.stands(seed))
    assert ["groups", "video", "wall"] == second["scopes"]


def test_a_community_that_the_account_may_not_publish_to_is_named(acme: Repository) -> None:
    """The token works, the person is no editor there."""
    group = acme.vk.group("Faculty")
    acme.preset("faculty", platform="vk", account="vk", group=group.id)
    done = vk_login(acme)

    assert 0 == done.returncode, done.stderr
    said = f"But the community Faculty ({group.id}) lets it publish no videos"
    assert said in done.stderr


def test_an_app_without_the_right_to_videos_is_no_login(acme: Repository) -> None:
    """VK gives it to few apps; the way out is named."""
    app = acme.vk.app("http://localhost", scopes=("groups",))

    done = acme.pasting("vk", "--client-id", app.client_id)

    assert 1 == done.returncode
    assert "error: VK: the login does not allow video, wall" in done.stderr
    assert "docs/setup/vk.md" in done.stderr
    assert {} == acme.stored("vk")


def test_an_implicit_login_lives_a_day_and_says_so(acme: Repository) -> None:
    """The token is in the pasted address itself; nothing renews it."""
    acme.preset("faculty", platform="vk", account="vk-main")
    app = acme.vk.app()

    done = acme.pasting("vk", "--implicit", "--client-id", app.client_id)
    found = acme.accounts("status")["vk-main"]

    assert 0 == done.returncode, done.stderr
    assert "used or not: log in again then." in done.stderr
    stored = acme.stored("vk-main")
    assert {
        "kind",
        "client_id",
        "access_token",
        "access_token_expires_at",
        "ends_at",
        "scopes",
    } == set(stored)
    assert ("ready", True) == (found["state"], found["ends_although_used"])


def test_a_token_that_has_ended_is_told_without_asking_vk(acme: Repository) -> None:
    """Its end is known; the command that helps is that of its kind."""
    acme.preset("faculty", platform="vk", account="vk")
    ended = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    fields = {"kind": "vk", "client_id": "7", "access_token": "canary"}
    set_credential(acme.root, acme.tenant, "vk", {**fields, "access_token_expires_at": ended})

    status = acme.accounts("status")["vk"]
    check = acme.accounts("check", code=1)["vk"]

    login = "leap auth login vk --tenant acme --account vk --implicit"
    assert ("needs you", login) == (status["state"], status["command"])
    assert "its token, which lives a day, has ended" == status["problem"]
    assert f"log in again: {login}" == check["help"]
    assert 0 == acme.vk.journal.count()


def test_what_vk_refuses_is_one_line(acme: Repository) -> None:
    """An error comes with a 200; a token that VK does not take any more needs a login."""
    acme.preset("faculty", platform="vk", account="vk")
    vk_login(acme)
    acme.vk.oauth.revoke()
    user = next(iter(acme.vk.api.users.values()))
    fields = {"kind": "vk", "access_token": acme.vk.token(user)}
    set_credential(acme.root, acme.tenant, "bare", fields)
    error = {"error": {"error_code": 5, "error_msg": "User\nauthorization failed"}}
    acme.vk.fault("POST /method/users.get", then=lambda *_: as_json(error))

    found = acme.accounts("check", code=1)

    assert "VK gave no token: the login has ended" in found["vk"]["problem"]
    assert "VK: User authorization failed (users.get, code 5)" == found["bare"]["problem"]
    login = "leap auth login vk --tenant acme --account bare --implicit"
    assert f"log in again: {login}" == found["bare"]["help"]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("youtube", "--implicit"), "there is no login for 'youtube'; there is `vk`"),
        (("vk", "--testing"), "--testing is not for VK"),
        (("vk", "--implicit", "--port", "8000"), "--implicit ends at VK's own page"),
        (("vk", "--redirect", "file:///etc/passwd"), "is no address of the web"),
        (("youtube", "--redirect", "https://a.example", "--port", "8000"), "--port waits"),
        (("zoom", "--server-to-server", "--testing"), "--testing is for a login"),
        (("vk", "--client-id", "7", "--no-browser"), "no address was pasted"),
    ],
)
def test_mistakes_are_one_line(acme: Repository, arguments: tuple[str, ...], said: str) -> None:
    """Before anybody is asked."""
    done = acme.leap("auth", "login", *arguments)

    assert 64 == done.returncode
    assert said in done.stderr
    assert 0 == acme.youtube.journal.count() + acme.vk.journal.count()


def free_port() -> int:
    """Return a port that nobody listens at."""
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
