"""What LEAP relies on in Luigi, and what it never believes Luigi about."""

from __future__ import annotations

import ast
import logging
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

import leap
from leap.ledger import open_ledger
from leap.tasks import adapter

if TYPE_CHECKING:
    from conftest import Luigid, Ran, University

CANARY = "kanarienvogel-0b9e7d13"

Start = Callable[..., "Luigid"]
Wait = Callable[[Callable[[], bool]], None]


def modules_that_import_luigi() -> set[str]:
    found = set()
    for path in Path(leap.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            if any(name.partition(".")[0] == "luigi" for name in names):
                found.add(path.name)
    return found


def test_one_module_knows_luigi() -> None:
    assert {"adapter.py"} == modules_that_import_luigi()


# ── alone: the scheduler in the process ────────────────────────────────────


class Nothing(adapter.Task):
    """A task without work, done when its file is there."""

    folder = adapter.Parameter()
    name = adapter.Parameter()
    after = adapter.Parameter(default="")
    parent = os.getpid()

    def requires(self) -> list[Nothing]:
        return [Nothing(folder=self.folder, name=self.after)] if self.after else []

    def complete(self) -> bool:
        return os.getpid() != self.parent and Path(self.folder, self.name).exists()

    def run(self) -> None:
        Path(self.folder, self.name).touch()


# Luigi forks from a process with threads; Python 3.12 warns of it.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_wave_costs_a_few_calls_per_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task is announced, given out and reported once; asking in vain is rare."""
    calls: Counter[str] = Counter()
    for name in ("add_task", "get_work", "prune"):
        real = getattr(adapter.Scheduler, name)

        def counted(self, *args, _name=name, _real=real, **more):
            calls[_name] += 1
            return _real(self, *args, **more)

        monkeypatch.setattr(adapter.Scheduler, name, counted)
    tasks = [Nothing(folder=str(tmp_path), name=f"b{n}", after=f"a{n}") for n in range(20)]

    ending = adapter.run(tasks, workers=2, resources={}, log=logging.NullHandler())

    assert adapter.Ending.FINISHED is ending
    assert 40 == len(list(tmp_path.iterdir()))
    assert 2 * 40 == calls["add_task"]
    assert 40 < calls["get_work"] <= 40 + 10
    assert 0 == calls["prune"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_settings_of_other_people_s_luigi_are_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A luigi.cfg in the folder could name code to run around every task."""
    (tmp_path / "luigi.cfg").write_text(
        f"[worker]\ntask_process_context=os.abort\ntimeout=1\n[core]\nno_lock=false\n"
        f"[resources]\nslow=1\n[scheduler]\nstate_path={tmp_path}/state\n"
    )
    monkeypatch.chdir(tmp_path)
    adapter.configuration.LuigiConfigParser.add_config_path(str(tmp_path / "luigi.cfg"))
    out = tmp_path / "out"
    out.mkdir()

    adapter.run(
        [Nothing(folder=str(out), name="one")],
        workers=1,
        resources={},
        log=logging.NullHandler(),
    )

    assert ["one"] == [path.name for path in out.iterdir()]


# ── together: a central scheduler ──────────────────────────────────────────


def lectures(university: University, count: int) -> None:
    for number, video in zip(range(1, count + 1), ("lecture", "second", "third"), strict=False):
        university.record(f"2026-11-0{number} Lecture {number}.mp4", video)


def whole(university: University, count: int) -> None:
    """Assert that each of ``count`` recordings is published, and each target made once."""
    assert ["UPLOADED"] * count == [each["status"] for each in university.status().values()]
    assert 5 * count == len(university.made())
    for manifest in university.targets.glob("*/*/*/*/manifest.json"):
        assert 1 == sum(path.is_dir() for path in manifest.parent.iterdir()), manifest
    assert count == len(list(university.targets.glob("*/*/publish/*/*.json")))


def ended(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def test_a_run_with_nothing_to_do_does_not_ask_the_scheduler(
    university: University, luigid: Start
) -> None:
    """Nor does it mind that there is none."""
    lectures(university, 1)
    university.reconcile()
    server = luigid()

    again = university.leap("reconcile", "--scheduler", server.url, PYTHONPROFILEIMPORTTIME="1")

    assert (0, "Nothing to do: 1 in sync.\n") == (again.code, again.out)
    assert "luigi" not in again.err.replace("leap", "")
    assert [] == server.ask("worker_list")
    nowhere = university.reconcile("--scheduler", "http://127.0.0.1:1")
    assert "" == nowhere.err


def test_two_runners_share_the_work_and_do_each_thing_once(
    university: University, luigid: Start
) -> None:
    lectures(university, 3)
    server = luigid()
    join = ("reconcile", "--scheduler", server.url, "--workers", "1")

    with (
        university.start(*join, LEAP_RUNNER="anna") as one,
        university.start(*join, LEAP_RUNNER="boris") as two,
    ):
        ran = [ended(process) for process in (one, two)]

    assert [0, 0] == [code for code, _, _ in ran], ran
    whole(university, 3)
    begun = [err.count(": started") for _, _, err in ran]
    assert 18 == sum(begun)
    assert all(begun), "one runner did everything"
    tasks = server.ask("task_list", status="DONE", upstream_status="")
    assert {"leap.Recording", *(f"leap.{name}" for name in (
        "Download", "Trim", "Transcribe", "Topics", "Subtitles", "Publish"
    ))} == {task["name"] for task in tasks.values()}  # fmt: skip
    assert {"tenant", "recording", "rev"} == set.intersection(
        *(set(task["params"]) for task in tasks.values())
    )
    names = {worker["name"].rpartition("-")[0] for worker in server.ask("worker_list")}
    assert {"anna", "boris"} == names


def test_pages_say_what_happens_and_where_to_look(university: University, luigid: Start) -> None:
    """Progress and words while it runs; the published page afterwards, if everybody may see it."""
    lectures(university, 1)
    university.write(
        "tenants/uni/presets/site.yaml", "platform: site\nbase_url: https://uni.example\n"
    )
    server = luigid()

    ran = university.reconcile("--scheduler", server.url)

    (link,) = [line for line in ran.err.splitlines() if line.startswith("Watch it: ")]
    tasks = server.ask("task_list", status="", upstream_status="")
    (root,) = [key for key, task in tasks.items() if task["name"] == "leap.Recording"]
    assert link.startswith(
        f"Watch it: {server.url}/static/visualiser/index.html#tab=graph&taskId={root}&"
    )
    assert 7 == len(server.ask("dep_graph", task_id=root))
    by_name = {task["name"]: task for task in tasks.values()}
    assert by_name["leap.Publish"]["tracking_url"].startswith("https://uni.example/lectures/")
    assert {"ffmpeg": 1} == by_name["leap.Trim"]["resources"]
    assert {"whisper": 1} == by_name["leap.Transcribe"]["resources"]
    assert "turning speech into words" == by_name["leap.Transcribe"]["status_message"]
    assert "publishing" == by_name["leap.Publish"]["status_message"]


def test_nothing_secret_is_on_the_pages_in_the_state_or_in_the_logs(
    university: University, luigid: Start
) -> None:
    """Nor what was said, nor an address that is known to few, nor where a failure happened."""
    university.write(
        "tenants/uni/presets/site.yaml",
        "platform: site\naccount: links\nprivacy: unlisted\nbase_url: https://uni.example\n",
    )
    assert 0 == university.leap("secrets", "keygen", "uni").code
    subprocess.run(
        university.command("secrets", "set", "uni", "links.link_secret", "--kind", "site"),
        cwd=university.root, input=CANARY + "\n", text=True, capture_output=True, check=True,
    )  # fmt: skip
    lectures(university, 1)
    university.record("2026-11-09 Lecture zzz.mp4", "corrupt")
    server = luigid()

    university.reconcile("--scheduler", server.url, expect=4)

    tasks = server.ask("task_list", status="", upstream_status="")
    shown = {task: server.ask("fetch_error", task_id=task)["error"] for task in tasks}
    failed = [error for error in shown.values() if error and error != "null"]
    assert 1 == len(failed)
    assert "Traceback" not in failed[0]
    assert "File " not in failed[0]
    assert "\\n" not in failed[0]
    server.process.send_signal(signal.SIGTERM)
    server.process.communicate(timeout=10)
    texts = {"api": repr(tasks) + repr(shown) + repr(server)}
    for path in (university.root / "state" / "scheduler").iterdir():
        texts[path.name] = path.read_bytes().decode(errors="replace")
    for path in (university.root / "state" / "logs").iterdir():
        texts[path.name] = path.read_text(encoding="utf-8")
    (page,) = university.pages()
    for place, text in texts.items():
        for secret in (CANARY, page.parent.name, "Lecture zzz"):
            if place.endswith(".log") and secret == "Lecture zzz":
                continue
            assert secret not in text, f"{secret} in {place}"


def test_without_a_scheduler_a_run_warns_and_works_by_itself(university: University) -> None:
    lectures(university, 1)

    ran = university.reconcile("--scheduler", "http://127.0.0.1:1")

    assert "warning: the scheduler at http://127.0.0.1:1 does not answer; start it" in ran.err
    whole(university, 1)


def test_an_address_of_something_else_is_one_line(university: University, luigid: Start) -> None:
    lectures(university, 1)
    server = luigid()

    wrong = university.reconcile("--scheduler", f"{server.url}/nowhere", expect=1)

    assert "it answers 403" in wrong.err
    assert "Traceback" not in wrong.err
    assert {} == university.made()


def test_a_scheduler_that_is_killed_costs_nothing_but_its_help(
    university: University, luigid: Start, wait_until: Wait
) -> None:
    """What runs is finished, the rest is done alone, and the exit code is the ledger's."""
    lectures(university, 2)
    server = luigid()
    with university.start("reconcile", "--scheduler", server.url) as process:
        wait_until(lambda: any(university.made()))
        server.process.send_signal(signal.SIGKILL)
        code, out, err = ended(process)

    assert (0, 1) == (code, err.count("went away; this run went on by itself")), err
    assert "2 processed" in out
    whole(university, 2)


def test_a_scheduler_that_forgot_everything_is_told_again(
    university: University, luigid: Start, wait_until: Wait
) -> None:
    """Luigi calls it a success when its scheduler has lost the tasks; the ledger knows better."""
    lectures(university, 2)
    server = luigid()
    port = int(server.url.rpartition(":")[2])
    with university.start("reconcile", "--scheduler", server.url) as process:
        wait_until(lambda: any(university.made()))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        luigid(port)
        code, _, err = ended(process)

    assert 0 == code, err
    assert "went away" not in err
    whole(university, 2)


def test_what_luigi_takes_for_done_is_done_all_the_same(
    university: University, luigid: Start
) -> None:
    """It refuses what was done a moment ago, even where somebody has deleted it since."""
    lectures(university, 1)
    server = luigid()
    university.reconcile("--scheduler", server.url)
    (subtitles,) = university.targets.glob("uni/*/subtitles/*/manifest.json")
    subtitles.unlink()
    (page,) = university.pages()
    page.unlink()

    university.reconcile("--scheduler", server.url)

    assert subtitles.exists()
    assert page.exists()


def test_the_work_of_a_killed_runner_is_taken_over(
    university: University, luigid: Start, wait_until: Wait
) -> None:
    """The other one waits for it, notices that it is gone, and finishes what it left."""
    lectures(university, 1)
    server = luigid()
    join = ("reconcile", "--scheduler", server.url)
    with university.start(*join, LEAP_FAULT="work.transcribe.started:sleep") as one:
        wait_until(lambda: any("/trim/" in path for path in university.made()))
        with university.start(*join) as two:
            wait_until(lambda: 2 == len(server.ask("worker_list")))
            time.sleep(1)
            one.send_signal(signal.SIGKILL)
            one.communicate()
            code, out, err = ended(two)

    assert 0 == code, out + err
    whole(university, 1)


def test_a_runner_that_slept_through_its_lease_commits_nothing(
    university: University, wait_until: Wait
) -> None:
    """While it is stopped another one does its work; when it wakes up its fence is gone."""
    lectures(university, 1)
    with university.start("reconcile") as sleeper:
        wait_until(lambda: any("/trim/" in path for path in university.made()))
        family = [psutil.Process(sleeper.pid)]
        family += [c for c in family[0].children(recursive=True) if "python" in c.name()]
        for each in family:
            each.suspend()
        with open_ledger("embedded", university.root / "state") as ledger:
            ledger._connections.run(
                "uni", lambda one: one.execute("UPDATE leap.leases SET expires_at = 'epoch'")
            )
        university.reconcile()
        made = university.made()
        for each in family:
            with suppress(psutil.NoSuchProcess):  # ended by its parent, which woke up first
                each.resume()
        code, out, err = ended(sleeper)

    assert code in (0, 4), out + err
    assert made == university.made()
    whole(university, 1)
