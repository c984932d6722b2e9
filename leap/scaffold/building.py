"""Building a team's repository beside its place, checking it, and putting it there."""

from __future__ import annotations

import os
import secrets as random
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leap import secrets
from leap.config import check_files
from leap.errors import ConfigError, LeapError, MissingTool, UsageError
from leap.scaffold.answers import Answers
from leap.scaffold.place import Place, move_in, refuse_conflicts, staging
from leap.scaffold.tree import files

#: The credential that presets/site.yaml names: it makes the addresses of unlisted pages.
ACCOUNT = "site-links"
#: The credential that sources/zoom.yaml names. What Zoom gives comes later, with a
#: login: until then it has nothing but its kind, and runs say what it lacks.
ZOOM_ACCOUNT = "zoom"


@dataclass(frozen=True, slots=True)
class Built:
    """A repository that is there: its root, its files in git, and what git was told."""

    root: Path
    files: tuple[str, ...]
    said: tuple[str, ...]


def build(answers: Answers, place: Place) -> Built:
    """Make the repository of ``answers`` at ``place``, with a key and first credentials.

    It appears whole and valid, or not at all. Raises UsageError where files are
    in its way, ConfigError where it would not be valid, MissingTool without git,
    LeapError where it cannot be written.
    """
    _check_runner(answers)
    if answers.ci is not None and place.git not in {None, place.folder}:
        message = f"{place.folder} is inside the git repository {place.git}"
        hint = "GitHub reads workflows at its top only: make it a repository, with `git init`"
        raise UsageError(message, hint=hint)
    texts = files(answers)
    encrypted = f"tenants/{answers.tenant}/{secrets.secrets_path(Path(), answers.tenant).name}"
    names = (*texts, encrypted)
    refuse_conflicts(place, (*names, f"state/keys/{answers.tenant}.agekey"))
    with staging(place) as scratch:
        tree = scratch / "tree"
        _write(tree, texts)
        secrets.keygen(tree, answers.tenant)
        fields = {"kind": "site", "link_secret": random.token_urlsafe(32)}
        secrets.set_credential(tree, answers.tenant, ACCOUNT, fields)
        if answers.zoom_since is not None:
            secrets.set_credential(tree, answers.tenant, ZOOM_ACCOUNT, {"kind": "zoom_s2s"})
        _check(tree, answers.tenant)
        if place.git is None:
            _git_init(tree)
        move_in(tree, place)
    return Built(place.folder, tuple(sorted(names)), _set_up_git(place.folder))


def _check_runner(answers: Answers) -> None:
    if answers.ci is None or answers.ci.bucket is None:
        return
    for folder in (answers.recordings, answers.site):
        if PurePosixPath(folder).is_absolute():
            message = f"a hosted runner has no folder {folder}"
            raise UsageError(message, hint="name one in the repository, or a self-hosted runner")


def _write(tree: Path, texts: dict[str, str]) -> None:
    try:
        for name, text in texts.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LeapError(f"{error.filename}: cannot be written: {reason}") from None


def _check(tree: Path, tenant: str) -> None:
    found = (*check_files(tree).diagnostics, *secrets.check(tree, tenant))
    if found:
        raise ConfigError(found)


def _git_init(tree: Path) -> None:
    # A hook of another repository may have called us, with that one's folders.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    command = ["git", "init", "--quiet", "--initial-branch=main", str(tree)]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    except FileNotFoundError:
        raise MissingTool("git is not installed", hint="install it, then try again") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeapError(f"git could not make a repository: {error}") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LeapError(f"git could not make a repository: {said}")


def _set_up_git(root: Path) -> tuple[str, ...]:
    from leap.secrets.gitsetup import set_up

    try:
        return set_up(root)
    except LeapError as error:
        # All files are there; this can be done again at any time.
        return (f"{error.message}: do it again with `leap secrets git`.",)
