"""The few things that are asked of a bucket, and an S3 that answers them.

Every request has deadlines and is tried again after faults of the network and
of the service; what still fails is a StoreError that says what to do. Keys are
found where every tool for S3 finds them, in ``AWS_…`` first, and are in no
message.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from leap.errors import MissingTool, StoreError

T = TypeVar("T")

#: How many small requests are under way at once.
_AT_ONCE = 16
#: A part of a large upload, of which four are in memory at once. There may be
#: 10,000: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
_PART, _PARTS_AT_ONCE, _MOST_PARTS = 8 << 20, 4, 9_000
#: How often a request is made; with the pauses between, that takes about a minute.
_ATTEMPTS = 7
#: How often an exclusive creation is tried while others write the same name.
_CREATIONS = 8

_SETTINGS = {
    "connect_timeout": 10,
    "read_timeout": 60,
    "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
}
_REACH = "check the network and `endpoints: {s3: …}` in leap.yaml, then run it again"
_ALLOW = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy"
_KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class Entry:
    """An object: its name, its bytes, and when it was written (seconds since 1970)."""

    name: str
    size: int
    written: float


class Objects(Protocol):
    """A bucket, or a prefix in one. Names are relative to it; texts are UTF-8.

    Everything raises StoreError where the bucket refuses or cannot be reached.
    """

    @property
    def url(self) -> str:
        """``s3://bucket/prefix``."""

    def read(self, names: Sequence[str]) -> dict[str, str]:
        """Return the texts of those objects that are there."""

    def entries(self, prefixes: Sequence[str]) -> list[Entry]:
        """Return the objects whose names begin with one of ``prefixes``."""

    def create(self, name: str, text: str) -> bool:
        """Create an object; False where there is one, whoever made it, however lately."""

    def write(self, name: str, text: str) -> None:
        """Write an object, over whatever was there."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects, if they are there."""

    def upload(self, path: Path, name: str) -> None:
        """Make an object of a file."""

    def download(self, name: str, path: Path) -> None:
        """Write an object to the file at ``path``, from its beginning."""

    def abort_uploads(self, before: float) -> int:
        """Give up the unfinished uploads that began ``before`` a time; return how many."""


