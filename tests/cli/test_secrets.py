"""``leap secrets``: no value on the command line or the screen, and one line for each mistake."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyrage
import pytest

VALUE = "canary-5b1e"
ADA = pyrage.x25519.Identity.generate()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a repository with one tenant."""
    (tmp_path / "leap.yaml").write_text("")
    (tmp_path / "tenants" / "acme").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def stored(root: Path) -> Path:
    """Return ``root`` with a secret of acme in it."""
    leap(root, "keygen", "acme")
    leap(root, "set", "acme", "links.secret", "--kind", "site", stdin=f"{VALUE}\n")
    return root


def leap(
    root: Path, *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "leap", "secrets", *arguments, "-C", str(root)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        text=True,
        check=False,
    )


def test_from_no_key_to_a_checked_file(root: Path) -> None:
    """Keygen prints the recipient, set takes values from stdin, check finds nothing wrong."""
    made = leap(root, "keygen", "acme")
    stored = leap(root, "set", "acme", "links.secret", "--kind", "site", stdin=f"{VALUE}\n")
    checked = leap(root, "check")

    assert (made.returncode, made.stdout.startswith("age1")) == (0, True)
    assert (stored.returncode, stored.stdout) == (0, "")
    assert (checked.returncode, checked.stdout) == (0, "1 encrypted file, 0 wrong.\n")
    assert VALUE not in "".join(run.stdout + run.stderr for run in (made, stored, checked))


def test_the_private_key_is_not_printed(root: Path) -> None:
    """Keygen says where the key is, not what it is."""
    made = leap(root, "keygen", "acme")

    assert "state/keys/acme.agekey" in made.stderr
    assert "AGE-SECRET-KEY" not in made.stdout + made.stderr


def test_a_plain_file_is_an_error_in_json_too(root: Path) -> None:
    """Check exits 1 and describes each finding as validate does."""
    (root / "tenants" / "acme" / "secrets.sops.yaml").write_text("tenant: acme\n")

    checked = leap(root, "check", "--format", "json")

    (found,) = json.loads(checked.stdout)["diagnostics"]
    assert (checked.returncode, found["message"]) == (1, "the file is not encrypted")
    assert {"severity", "file", "line", "column", "message", "hint"} == set(found)


def test_a_fault_of_all_tenants_is_told_once(stored: Path) -> None:
    """A broken .sops.yaml is one finding, however many tenants it serves."""
    (stored / "tenants" / "globex").mkdir()
    leap(stored, "keygen", "globex")
    leap(stored, "set", "globex", "links.secret", stdin="x\n")
    (stored / ".sops.yaml").write_text("creation_rules: [")

    checked = leap(stored, "check")

    assert 1 == len(checked.stderr.splitlines())
    assert "2 encrypted files, 1 wrong.\n" == checked.stdout


def test_readers_are_listed_added_and_removed(stored: Path) -> None:
    """The list names who has a key and whose is on this machine; a removal warns of what is known."""
    recipient = str(ADA.to_public())

    added = leap(stored, "recipients", "acme", "--add", recipient, "--name", "Ada")
    removed = leap(stored, "recipients", "acme", "--remove", "Ada", "--format", "json")

    head, own, ada = added.stdout.splitlines()
    assert ".sops.yaml:5 lets these read the secrets of acme:" == head
    assert own.endswith("  this machine")
    assert f"  {recipient}  Ada" == ada
    assert all(len(line) <= 80 for line in added.stdout.splitlines())
    assert "is encrypted anew; commit it with .sops.yaml." in added.stderr
    assert [True] == [each["here"] for each in json.loads(removed.stdout)["recipients"]]
    assert "Whoever could read the secrets until now still knows them" in removed.stderr


def test_rotating_says_what_to_keep_and_what_to_commit(stored: Path) -> None:
    """The new recipient alone is on stdout; no private key is anywhere."""
    data_key = leap(stored, "rotate", "acme")
    key = leap(stored, "rotate", "acme", "--key")

    assert (0, "") == (data_key.returncode, data_key.stdout)
    assert "under a new data key; commit it" in data_key.stderr
    assert key.stdout.startswith("age1")
    assert "as SOPS_AGE_KEY in CI" in key.stderr
    assert "AGE-SECRET" not in key.stdout + key.stderr


