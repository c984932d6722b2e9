"""Where the repository's files are edited in a browser, as git knows it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from leap.render.report.deciding import Editor
from leap.secrets.git import line

#: ``git@github.com:owner/name.git``: https://git-scm.com/docs/git-clone#_git_urls
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[\w.-]+):(?!/)(?P<path>[^:]+)")
_HOST = re.compile(r"[\w.-]+(:\d+)?")


def editor_of(root: Path) -> Editor | None:
    """Return the editor of the project that ``root`` was cloned from, if it is known to have one.

    The branch is the remote's main one, else the one that is checked out.
    """
    address = line(root, "remote", "get-url", "origin")
    found = project_of(address) if address else None
    if found is None:
        return None
    main = line(root, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    branch = main.removeprefix("origin/") if main else line(root, "branch", "--show-current")
    folder = line(root, "rev-parse", "--show-prefix") or ""
    host, project = found
    return Editor("github" if "github" in host else "gitlab", project, branch or "main", folder)


def project_of(address: str) -> tuple[str, str] | None:
    """Return host and web address of a project of GitHub or GitLab; None for any other remote.

    Names, passwords and tokens in ``address`` are left behind.
    """
    scheme, host, path = _parts(address.strip())
    is_known = "github" in host or "gitlab" in host
    path = path.strip("/").removesuffix(".git")
    if not is_known or not _HOST.fullmatch(host) or not re.fullmatch(r"[\w.~/-]+/[\w.~-]+", path):
        return None
    return host, f"{scheme}://{host}/{path}"


def _parts(address: str) -> tuple[str, str, str]:
    if "://" not in address:
        found = _SCP.fullmatch(address)
        return ("https", found["host"].lower(), found["path"]) if found else ("https", "", "")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "https", "", ""
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        return "https", host, parts.path  # the port is ssh's
    return parts.scheme, f"{host}:{port}" if port else host, parts.path
