"""docs/setup/youtube.md and vk.md: whoever does what stands there has a published lecture."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from emulators.vk import Vk
from emulators.youtube import YouTube

from leap.secrets import keygen

if TYPE_CHECKING:
    from collections.abc import Callable

GUIDES = Path(__file__).parents[2] / "docs" / "setup"
#: A browser that follows the consent page to wherever that leads, and writes down where.
BROWSER = """
import sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    opener.open(sys.argv[1], timeout=20)
except urllib.error.URLError:
    pass
"""


@dataclass
class Newcomer:
    """Somebody with a repository, one recorded lecture, and a guide before them."""

    root: Path
    guide: str
    youtube: YouTube
    vk: Vk
    browser: str

    def write_files(self) -> None:
        """Write what the guide says, each block into the file that its first line names."""
        for block in re.findall(r"```yaml\n(# .+?)```", self.guide, re.DOTALL):
            place, text = block.split("\n", 1)
            path = self.root / place.removeprefix("# ").removesuffix(", in addition")
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(before + text, encoding="utf-8")

    def commands(self) -> list[list[str]]:
        """Return every `leap …` of the guide's sessions, in order."""
        blocks = re.findall(r"```console\n(.+?)```", self.guide, re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines() if line.startswith("$ ")]
        return [
            shlex.split(part, comments=True)[1:]
            for line in lines
            for part in line.removeprefix("$ ").split("&&")
            if part.strip().startswith("leap ")
        ]

    def start(self, arguments: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "leap", *arguments],
            cwd=self.root,
            env={**os.environ, "BROWSER": self.browser, "COLUMNS": "80"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def leap(self, arguments: list[str], typed: str = "") -> str:
        """Do one of the commands; return all that it said."""
        with self.start(arguments) as process:
            out, err = process.communicate(typed, timeout=240)
        assert 0 == process.returncode, (arguments, out, err)
        return out + err


@pytest.fixture
def newcomer(
    tmp_path: Path, university_files: dict[str, str], videos: dict[str, Path]
) -> Iterator[Callable[[str], Newcomer]]:
    browser = tmp_path / "browser.py"
    browser.write_text(BROWSER)
    root = tmp_path / "repository"
    for name, text in university_files.items():
        path = root / name.replace("tenants/uni", "tenants/acme").replace(
            "lectures.yaml", "ml.yaml"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub(r"publish:\n  site:\n", "", text), encoding="utf-8")
    (root / "tenants/acme/presets/site.yaml").unlink()
    (root / "pipelines/lecture.yaml").write_text("stages: [download, trim, publish]\n")
    (root / "recordings").mkdir()
    shutil.copyfile(videos["lecture"], root / "recordings" / "2026-11-20 Lecture 1.mp4")
    keygen(root, "acme")
    with YouTube() as youtube, Vk() as vk:
        with (root / "leap.yaml").open("a") as file:
            file.write(
                "allow_insecure_endpoints: true\nendpoints:\n"
                f"  youtube: {{api: '{youtube.url}', token: '{youtube.url}', "
                f"login: '{youtube.url}'}}\n"
                f"  vk: {{api: '{vk.url}', login: '{vk.url}', implicit: '{vk.url}'}}\n"
            )
        command = shlex.join([sys.executable, str(browser), "%s"])

        def follow(guide: str) -> Newcomer:
            text = (GUIDES / guide).read_text(encoding="utf-8")
            return Newcomer(root, text, youtube, vk, f"{command} &")

        yield follow
        assert [] == youtube.violations


def test_the_guide_to_youtube_ends_with_a_lecture_there(newcomer) -> None:
    """Every command and every file of it, in their order."""
    follows = newcomer("youtube.md")
    follows.youtube.channel("Faculty of Physics")
    app = follows.youtube.app()
    login, *others = follows.commands()

    said = follows.leap(login, f"{app.client_id}\n{app.client_secret}\n")
    follows.write_files()
    for command in others:
        said += follows.leap(command)

    assert "The credential of the channel Faculty of Physics is in tenants/acme/" in said
    (video,) = follows.youtube.live()
    assert "unlisted" == video.privacy(follows.youtube.clock.now())
    assert ["Lectures", "ML 2026"] == follows.youtube.playlists(video)
    assert f"https://youtu.be/{video.id}" in said or video.id in said


def test_the_guide_to_vk_ends_with_a_lecture_there(newcomer) -> None:
    """By both ways of logging in; the lecture waits for the approval that the guide asks for."""
    follows = newcomer("vk.md")
    user = follows.vk.user("Ada Lovelace")
    group = follows.vk.group("Faculty", user)
    app = follows.vk.app("http://localhost")
    follows.guide = follows.guide.replace("group: 123456789", f"group: {group.id}")
    logins = [each for each in follows.commands() if each[:2] == ["auth", "login"]]
    others = [each for each in follows.commands() if each[:2] != ["auth", "login"]]

    said = paste(follows, logins[0], f"{app.client_id}\n")
    assert "The credential of Ada Lovelace is in tenants/acme/secrets.sops.yaml, as vk-main" in said
    follows.write_files()
    for command in others:
        with follows.start(command) as process:
            out, err = process.communicate(timeout=240)
        # What newly awaits an approval is told by the exit code.
        assert process.returncode in (0, 4), (command, out, err)
        said += out
    assert "awaits approval" in " ".join(said.split())
    assert [] == follows.vk.videos

    for login in logins[1:]:
        said = paste(follows, login, "")
        assert "used or not: log in again then." in said
    preset = follows.root / "tenants/acme/presets/vk-faculty.yaml"
    preset.write_text(preset.read_text().replace("approval: required", "approval: none"))
    follows.leap(["reconcile", "--accept", "fresh-ledger"])

    (found,) = follows.vk.videos
    assert -group.id == found.owner_id
    there = follows.vk.api.albums.all(-group.id)
    albums = {album.title for album in there if found.key in album.videos}
    assert {"Lectures", "ML 2026"} == albums


def paste(follows: Newcomer, login: list[str], typed: str) -> str:
    """Log in as somebody who pastes where the browser ends."""
    import http.client
    from urllib.parse import urlsplit

    with follows.start([*login, "--no-browser"]) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(typed)
        process.stdin.flush()
        said = ""
        while "paste the whole address" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        found = re.search(r"http://\S+/authorize\?\S+", said)
        assert found
        parts = urlsplit(found[0])
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request("GET", f"{parts.path}?{parts.query}")
        where = connection.getresponse().getheader("Location")
        connection.close()
        out, err = process.communicate(f"{where}\n", timeout=60)
    assert 0 == process.returncode, said + err
    return said + out + err


@pytest.mark.parametrize("guide", ["youtube.md", "vk.md"])
def test_every_block_of_yaml_is_yaml(guide: str) -> None:
    """Also those that belong into a larger file."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.+?)```", text, re.DOTALL):
        assert yaml.safe_load(block)
