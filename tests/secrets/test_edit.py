"""Editing secrets: what is right is encrypted, what is wrong is not lost, nothing stays behind."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leap import secrets
from leap.errors import Diagnostic, SecretError
from leap.secrets.edit import edit, unfinished_path

Editor = Callable[[str], Path]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which decrypted texts live while they are edited."""
    folder = tmp_path / "in memory"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def editor(tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Return a function that makes an editor of Python statements about ``path`` and ``text``."""

    def make(statements: str) -> Path:
        script = tmp_path / "an editor.py"
        head = "import os, sys, time\npath = sys.argv[-1]\ntext = open(path).read()\n"
        script.write_text(head + statements)
        monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(script), "--wait"]))
        return script

    for name in ("VISUAL", "SOPS_EDITOR"):
        monkeypatch.delenv(name, raising=False)
    return make


def replacing(old: str, new: str) -> str:
    """Return the statements of an editor that replaces one text by another."""
    return f"open(path, 'w').write(text.replace({old!r}, {new!r}))\n"


def never(problems: object) -> bool:
    """Refuse to edit again."""
    return False


def test_what_was_edited_is_read_back(root: Path, sealed: Path, editor, values, memory) -> None:
    """A value is changed, an account and a comment come in, and all of it is encrypted."""
    before = sealed.read_text().splitlines()
    editor(
        replacing("canary-7f3a9c", "new 'тайна'")
        + "open(path, 'a').write('''  # quiet\n  zoom:\n    id: x\n''')"
    )

    assert edit(root, "acme", never)

    expected = {"site-links": {"kind": "site", "link_secret": "new 'тайна'"}, "zoom": {"id": "x"}}
    assert expected == values(root, "acme")
    assert secrets.check(root, "acme") == ()
    assert "quiet" not in sealed.read_text()
    assert next(line for line in before if "kind:" in line) in sealed.read_text().splitlines()
    assert [] == list(memory.iterdir())


def test_an_unchanged_text_changes_nothing(root: Path, sealed: Path, editor) -> None:
    """Opening and closing the editor leaves the file as it is, to the byte."""
    before = sealed.read_bytes()
    editor("")

    assert not edit(root, "acme", never)

    assert before == sealed.read_bytes()


def test_a_first_file_begins_with_an_example(root: Path, editor, values) -> None:
    """Without secrets the editor shows their shape; what is written becomes the file."""
    secrets.keygen(root, "globex")
    editor(
        replacing(
            "  # site-links:\n  #   kind: site\n  #   link_secret: a long random text\n",
            "  zoom: {id: x}\n",
        )
    )

    assert edit(root, "globex", never)

    assert {"zoom": {"id": "x"}} == values(root, "globex")
    assert secrets.check(root, "globex") == ()


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("tenant: acme", "tenant: globex", "secrets of acme:1:9: it must say `tenant: acme`"),
        ("tenant: acme", "", "it must say `tenant: acme`"),
        ("credentials:", "credentials: [", "not closed"),
        (
            "credentials:",
            "x: y\ncredentials:",
            "secrets of acme:2:1: the key `x` does not belong here",
        ),
        ("canary-7f3a9c", "''", "`site-links.link_secret` is empty"),
        ("canary-7f3a9c", "", "`site-links.link_secret` is empty"),
        ("canary-7f3a9c", "12345", "`site-links.link_secret` must be text; put it in quotes"),
        (
            "canary-7f3a9c",
            "2026-01-01",
            "link_secret` would become another value; put it in quotes",
        ),
        ("canary-7f3a9c", "[a, b]", "`site-links.link_secret` must be text"),
        ("canary-7f3a9c", "*x", "the alias `*x` is not allowed"),
        ("link_secret", "Link Secret", "'Link Secret' is no name of a field"),
        ("link_secret", "x_unencrypted", "'x_unencrypted' is no name of a field"),
        ("link_secret", "kind", "the key `kind` is here twice"),
        ("site-links", "Site Links", "'Site Links' is no name of a credential"),
        ("site-links:", "vk: token\n  site-links:", "`vk` must map field names to texts"),
    ],
)
def test_what_is_wrong_is_asked_about_and_not_lost(
    root: Path, sealed: Path, editor, memory: Path, old: str, new: str, message: str
) -> None:
    """The place and the fault are told; the text is kept encrypted, and the next edit has it."""
    before = sealed.read_bytes()
    editor(replacing(old, new))
    asked: list[str] = []

    def ask(problems: list[Diagnostic]) -> bool:
        asked.extend(map(str, problems))
        return False

    with pytest.raises(SecretError, match="your text is kept, encrypted") as caught:
        edit(root, "acme", ask)

    assert message in "".join(asked)
    assert "canary" not in "".join(asked) + str(caught.value)
    assert before == sealed.read_bytes()
    assert [] == list(memory.iterdir())
    assert b"canary" not in unfinished_path(root, "acme").read_bytes()
    seen = root / "seen"
    editor(f"open({str(seen)!r}, 'w').write(text)")
    with pytest.raises(SecretError):
        edit(root, "acme", never)
    assert new in seen.read_text()


def test_editing_again_mends_it(root: Path, sealed: Path, editor, values) -> None:
    """Who says yes gets the same text back, and what was unfinished is forgotten at the end."""
    editor(
        "open(path, 'w').write(text.replace('globex', 'acme') if 'globex' in text"
        " else text.replace('acme', 'globex').replace('canary-7f3a9c', 'new'))"
    )

    assert edit(root, "acme", lambda problems: True)

    assert "new" == values(root, "acme")["site-links"]["link_secret"]
    assert not unfinished_path(root, "acme").exists()


def test_an_editor_that_fails_keeps_what_was_saved(root: Path, sealed: Path, editor) -> None:
    """Its exit code is told; without a change there is nothing to keep."""
    editor(replacing("canary", "new") + "sys.exit(3)")
    with pytest.raises(SecretError, match=r"failed \(exit code 3\); your text is kept"):
        edit(root, "acme", never)
    unfinished_path(root, "acme").unlink()

    editor("os.kill(os.getpid(), 9)")
    with pytest.raises(SecretError, match=r"failed \(signal 9\)$"):
        edit(root, "acme", never)
    assert not unfinished_path(root, "acme").exists()


def test_a_removed_text_is_no_empty_file(root: Path, sealed: Path, editor) -> None:
    """An editor that takes the text away changes nothing."""
    before = sealed.read_bytes()
    editor("os.remove(path)")

    with pytest.raises(SecretError, match="the edited text cannot be read"):
        edit(root, "acme", never)

    assert before == sealed.read_bytes()


@pytest.mark.parametrize(
    "value, message",
    [
        ("no-such-editor --wait", "EDITOR: there is no program 'no-such-editor'"),
        ("'vim", "EDITOR: a quote is opened and not closed"),
        ("/etc/passwd", "EDITOR: there is no program '/etc/passwd'"),
    ],
)
def test_an_editor_that_cannot_be_run_is_named(
    root: Path, sealed: Path, editor, monkeypatch, value: str, message: str
) -> None:
    """The variable that names it is told."""
    monkeypatch.setenv("EDITOR", value)

    with pytest.raises(SecretError, match=message):
        edit(root, "acme", never)


def test_an_editor_may_have_spaces_in_its_path(
    root: Path, sealed: Path, tmp_path: Path, editor, monkeypatch, values
) -> None:
    """A path is taken whole where it is a program, and VISUAL comes before EDITOR."""
    script = tmp_path / "my editor"
    script.write_text('#!/bin/sh\nsed -i s/canary-7f3a9c/new/ "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setenv("EDITOR", "no-such-editor")

    assert edit(root, "acme", never)

    assert "new" == values(root, "acme")["site-links"]["link_secret"]


def test_without_any_editor_one_is_asked_for(root: Path, sealed: Path, editor, monkeypatch) -> None:
    """A bare machine gets a line that says how to name one."""
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SecretError, match="no editor is installed; install one, or name it"):
        edit(root, "acme", never)


def test_the_editor_gets_no_key(root: Path, sealed: Path, editor, monkeypatch) -> None:
    """What opens the file stays with LEAP, and the text is for this user alone."""
    monkeypatch.setenv("SOPS_AGE_KEY", secrets.key_path(root, "acme").read_text())
    seen = root / "seen"
    mode = "oct(os.stat(os.path.dirname(path)).st_mode & 0o777), oct(os.stat(path).st_mode & 0o777)"
    editor(f"open({str(seen)!r}, 'w').write(repr(('SOPS_AGE_KEY' in os.environ, {mode})))")

    edit(root, "acme", never)

    assert "(False, '0o700', '0o600')" == seen.read_text()


def test_a_file_that_changed_meanwhile_is_not_overwritten(root: Path, sealed: Path, editor) -> None:
    """What a pull brought in while the editor was open stays, and the text is kept."""
    editor(f"open({str(sealed)!r}, 'a').write('\\n')\n" + replacing("canary", "new"))

    with pytest.raises(SecretError, match="was changed while you edited it; your text is kept"):
        edit(root, "acme", never)

    assert sealed.read_text().endswith("\n\n")


def test_two_at_once_are_told_of_each_other(root: Path, sealed: Path, editor) -> None:
    """A second editor does not open on the same secrets."""
    seen = root / "seen"
    editor(
        "import subprocess\n"
        f"done = subprocess.run({[sys.executable, '-c', _PROGRAM, str(root)]!r},"
        " capture_output=True, text=True)\n"
        f"open({str(seen)!r}, 'w').write(done.stderr)"
    )

    edit(root, "acme", never)

    assert "acme/secrets.sops.yaml: another command is changing it" in seen.read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_edit_leaves_nothing_in_the_clear(
    root: Path, sealed: Path, editor, memory: Path, number: int
) -> None:
    """However the run ends, the text is gone a moment later, and the file is as it was."""
    before = sealed.read_bytes()
    editor("open(path, 'a').write('# more')\nopen(path + '.ready', 'w')\ntime.sleep(60)")
    running = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(root)], process_group=0)
    _wait_for(lambda: any(memory.glob("*/*.ready")))

    os.kill(running.pid, number)
    running.wait(10)

    _wait_for(lambda: not any(memory.iterdir()))
    os.killpg(running.pid, signal.SIGKILL) if number != signal.SIGTERM else None
    assert before == sealed.read_bytes()
    assert sealed.parent.name == "acme"


_PROGRAM = """
import signal, sys
from pathlib import Path
from leap.secrets.edit import edit
signal.signal(signal.SIGTERM, signal.default_int_handler)
edit(Path(sys.argv[1]), "acme", lambda problems: False)
"""


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
