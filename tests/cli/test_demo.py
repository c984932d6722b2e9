"""``leap demo`` refuses in one line what it cannot show."""

from __future__ import annotations

import pytest

from leap.cli import cli
from leap.cli.boundary import run


@pytest.fixture
def root(tmp_path):
    """A repository with nothing but the operator's file."""
    (tmp_path / "leap.yaml").write_text("state: state\n")
    return tmp_path


def test_a_repository_without_the_demo_tenant_says_so(root, capfd):
    """The demo belongs to LEAP's own repository."""
    assert 64 == run(cli, ["demo", "-C", str(root)])
    assert "no tenants/demo here; run the demo in a clone of LEAP" in capfd.readouterr().err
    assert ["leap.yaml"] == [path.name for path in root.iterdir()]


@pytest.mark.parametrize(
    "name, reason", [("нет.mp4", "No such file"), ("текст.mp4", "not a video or audio file")]
)
def test_what_is_no_video_is_refused_before_anything_is_done(root, capfd, name, reason):
    """One line with the name and the reason; nothing is laid out."""
    (root / "tenants" / "demo").mkdir(parents=True)
    (root / "tenants" / "demo" / "tenant.yaml").write_text("title: Demo\n")
    (root / "текст.mp4").write_text("not a video")

    assert 1 == run(cli, ["demo", "-C", str(root), "--file", str(root / name)])

    said = capfd.readouterr().err
    assert 1 == len(said.splitlines())
    assert f"{name}: " in said
    assert reason in said
    assert not (root / "state").exists()