def test_joining_says_what_somebody_else_has_to_do(stored: Path) -> None:
    """The command to let the new key in is printed whole."""
    (stored / "state" / "keys" / "acme.agekey").unlink()

    joined = leap(stored, "keygen", "acme", "--join")

    command = f"  leap secrets recipients acme --add {joined.stdout.strip()}"
    assert command in joined.stderr.splitlines()


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (("set", "acme", "secret"), 64, "a field is named ACCOUNT.FIELD; as site-links"),
        (("set", "acme", "a.x", "b.y"), 64, "the fields belong to several accounts"),
        (("set", "acme", "links.secret"), 1, "make a key: leap secrets keygen acme"),
        (("set", "acme", "links.secret=canary"), 64, "values are not given on the command line"),
        (("keygen", "nobody"), 64, "nobody: no such tenant; see the folders"),
        (("keygen", "acne"), 64, "acne: no such tenant; did you mean `acme`?"),
        (("keygen", "../acme"), 64, "../acme: no such tenant"),
        (("keygen", "acme", "--also", "age1x"), 1, "'age1x' is no age recipient"),
        (("check", "--tenant", "nobody"), 64, "--tenant nobody: no such tenant"),
        (("edit", "acme"), 1, "make a key: leap secrets keygen acme"),
        (("rotate", "acme"), 1, "there is nothing to rotate"),
        (("rotate", "acme", "--key"), 1, "make a key: leap secrets keygen acme"),
        (("recipients", "acme"), 1, "make a key: leap secrets keygen acme"),
        (("recipients", "acme", "--name", "Ada"), 64, "say something about the key of --add"),
        (("recipients", str(ADA)), 64, "there is a private key on the command line"),
        (("recipients", "acme", "--add", str(ADA)), 64, "there is a private key on the command"),
        (("keygen", "acme", "--also", str(ADA)), 1, "that is a private key"),
        (("rotat", "acme"), 64, "no such command: rotat; did you mean `rotate`?"),
    ],
)
def test_mistakes_are_one_line(
    root: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """A mistake ends with one line that says what to do, and nothing is written."""
    run = leap(root, *arguments, stdin="x\n", EDITOR="true")

    assert code == run.returncode
    assert message in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert "canary" not in run.stderr
    assert str(ADA) not in run.stderr
    assert not (root / "state" / "keys" / "acme.agekey").exists()


def test_editing_on_a_terminal(stored: Path) -> None:
    """The editor has the terminal; a fault is shown and asked about, and the second try is saved."""
    script = stored / "editor.py"
    script.write_text(
        "import os, sys\n"
        "text = open(sys.argv[1]).read()\n"
        "assert os.isatty(0) and os.isatty(1)\n"
        "new = text.replace('acmee', 'acme') if 'acmee' in text else text.replace('acme', 'acmee')\n"
        f"open(sys.argv[1], 'w').write(new.replace('{VALUE}', 'new'))\n"
    )

    with terminal(stored, "edit", "acme", editor=shlex.join([sys.executable, str(script)])) as on:
        on.wait_for("Edit it again? [Y/n]")
        on.type("\n")
        said = on.rest()

    assert "secrets of acme:1:9: it must say `tenant: acme`" in said
    assert "Saved and encrypted tenants/acme/secrets.sops.yaml." in said
    assert VALUE not in said


def test_ctrl_c_at_the_question_keeps_the_text(stored: Path) -> None:
    """Whoever gives up gets their text back at the next edit, or discards it."""
    with terminal(stored, "edit", "acme", editor="sed -i s/acme/acmee/") as on:
        on.wait_for("Edit it again? [Y/n]")
        on.type("\x03")
        on.rest(again="\x03")
    kept = stored / "state" / "keys" / "acme.unfinished.age"
    assert kept.exists()

    again = leap(stored, "edit", "acme", EDITOR="sed -i s/acmee/acme/")
    assert again.stderr.startswith(
        "You go on with an edit that was not finished.\nNothing was changed."
    )
    assert not kept.exists()

    leap(stored, "edit", "acme", EDITOR="sed -i s/acme/acmee/")
    discarded = leap(stored, "edit", "acme", "--discard")
    assert (0, False) == (discarded.returncode, kept.exists())


def test_ctrl_c_belongs_to_the_editor(stored: Path) -> None:
    """An editor that handles Ctrl-C goes on, and so does the edit."""
    script = stored / "editor.sh"
    script.write_text(
        f"trap 'sed -i s/{VALUE}/new/ \"$1\"; exit 0' INT\necho ready\nwhile :; do sleep 0.1; done\n"
    )

    with terminal(stored, "edit", "acme", editor=f"sh {shlex.quote(str(script))}") as on:
        on.wait_for("ready")
        on.type("\x03")
        said = on.rest()

    assert "Saved and encrypted" in said


def test_an_edit_without_a_change_says_so(stored: Path) -> None:
    """An editor that comes back at once may have opened a window; that is said, too."""
    edited = leap(stored, "edit", "acme", EDITOR="true")

    assert edited.stderr.splitlines() == [
        "Nothing was changed.",
        "An editor with a window must wait for it: EDITOR='code --wait'.",
    ]


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
            self.said += os.read(self.handle, 4096).decode()

    def type(self, text: str) -> None:
        """Type ``text``."""
        os.write(self.handle, text.encode())

    def rest(self, *, again: str = "") -> str:
        """Read to the end, and return everything that was said.

        ``again`` is typed every second, as people do where Ctrl-C came too soon to be seen.
        """
        deadline = time.monotonic() + 60
        while True:
            assert time.monotonic() < deadline, self.said
            if again and not select.select([self.handle], [], [], 1)[0]:
                self.type(again)
                continue
            try:
                part = os.read(self.handle, 4096)
            except OSError:  # Linux says so when the other side has gone
                break
            if not part:
                break
            self.said += part.decode()
        return self.said


@contextmanager
def terminal(root: Path, *arguments: str, editor: str) -> Iterator[Terminal]:
    """Run ``leap secrets`` on a terminal for a block."""
    command = [sys.executable, "-m", "leap", "secrets", *arguments, "-C", str(root)]
    running = Terminal(command, {**os.environ, "EDITOR": editor, "VISUAL": ""})
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)
        os.close(running.handle)