class S3Objects:
    """A bucket behind the S3 protocol, through s3fs.

    Each process opens its own connections: they do not survive a fork.
    """

    def __init__(self, url: str, endpoint: str | None = None, region: str | None = None) -> None:
        self.url = url
        self._bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._endpoint, self._region = endpoint, region
        self._opened: tuple[int, Any] | None = None

    def read(self, names: Sequence[str]) -> dict[str, str]:
        def get(name: str) -> str | None:
            with self._explained(name):
                try:
                    # One stream, so that it does not ask for the size first.
                    content: bytes = self._s3.cat_file(self._path(name), max_concurrency=1)
                except FileNotFoundError:
                    return None
            return content.decode(errors="replace")

        found = zip(names, _each(get, names), strict=True)
        return {name: text for name, text in found if text is not None}

    def entries(self, prefixes: Sequence[str]) -> list[Entry]:
        return [entry for found in _each(self._entries, prefixes) for entry in found]

    def create(self, name: str, text: str) -> bool:
        content = text.encode()
        for attempt in range(_CREATIONS):
            with self._explained(name):
                try:
                    self._s3.pipe_file(self._path(name), content, mode="create")
                except OSError as error:
                    code = _code(error)
                    # Two at once: neither has won yet, so both are told to try again.
                    if code == "ConditionalRequestConflict" and attempt + 1 < _CREATIONS:
                        time.sleep(0.1 * 2**attempt)
                        continue
                    if not isinstance(error, FileExistsError) and code != "PreconditionFailed":
                        raise
                    # A request whose answer was lost is made again, and finds its own object.
                    return self.read([name]).get(name) == text
            return True
        raise AssertionError  # pragma: no cover -- the last attempt returns or raises

    def write(self, name: str, text: str) -> None:
        with self._explained(name):
            self._s3.pipe_file(self._path(name), text.encode())

    def remove(self, names: Sequence[str]) -> None:
        if names:
            with self._explained(names[0]):
                self._s3.rm([self._path(name) for name in names])

    def upload(self, path: Path, name: str) -> None:
        size = path.stat().st_size
        part = max(_PART, -(-size // _MOST_PARTS))
        with self._explained(name):
            self._s3.put_file(
                str(path), self._path(name), chunksize=part, max_concurrency=_PARTS_AT_ONCE
            )

    def download(self, name: str, path: Path) -> None:
        with self._explained(name):
            # One stream, which goes on after a cut from where it was.
            self._s3.get_file(self._path(name), str(path), max_concurrency=1)

    def abort_uploads(self, before: float) -> int:
        with self._explained(""):
            found = self._s3.call_s3(
                "list_multipart_uploads", Bucket=self._bucket, Prefix=self._prefix
            )
            old = [
                each for each in found.get("Uploads", ()) if each["Initiated"].timestamp() < before
            ]
            for each in old:
                self._s3.call_s3(
                    "abort_multipart_upload",
                    Bucket=self._bucket,
                    Key=each["Key"],
                    UploadId=each["UploadId"],
                )
        return len(old)

    def _entries(self, prefix: str) -> list[Entry]:
        found: list[Entry] = []
        more: dict[str, str] = {}
        with self._explained(prefix):
            while True:
                page = self._s3.call_s3(
                    "list_objects_v2", Bucket=self._bucket, Prefix=self._prefix + prefix, **more
                )
                found += (
                    Entry(
                        each["Key"].removeprefix(self._prefix),
                        each["Size"],
                        each["LastModified"].timestamp(),
                    )
                    for each in page.get("Contents", ())
                )
                if not page.get("IsTruncated"):
                    return found
                more = {"ContinuationToken": page["NextContinuationToken"]}

    def _path(self, name: str) -> str:
        return f"{self._bucket}/{self._prefix}{name}"

    @property
    def _s3(self) -> Any:
        if self._opened is None or self._opened[0] != os.getpid():
            try:
                import s3fs
            except ImportError:
                hint = "run `pip install 'leap[s3]'`"
                raise MissingTool("a state in a bucket needs s3fs", hint=hint) from None
            s3 = s3fs.S3FileSystem(
                endpoint_url=self._endpoint,
                client_kwargs={"region_name": self._region} if self._region else {},
                config_kwargs=_SETTINGS,
                use_listings_cache=False,
                skip_instance_cache=True,
            )
            self._opened = os.getpid(), s3
        return self._opened[1]

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """Turn what the libraries raise into one line for a person."""
        from aiohttp import ClientError as Disconnected
        from botocore.exceptions import (  # type: ignore[import-untyped]
            BotoCoreError,
            ClientError,
            NoCredentialsError,
        )

        place = f"{self.url}/{name}".rstrip("/")
        try:
            yield
        except NoCredentialsError:
            raise StoreError(f"{self.url}: no keys for the bucket", hint=_KEYS) from None
        except PermissionError as error:
            message = f"{place}: access denied ({_code(error) or 'no reason given'})"
            raise StoreError(message, hint=_ALLOW) from None
        except FileNotFoundError as error:
            missing = "no such bucket" if _code(error) == "NoSuchBucket" else "not there"
            raise StoreError(f"{place}: {missing}", hint=_ALLOW) from None
        except (OSError, BotoCoreError, ClientError, Disconnected) as error:
            if getattr(error, "filename", None):
                raise  # a file of this machine
            reason = _code(error) or type(error).__name__
            message = f"{place}: the bucket does not answer ({reason})"
            raise StoreError(message, hint=_REACH) from None


def _code(error: BaseException) -> str:
    """Return S3's name for what went wrong, if that is known."""
    response = getattr(error.__cause__ or error, "response", None)
    return str(response["Error"].get("Code", "")) if isinstance(response, dict) else ""


def _each(do: Callable[[str], T], names: Collection[str]) -> list[T]:
    """Return what ``do`` returns for each name, several at once."""
    if len(names) <= 1:
        return [do(name) for name in names]
    with ThreadPoolExecutor(_AT_ONCE, "bucket") as pool:
        return list(pool.map(do, names))
