"""A bucket that is asked in another process: this one forgets the keys and still reads and writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leap.store import Store
from leap.tasks.bucket import bucket_apart
from leap.tasks.survey import Session

if TYPE_CHECKING:
    from emulators.s3 import S3

#: Does in a process of its own, as a task has one, what a stage does with its store.
TASK = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from leap.domain.manifest import TargetName
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.store import Store
from leap.store.bucket import BucketShelf
from leap.store.cache import Cache
from leap.store.objects import S3Objects
from leap.tasks.bucket import bucket_apart
from leap.tasks.survey import Session

url, endpoint, folder = sys.argv[1:]
store = Store(BucketShelf(S3Objects(url, endpoint), Cache(Path(folder), 10**9)))
store.check()
session = bucket_apart(Session(None, None, store), "demo")
left = sorted(name for name in os.environ if name.startswith("AWS_"))
name = TargetName("demo", "2026-11-20-0a1b2c3d4e5f", Stage.TRIM, "00112233aabbccdd")
noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
with session.store.scratch() as out:
    (out / "words.txt").write_text("слова")
    manifest = session.store.commit(
        name, out, settings={}, upstream={}, source={}, versions={}, facts={},
        started_at=noon, finished_at=noon,
    )
refused = []
for tenant in ("other", "demo"):
    try:
        session.store.answers(tenant).put("ab", {"paid": tenant})
    except StoreError as error:
        refused.append(str(error).partition(": ")[2])
print(json.dumps({
    "left": left,
    "stands": name in session.store.standing([name]),
    "text": session.store.files(manifest)["words.txt"].read_text(),
    "refused": refused,
    "answers": list(session.store.answers("demo").all()),
}))
"""


def test_a_task_works_with_the_bucket_and_holds_no_key_of_it(s3: S3, tmp_path: Path) -> None:
    """Nor can it reach another tenant's things."""
    command = [sys.executable, "-c", TASK, f"s3://{s3.new_bucket()}", s3.url, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert 0 == done.returncode, done.stderr
    assert {
        "left": [],
        "stands": True,
        "text": "слова",
        "refused": ["asked about another tenant than demo"],
        "answers": [{"paid": "demo"}],
    } == json.loads(done.stdout)


def test_a_folder_needs_no_other_process(tmp_path: Path) -> None:
    session = Session(None, None, Store(tmp_path))

    assert session is bucket_apart(session, "demo")
