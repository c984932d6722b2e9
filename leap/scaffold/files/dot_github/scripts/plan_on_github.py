"""What the workflows ask of GitHub: the catalogue for a plan, and one comment with the plan.

    plan_on_github.py catalogue FOLDER   lay the catalogues of the last reconcile on main there
    plan_on_github.py comment            post the plan of the run that has just ended

Needs nothing but Python. An artifact is data of a stranger: of it, only files that
are asked for are read, up to a limit. To which pull request a run belongs is
asked of GitHub, by the run's branch and commit, and never read from an artifact.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARK = "<!-- leap: the plan of this pull request -->"
AUTHOR = "github-actions[bot]"
TRUSTED_EVENTS = ("push", "schedule", "workflow_dispatch")

LONGEST_PLAN = 1 << 20
LARGEST_CATALOGUES = 128 << 20
CATALOGUE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.json")
PLAN = re.compile(r"plan\.md")
#: GitHub refuses a comment of more than 65,536 characters.
LONGEST_COMMENT = 60_000
_SECONDS = 60
_PAGES = 50
_ON_A_PAGE = 100
_GONE = 404


def main(arguments: list[str]) -> int:
    """Do what ``arguments`` say and return the exit code."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    try:
        match arguments:
            case ["catalogue", name]:
                said = fetch_catalogues(event, Path(name))
            case ["comment"]:
                said = comment(event)
            case _:
                sys.stderr.write(__doc__ or "")
                return 64
    except (urllib.error.URLError, TimeoutError) as error:
        sys.stdout.write(f"::error::GitHub did not answer as expected: {error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def fetch_catalogues(event: dict[str, Any], folder: Path) -> str:
    """Lay the newest catalogues that a reconcile on the default branch left, if any."""
    here = event["repository"]
    query = {"branch": here["default_branch"], "status": "completed", "per_page": "30"}
    try:
        runs = call("GET", "actions/workflows/reconcile.yml/runs", query)["workflow_runs"]
    except urllib.error.HTTPError as error:
        if error.code != _GONE:
            raise
        runs = []
    for run in runs:
        # A fork may have a branch called main, too, and a reconcile.yml of its own.
        if run["event"] in TRUSTED_EVENTS and _is_here(run, here):
            found = artifact(run["id"], "catalogue", CATALOGUE, LARGEST_CATALOGUES)
            if found:
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in found.items():
                    (folder / name).write_bytes(content)
                return f"The catalogue is of {run['created_at']}."
    return "No reconcile has left a catalogue yet."


def comment(event: dict[str, Any]) -> str:
    """Post the plan of the run in ``event``, or edit the comment that is there."""
    run = event["workflow_run"]
    number = pull_request_of(run, event["repository"])
    if number is None:
        return "No open pull request has this commit at its head; nothing to say."
    body = f"{MARK}\n{plan_of(run, number)}\n"
    before = next(
        (
            each
            for each in pages(f"issues/{number}/comments")
            if each["user"]["login"] == AUTHOR and each["body"].startswith(MARK)
        ),
        None,
    )
    # What was read above may be of an older commit than the one that is there now.
    if pull_request_of(run, event["repository"]) != number:
        return f"#{number} has moved on; the run of its new commit will comment."
    if before is None:
        call("POST", f"issues/{number}/comments", body={"body": body})
        return f"Commented on #{number}."
    call("PATCH", f"issues/comments/{before['id']}", body={"body": body})
    return f"Edited the comment on #{number}."


def pull_request_of(run: dict[str, Any], here: dict[str, Any]) -> int | None:
    """Return the number of the open pull request whose head is the commit of ``run``."""
    if run["event"] != "pull_request" or not run["head_repository"]:
        return None
    owner = run["head_repository"]["owner"]["login"]
    query = {
        "state": "open",
        "base": here["default_branch"],
        "head": f"{owner}:{run['head_branch']}",
    }
    for pull in call("GET", "pulls", query):
        theirs = pull["head"]["repo"] or {}
        if (
            pull["head"]["sha"] == run["head_sha"]
            and theirs.get("id") == run["head_repository"]["id"]
        ):
            return int(pull["number"])
    return None


def plan_of(run: dict[str, Any], number: int) -> str:
    """Return what the comment says, as Markdown that can neither call people nor hide."""
    link = f"[run]({run['html_url']}) of {run['head_sha'][:7]}"
    names = [
        name
        for each in pages(f"pulls/{number}/files")
        for name in (each["filename"], each.get("previous_filename") or "")
    ]
    if any(name.startswith(".github/") for name in names):
        # Such a pull request ran its own workflow, which can claim any plan.
        return (
            "This pull request changes `.github/`, and with it what computes its plan: "
            f"none is shown here. Read its changes, and the {link}, with care."
        )
    content = artifact(run["id"], "plan", PLAN, LONGEST_PLAN).get("plan.md")
    if not content:
        return f"There is no plan, for it could not be made. See the {link}."
    plan = harmless(content.decode("utf-8", "replace"))
    if len(plan) <= LONGEST_COMMENT:
        return f"{plan}\n\n<sub>{link}</sub>"
    beginning = plan[:LONGEST_COMMENT].rpartition("\n")[0]
    return f"**The plan is too long for a comment.** This is its beginning; all of it: {link}.\n\n{beginning}"


def harmless(text: str) -> str:
    """Return ``text`` without what notifies people, hides words or turns them round."""
    text = re.sub(
        r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", " ", text
    )
    # A word joiner, which nobody sees, after the sign that calls somebody.
    return text.replace("@", "@\u2060").replace("<!--", "&lt;!--")


def artifact(run: int, name: str, wanted: re.Pattern[str], limit: int) -> dict[str, bytes]:
    """Return the wanted files in an artifact of ``run``; none where they are more than ``limit``."""
    for each in call("GET", f"actions/runs/{run}/artifacts", {"name": name})["artifacts"]:
        if not each["expired"] and each["size_in_bytes"] <= limit:
            packed = fetch(f"actions/artifacts/{each['id']}/zip", limit)
            found = unpacked(packed, wanted, limit) if packed is not None else {}
            if found:
                return found
    return {}


def unpacked(packed: bytes, wanted: re.Pattern[str], limit: int) -> dict[str, bytes]:
    """Return the wanted files in a zip; none where it is broken, or they are too much."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for member in archive.infolist():
                if wanted.fullmatch(member.filename):
                    with archive.open(member) as file:
                        found[member.filename] = content = file.read(limit + 1)
                    limit -= len(content)
                    if limit < 0:
                        return {}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        return {}
    return found


def pages(path: str) -> Iterator[dict[str, Any]]:
    """Yield every item of a list that GitHub gives in pages."""
    for page in range(1, _PAGES + 1):
        items = call("GET", path, {"per_page": str(_ON_A_PAGE), "page": str(page)})
        yield from items
        if len(items) < _ON_A_PAGE:
            return


def call(
    method: str, path: str, query: dict[str, str] | None = None, body: dict[str, str] | None = None
) -> Any:
    """Return GitHub's answer to a request about this repository. Raises URLError."""
    with _open(method, path, query, body) as answer:
        return json.load(answer)


def fetch(path: str, limit: int) -> bytes | None:
    """Return the bytes at ``path``; None where they are more than ``limit``."""
    with _open("GET", path) as answer:
        content: bytes = answer.read(limit + 1)
    return content if len(content) <= limit else None


def _open(
    method: str, path: str, query: dict[str, str] | None = None, body: dict[str, str] | None = None
) -> Any:
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    if query:
        url += f"?{urllib.parse.urlencode(query)}"
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data, method=method)  # noqa: S310 -- the runner's own URL
    request.add_header("Accept", "application/vnd.github+json")
    request.add_header("X-GitHub-Api-Version", "2022-11-28")
    # An artifact is at another host, which must not get to see the token.
    request.add_unredirected_header("Authorization", f"Bearer {os.environ['GITHUB_TOKEN']}")
    return urllib.request.urlopen(request, timeout=_SECONDS)  # noqa: S310


def _is_here(run: dict[str, Any], here: dict[str, Any]) -> bool:
    return bool((run["head_repository"] or {}).get("id") == here["id"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
