"""A faculty with one lecture that is ready to be published to YouTube and to VK."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import imageio_ffmpeg
from emulators.vk import Vk
from emulators.youtube import YouTube

import leap
from leap import secrets

SPEECH = Path(leap.__file__).parent / "demo" / "speech"
TITLE = "Лекция 1: gradients"
#: An order takes a second or two.
_PATIENCE_SECONDS = 120.0
PLAYLISTS = ("ML 2026", "All lectures")

FILES = {
    "leap.yaml": """
        folders: [recordings]
        workers: 2
        allow_insecure_endpoints: true
        endpoints:
          youtube: {{api: "{youtube}", token: "{youtube}", login: "{youtube}"}}
          vk: {{api: "{vk}", login: "{vk}", implicit: "{vk}"}}
        quotas: {{youtube: {{uploads: 100000, units: 100000000}}}}
    """,
    "pipelines/lecture.yaml": """
        stages: {stages}
    """,
    "tenants/{tenant}/tenant.yaml": """
        title: Факультет
        time_zone: Europe/Moscow
        defaults:
          blank: {{shorter_than: 2 s, smaller_than: 1 KB}}
          trim: {{padding: 0.5 s}}
          transcribe: {{beam: 1}}
    """,
    "tenants/{tenant}/sources/folder.yaml": """
        kind: folder
        path: recordings
        settle: 0
    """,
    "tenants/{tenant}/templates/lectures.yaml": """
        match: {{keywords: [gradients]}}
        pipeline: lecture
        metadata:
          description: "О спусках и подъёмах."
        publish:
          youtube:
          vk:
    """,
    "tenants/{tenant}/presets/youtube.yaml": """
        platform: youtube
        account: channel
        privacy: public
        tags: [machine learning, градиент]
        playlist: [ML 2026, All lectures]
        create_playlist: true
        thumbnail: {{frame: 30 %}}
    """,
    "tenants/{tenant}/presets/vk.yaml": """
        platform: vk
        account: faculty
        group: {group}
        comments: none
        album: [ML 2026, All lectures]
        create_album: true
        thumbnail: cover
    """,
}


def ffmpeg(*arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120)


@dataclass
class Faculty:
    """A repository, and the two platforms that it publishes to.

    ``renew`` gives platforms on which nothing was published, at the same addresses.
    """

    root: Path
    tenant: str
    stages: str = "[download, trim, transcribe, topics, subtitles, publish]"
    youtube: YouTube = field(init=False)
    vk: Vk = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.youtube, self.vk = YouTube(), Vk()
        self._app, self._channel = self.youtube.app(), self.youtube.channel()
        self._user = self.vk.user()
        self._group = self.vk.group("Faculty", self._user)
        self._write()
        self._begin()
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    @property
    def environment(self) -> dict[str, str]:
        # With CI=true no ledger is embedded beside the presets of clouds.
        tests = str(Path(__file__).parents[1])
        return {**{k: v for k, v in os.environ.items() if k != "CI"}, "PYTHONPATH": tests}

    @property
    def owner(self) -> int:
        """Whose the videos at VK are."""
        return self._group.owner_id

    def renew(self) -> None:
        """Begin with platforms on which nothing was published."""
        self._open.close()
        self._open = ExitStack()
        self.youtube, self.vk = self.youtube.anew(), self.vk.anew()
        self._begin()

    def leap(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the program, in a process group of its own."""
        return subprocess.run(
            [sys.executable, "-m", "leap", *arguments],
            cwd=self.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=240,
            start_new_session=True,
            check=False,
        )

    def runner(self) -> Orders:
        """Start a runner of the publishing steps."""
        return Orders(self)

    def record(self) -> None:
        """Put the lecture where it is found: some seconds of speech, and pictures that change."""
        folder = self.root / "recordings"
        folder.mkdir(exist_ok=True)
        speech = min([*SPEECH.rglob("*.opus"), *SPEECH.rglob("*.ogg")])
        ffmpeg(
            *("-f", "lavfi", "-i", "smptehdbars=s=320x180:r=5,noise=alls=100:allf=t"),
            *("-t", "8", "-i", str(speech), "-filter_complex", "[1:a]adelay=1000:all=1[a]"),
            *("-map", "0:v", "-map", "[a]", "-shortest", "-g", "10", "-c:v", "libx264"),
            *("-preset", "ultrafast", "-b:v", "1M", "-c:a", "aac", "-ac", "1"),
            *("-movflags", "+faststart", str(folder / f"2026-11-03 {TITLE}.mp4")),
        )

    def _begin(self) -> None:
        self.vk.limits.per_second = None
        self._open.enter_context(self.youtube)
        self._open.enter_context(self.vk)

    def _write(self) -> None:
        said = {
            "tenant": self.tenant,
            "stages": self.stages,
            "youtube": self.youtube.url,
            "vk": self.vk.url,
            "group": self._group.id,
        }
        for name, text in FILES.items():
            path = self.root / name.format(**said)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).format(**said), encoding="utf-8")
        pictures = self.root / f"tenants/{self.tenant}/thumbnails"
        pictures.mkdir()
        size = "color=c=navy:s=1280x720"
        ffmpeg("-f", "lavfi", "-i", size, "-frames:v", "1", str(pictures / "cover.jpg"))
        rules = "stores: {yaml: {indent: 2}}\ncreation_rules: []\n"
        (self.root / ".sops.yaml").write_text(rules)
        secrets.keygen(self.root, self.tenant)
        refresh = self.youtube.refresh_token(self._app, self._channel)
        google = {
            "kind": "youtube",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "refresh_token": refresh,
        }
        ends = self.vk.clock.now() + timedelta(hours=24)
        vk = {
            "kind": "vk",
            "client_id": "1",
            "access_token": self.vk.token(self._user),
            "access_token_expires_at": ends.isoformat(),
        }
        for account, fields in (("channel", google), ("faculty", vk)):
            secrets.set_credential(self.root, self.tenant, account, fields)


class Orders:
    """A runner (``crash.runner``) in a process of its own; a context manager that ends it."""

    def __init__(self, faculty: Faculty) -> None:
        self._faculty = faculty

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash.runner", str(self._faculty.root), self._faculty.tenant],
            env=self._faculty.environment,
            cwd=self._faculty.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._answer() == ["vk", "youtube"]
        return self

    def __exit__(self, *failure: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def __call__(self, do: str, **what: Any) -> Any:
        """Give an order and return the answer."""
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        watchdog = threading.Timer(_PATIENCE_SECONDS, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        assert line, "the runner ended, or took too long"
        return json.loads(line)
