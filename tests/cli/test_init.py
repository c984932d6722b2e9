"""``leap init``, end to end: what it makes works at once, and it makes all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.tasks.conftest import Ran, University, videos

__all__ = ["videos"]  # a fixture of the module is found by its name

LEAP = "git+https://github.com/org/leap@0123456789abcdef0123456789abcdef01234567"
HOSTED = ("--ci", "--leap", LEAP, "--bucket", "s3://our-lectures")


def start(*arguments: str, cwd: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "leap", *arguments],
        cwd=cwd,
        env={**os.environ, "TZ": "Europe/Moscow", "COLUMNS": "80", **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def leap(*arguments: str, cwd: Path, **more: str) -> Ran:
    with start(*arguments, cwd=cwd, **more) as process:
        out, err = process.communicate(timeout=240)
    return Ran(process.returncode, out, err)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout


def held(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_new_repository_publishes_what_is_dropped_into_it(tmp_path, videos):
    """From an empty folder to a page, as the README of the repository says."""
    name = f"logic-{uuid.uuid4().hex[:12]}"  # a shared Postgres keeps what other tests left
    made = leap("init", "Кафедра логики", "--tenant", name, cwd=tmp_path)
    assert (0, "") == (made.code, made.err)
    assert all(len(line) <= 80 for line in made.out.splitlines())
    root = tmp_path / "Кафедра логики"
    university = University(root, videos)
    tenant = f"tenants/{name}/tenant.yaml"

    assert (0, "") == (university.leap("validate").code, university.leap("validate").err)
    empty = university.leap("plan")
    assert (0, "Nothing to do: no recordings.\n") == (empty.code, empty.out)

    university.edit(tenant, "{shorter_than: 1 min, smaller_than: 1 MB}",
                    "{shorter_than: 4 s, smaller_than: 5 KB}")  # fmt: skip
    university.edit(tenant, "{language: en}", "{language: en, beam: 1}")
    university.edit(f"tenants/{name}/sources/recordings.yaml", "settle: 60 s", "settle: 0")
    university.record("2026-11-20 Лекция о деревьях.mp4")
    university.record("Microphone test.mp4", "second")
    university.reconcile()

    pages = list((root / "state/site" / name / "lectures").glob("*/index.html"))
    assert 1 == len(pages)
    assert "Лекция о деревьях (2026-11-20)" in pages[0].read_text(encoding="utf-8")
    made = university.made()
    university.reconcile()
    assert made == university.made()
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "recordings", "state")
    assert "recordings/README.md\n" == untracked


def test_recordings_in_zoom_count_from_today_on(tmp_path):
    """The repository is valid at once; a plan says what is still to be done about it."""
    made = leap("init", "here", "--zoom", cwd=tmp_path)

    assert 0 == made.code
    assert "  connect Zoom    leap auth login zoom --server-to-server\n" in made.out
    assert all(len(line) <= 80 for line in made.out.splitlines())
    source = yaml.safe_load((tmp_path / "here/tenants/here/sources/zoom.yaml").read_text())
    day = datetime.now(UTC).date()
    assert f"{source['since']}" in {f"{day}", f"{day - timedelta(days=1)}"}
    assert 0 == leap("validate", cwd=tmp_path / "here").code
    planned = leap("plan", cwd=tmp_path / "here")
    assert "the credential zoom lacks account_id" in " ".join(planned.out.split())
    assert "leap auth login zoom --server-to-server" in " ".join(planned.out.split())


def test_zoom_is_left_out_where_nobody_wants_it(tmp_path):
    """Without a terminal to ask on, too."""
    assert 0 == leap("init", "here", cwd=tmp_path).code

    assert not (tmp_path / "here/tenants/here/sources/zoom.yaml").exists()
    template = tmp_path / "here/tenants/here/templates/lectures.yaml"
    assert ["recordings"] == yaml.safe_load(template.read_text())["match"]["sources"]


def test_a_clone_without_the_key_is_valid(tmp_path):
    """Nothing private is committed, and nothing that is needed to check is not."""
    assert 0 == leap("init", "here", *HOSTED, cwd=tmp_path).code
    git(tmp_path / "here", "add", "--all")
    git(tmp_path / "here", "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "Begin")
    git(tmp_path, "clone", "--quiet", "here", "a clone")

    validated = leap("validate", cwd=tmp_path / "a clone")

    assert (0, "") == (validated.code, validated.err)
    assert "main\n" == git(tmp_path / "a clone", "branch", "--show-current")
    assert not (tmp_path / "a clone/state").exists()
    assert not [name for name in held(tmp_path / "a clone") if name.endswith(".agekey")]
    assert 0o600 == (tmp_path / "here/state/keys/here.agekey").stat().st_mode & 0o777


def test_what_is_committed_is_checked_first(tmp_path):
    """The hook is set up: a broken file does not get into a commit."""
    assert 0 == leap("init", "here", cwd=tmp_path).code
    (tmp_path / "here/tenants/here/tenant.yaml").write_text("titel: Here\n")
    git(tmp_path / "here", "add", "--all")

    with pytest.raises(subprocess.CalledProcessError) as refused:
        git(tmp_path / "here", "commit", "--quiet", "-m", "Begin")

    assert "titel" in refused.value.stderr + refused.value.stdout


def test_an_empty_git_repository_is_filled(tmp_path):
    """As GitHub gives one to clone; its settings stay."""
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    git(tmp_path, "remote", "add", "origin", "https://git.example.org/lectures")

    assert 0 == leap("init", ".", *HOSTED, cwd=tmp_path).code

    assert "trunk\n" == git(tmp_path, "branch", "--show-current")
    assert "origin\n" == git(tmp_path, "remote")
    assert (tmp_path / ".github/workflows/reconcile.yml").is_file()
    assert not [name for name in held(tmp_path) if "leap-init" in name]


def test_options_say_what_is_made(tmp_path):
    """Each is found in the file that it is about."""
    options = {
        "--tenant": "acme",
        "--name": "Acme: University",
        "--time-zone": "Asia/Tokyo",
        "--language": "auto",
        "--recordings": "/srv/recordings",
        "--site": "/srv/www",
        "--owners": "@acme/media",
        "--operators": "@acme/it @me",
        "--leap": LEAP,
        "--runner": "self-hosted",
        "--database-secret": "LEDGER",
    }
    words = [word for pair in options.items() for word in pair]

    assert 0 == leap("init", "here", "--ci", *words, cwd=tmp_path).code

    def text(name: str) -> str:
        return (tmp_path / "here" / name).read_text(encoding="utf-8")

    tenant = text("tenants/acme/tenant.yaml")
    assert 'title: "Acme: University"\n' in tenant
    assert "time_zone: Asia/Tokyo " in tenant
    assert "{language: auto, model: base}" in tenant
    assert 'folders: ["/srv/recordings"]' in text("leap.yaml")
    assert 'sites: ["/srv/www"]' in text("leap.yaml")
    assert "@acme/media" in text(".github/CODEOWNERS")
    assert "/leap.yaml                       @acme/it @me\n" in text(".github/CODEOWNERS")
    assert f"leap[embedded,multilingual,whisper] @ {LEAP}\n" in text("requirements.txt")
    assert "runs-on: self-hosted\n" in text(".github/workflows/reconcile.yml")
    assert "${{ secrets.LEDGER }}" in text(".github/workflows/reconcile.yml")
    assert 0 == leap("validate", cwd=tmp_path / "here").code


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (("--ci",), "--ci needs --leap and --bucket (or --runner self-hosted)"),
        (("--ci", "--leap", LEAP), "--ci needs --bucket (or --runner self-hosted)"),
        (("--bucket", "s3://our-lectures"), "--bucket says how CI reconciles; add --ci"),
        ((*HOSTED, "--runner", "self-hosted"), "a self-hosted runner keeps its files itself"),
        ((*HOSTED, "--recordings", "/srv/x"), "a hosted runner has no folder /srv/x"),
        ((*HOSTED, "--database-secret", "postgresql://a:pa55@b/c"), "does not belong in a file"),
        (("--tenant", "Acme"), "--tenant: `Acme` is not a name"),
        (("--time-zone", "Moscow"), "--time-zone: `Moscow` is not a time zone"),
        (("--recordings", "tenants"), "a folder with a meaning of its own"),
    ],
)
def test_what_cannot_be_is_one_line_and_makes_nothing(tmp_path, arguments, reason):
    """Without a terminal nobody is asked: what is missing is named."""
    ran = leap("init", "here", *arguments, cwd=tmp_path)

    assert (64, "") == (ran.code, ran.out)
    assert reason in ran.err
    assert 1 == len(ran.err.splitlines())
    assert "pa55" not in ran.err
    assert [] == held(tmp_path)


def test_what_is_there_is_not_overwritten(tmp_path):
    """The files in the way are named, and everything stays as it was."""
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")

    ran = leap("init", ".", cwd=tmp_path)

    assert 64 == ran.code
    assert "has .gitignore, README.md, and nothing is overwritten" in ran.err
    assert [".gitignore", "README.md"] == held(tmp_path)


def test_workflows_belong_at_the_top_of_a_git_repository(tmp_path):
    """GitHub reads them nowhere else."""
    git(tmp_path, "init", "--quiet")

    ran = leap("init", "below", *HOSTED, cwd=tmp_path)

    assert 64 == ran.code
    assert "is inside the git repository" in ran.err
    assert 0 == leap("init", "below", cwd=tmp_path).code
    assert not (tmp_path / "below/.git").exists()


def test_without_git_nothing_is_made(tmp_path):
    """The message says what to install."""
    ran = leap("init", "here", cwd=tmp_path, PATH="/nowhere")

    assert (1, "error: git is not installed; install it, then try again\n") == (ran.code, ran.err)
    assert [] == held(tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_init_leaves_nothing(tmp_path, how):
    """Whenever it comes; or it came too late, and all is there."""
    ends = {0, 130, -signal.SIGINT, -signal.SIGTERM}
    for wait in (0.2, 0.5, 0.8, 1.1):
        folder = tmp_path / f"{wait}"
        folder.mkdir()
        with start("init", "here", cwd=folder) as process:
            time.sleep(wait)
            process.send_signal(how)
            _, said = process.communicate(timeout=60)
        # A library of Rust's that is interrupted while it is imported panics instead.
        assert process.returncode in ends or "PanicException" in said, said
        if (folder / "here").exists():
            assert 0 == leap("validate", "-C", "here", cwd=folder).code
        else:
            assert [] == held(folder)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    # A signal just before Python waits for a line is seen only with the next one.
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)


def converse(
    cwd: Path, arguments: list[str], answers: list[str], *, stop: bool = False
) -> tuple[int, str]:
    """Run ``leap`` on a terminal, answer each question, and return all words.

    With ``stop`` it is interrupted at the first question without an answer.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "leap", *arguments],
        cwd=cwd,
        env={**os.environ, "TZ": "Europe/Moscow"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    impatience = threading.Timer(60, process.kill)
    impatience.start()
    said, seen = b"", 0
    waiting = [answer.encode() + b"\r" for answer in answers]
    with contextlib.suppress(OSError):  # the other end is closed
        while chunk := os.read(ours, 4096):
            said += chunk
            if said[seen:].endswith(b": ") and not said.endswith(b"Error: "):
                seen = len(said)
                if waiting:
                    os.write(ours, waiting.pop(0))
                elif stop:
                    threading.Thread(target=_interrupt, args=(process,)).start()
    os.close(ours)
    impatience.cancel()
    return process.wait(timeout=60), said.decode()


def test_on_a_terminal_it_asks(tmp_path):
    """What an option says is not asked; Enter takes what stands in brackets; mistakes are told."""
    answers = ["acme", "Acme University", "Europe/Berln", "Europe/Berlin", "", "", "y", "", "", "",
               LEAP, "", "LEDGER", "our-lectures", "s3://our-lectures"]  # fmt: skip

    code, said = converse(tmp_path, ["init", "here", "--ci"], answers)

    assert 0 == code, said
    assert "Its time zone [Europe/Moscow]:" in said
    assert "did you mean `Europe/Berlin`?" in said
    assert "`our-lectures` is no bucket" in said
    tenant = (tmp_path / "here/tenants/acme/tenant.yaml").read_text()
    assert "title: Acme University\n" in tenant
    assert "time_zone: Europe/Berlin " in tenant
    assert "Take recordings from Zoom too [y/N]:" in said
    assert (tmp_path / "here/tenants/acme/sources/zoom.yaml").is_file()
    workflow = (tmp_path / "here/.github/workflows/reconcile.yml").read_text()
    assert "${{ secrets.LEDGER }}" in workflow
    assert 'BUCKET: "s3://our-lectures"' in workflow


def test_ctrl_c_at_a_question_makes_nothing(tmp_path):
    """It is an answer, too."""
    code, said = converse(tmp_path, ["init", "here"], ["acme"], stop=True)

    assert "interrupted" in said
    assert code in {130, -signal.SIGINT}  # a second signal may come while it ends
    assert [] == held(tmp_path)
