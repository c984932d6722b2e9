"""Git shows what changed in encrypted files, and does not take secrets in the clear."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from leap import secrets
from leap.secrets.gitsetup import ATTRIBUTE, is_set_up, set_up
from leap.secrets.recipients import change_readers
from leap.secrets.rules import Reader


@pytest.fixture(autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> None:
    """Give git no settings of this machine and this test's run."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[user]\n name = A\n email = a@b\n[init]\n defaultBranch = main\n"
    )
    for name in [*os.environ]:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture(params=["the clone", "a folder in it"])
def clone(root: Path, request: pytest.FixtureRequest) -> Path:
    """Return ``root`` as a clone, or as a folder in one, with a sound declaration."""
    top = root if request.param == "the clone" else root.parent
    git(top, "init", "--quiet")
    (root / "leap.yaml").write_text("")
    (root / ".gitignore").write_text("state/\n")
    for tenant in ("acme", "globex"):
        (root / "tenants" / tenant / "tenant.yaml").write_text(f"title: {tenant}\n")
    return root


def git(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git as a person would."""
    return subprocess.run(
        ["git", "-C", str(where), *arguments], capture_output=True, text=True, check=False
    )


def commit(where: Path) -> subprocess.CompletedProcess[str]:
    """Commit everything that is new below ``where``."""
    git(where, "add", "--all")
    return git(where, "commit", "--quiet", "--message", "Change")


def test_a_clone_is_set_up_once(clone: Path) -> None:
    """What was done is told in sentences; a second call finds nothing to do."""
    assert not is_set_up(clone)

    first = set_up(clone)

    assert 3 == len(first)
    assert ATTRIBUTE in (clone / ".gitattributes").read_text().splitlines()
    assert is_set_up(clone)
    assert () == set_up(clone)


def test_an_attribute_that_is_there_is_not_added_again(clone: Path) -> None:
    """A repository that ships the line keeps its file as it is."""
    (clone / ".gitattributes").write_text(f"* text=auto\n{ATTRIBUTE}\n")

    set_up(clone)

    assert f"* text=auto\n{ATTRIBUTE}\n" == (clone / ".gitattributes").read_text()


def test_outside_of_a_clone_it_says_so(root: Path) -> None:
    """There is nothing to set up yet, which is no error."""
    (sentence,) = set_up(root)

    assert "is no git clone: run `leap secrets git` after `git init`" in sentence
    assert [] == [path for path in root.iterdir() if path.name.startswith(".git")]


def test_without_git_it_says_so(root: Path, monkeypatch) -> None:
    """A machine without git gets the same sentence."""
    monkeypatch.setenv("PATH", "/nowhere")

    (sentence,) = set_up(root)

    assert "is no git clone" in sentence


def test_who_has_the_key_reads_a_change(clone: Path, sealed: Path, link_secret) -> None:
    """`git diff` shows the old value and the new one, and keeps neither."""
    set_up(clone)
    commit(clone)
    secrets.set_credential(clone, "acme", "site-links", {"link_secret": "fresh"})

    shown = git(clone, "diff").stdout

    assert f"-    link_secret: {link_secret}" in shown.replace("        ", "    ")
    assert "link_secret: fresh" in shown
    assert "" == git(clone, "notes", "list").stdout
    assert "" == git(clone, "for-each-ref", "refs/notes").stdout


@pytest.mark.parametrize("why", ["no key", "CI"])
def test_others_see_which_value_changed(
    clone: Path, sealed: Path, link_secret, monkeypatch, why: str
) -> None:
    """Without a key, and wherever logs are public, a change is seen and its content is not."""
    set_up(clone)
    commit(clone)
    secrets.set_credential(clone, "acme", "site-links", {"link_secret": "fresh"})
    if why == "CI":
        monkeypatch.setenv("CI", "true")
    else:
        secrets.key_path(clone, "acme").unlink()

    lines = git(clone, "diff", "--unified=0").stdout.splitlines()[5:]

    assert 2 == len(lines)
    assert all("link_secret: (encrypted, " in line for line in lines)


def test_who_can_read_is_part_of_what_is_shown(clone: Path, sealed: Path) -> None:
    """A reader who came in is a line of the diff."""
    set_up(clone)
    commit(clone)
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    change_readers(clone, "acme", add=[Reader(recipient)])

    shown = git(clone, "diff", "--", str(sealed)).stdout

    assert f"+# for {recipient}" in shown


def test_a_diff_never_fails(clone: Path, sealed: Path) -> None:
    """Plain files are shown as they are, and so is everything once LEAP is gone."""
    set_up(clone)
    commit(clone)
    sealed.write_text("plain: text\n")
    assert "+plain: text" in git(clone, "diff").stdout

    setting = git(clone, "config", "--get", "diff.sops.textconv").stdout.strip()
    git(clone, "config", "diff.sops.textconv", setting.replace(sys.executable, "/nowhere/python"))
    broken = git(clone, "diff")

    assert (0, True) == (broken.returncode, "ENC[AES256_GCM" in broken.stdout)


def test_a_sound_commit_passes(clone: Path, sealed: Path) -> None:
    """Encrypted secrets and valid YAML go through the hook."""
    set_up(clone)

    done = commit(clone)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("tenants/globex/secrets.sops.yaml", "tenant: oops\n", "the file is not encrypted"),
        ("tenants/globex/tenant.yaml", "title: x\ny: z\n", "unknown key `y`"),
        (
            "notes.txt",
            "AGE-SECRET-" + "KEY-1" + "Q" * 58,
            "notes.txt:1:1: a private age key in the",
        ),
        ("ключи/записка 1.txt", "ghp" + "_" + "x" * 36, "ключи/записка 1.txt:1:1: a GitHub token"),
    ],
)
def test_what_should_not_be_committed_is_refused(
    clone: Path, sealed: Path, name: str, text: str, message: str
) -> None:
    """The hook names the place, repeats no secret, and nothing is committed."""
    set_up(clone)
    (clone / name).parent.mkdir(exist_ok=True)
    (clone / name).write_text(text)

    done = commit(clone)

    assert 1 == done.returncode
    assert message in done.stderr
    assert "1 problem in what is staged; nothing was committed." in done.stderr
    assert text.strip() not in done.stderr
    assert 0 != git(clone, "rev-parse", "--verify", "--quiet", "HEAD").returncode


def test_what_is_staged_counts_and_not_what_lies_on_disk(clone: Path, sealed: Path) -> None:
    """A fault that was staged and mended only on disk is found; one beside it is not."""
    set_up(clone)
    commit(clone)
    file = clone / "tenants" / "globex" / "tenant.yaml"
    file.write_text("titel: x\n")
    git(clone, "add", "--all")
    file.write_text("title: mended\n")
    staged = git(clone, "commit", "--quiet", "--message", "Change")
    git(clone, "add", "--all")
    file.write_text("titel: not staged\n")
    mended = git(clone, "commit", "--quiet", "--message", "Change")

    assert (1, 0) == (staged.returncode, mended.returncode)
    assert "unknown key `titel`" in staged.stderr


@pytest.mark.parametrize("arguments", [("--all",), ("--only", "leap.yaml")])
def test_every_way_to_commit_is_checked(
    clone: Path, sealed: Path, arguments: tuple[str, ...]
) -> None:
    """Git gives the hook an index of its own for these."""
    set_up(clone)
    commit(clone)
    (clone / "leap.yaml").write_text("stat: x\n")

    done = git(clone, "commit", "--quiet", "--message", "Change", *arguments)

    assert 1 == done.returncode
    assert "unknown key `stat`" in done.stderr


def test_a_hook_of_somebody_else_is_left_alone(clone: Path) -> None:
    """The sentence names the hook and the command that it should run."""
    hook = clone / git(clone, "rev-parse", "--git-path", "hooks/pre-commit").stdout.strip()
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")

    said = set_up(clone)

    assert "#!/bin/sh\nexit 0\n" == hook.read_text()
    assert any("already, which was left alone" in sentence for sentence in said)
    assert "  leap secrets pre-commit" in said
    hook.write_text("#!/bin/sh\nleap secrets pre-commit\n")
    assert () == set_up(clone)
    assert is_set_up(clone)


def test_hooks_that_several_clones_share_are_left_alone(clone: Path, tmp_path: Path) -> None:
    """A folder outside of the clone gets no hook that knows this clone's Python."""
    shared = tmp_path / "hooks"
    shared.mkdir()
    git(clone, "config", "core.hooksPath", str(shared))

    said = set_up(clone)

    assert [] == list(shared.iterdir())
    assert any("shared with other clones" in sentence for sentence in said)


def test_a_hook_whose_python_is_gone_says_what_to_do(clone: Path, sealed: Path) -> None:
    """A clone whose environment was removed refuses to commit, in one line."""
    set_up(clone)
    hook = clone / git(clone, "rev-parse", "--git-path", "hooks/pre-commit").stdout.strip()
    assert stat.S_IMODE(hook.stat().st_mode) & 0o111
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))

    done = commit(clone)

    assert (1, "leap is not where it was: run `leap secrets git` again\n") == (
        done.returncode,
        done.stderr,
    )
