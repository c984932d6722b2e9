"""Where the state is: in a folder, or in a bucket with a cache of it on this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from leap.config.model import Model, setting
from leap.config.paths import FolderPath, as_path
from leap.config.units import Called, Size, complaint

_SCHEME = "s3://"
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=-]+)*")
_MAX_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or a prefix in one, that holds targets.

    ``url`` is ``s3://bucket/prefix`` without a slash at its end. ``folder`` is
    where this machine keeps all else: logs, models, the catalogue.
    """

    url: str
    folder: Path = Path("state")


def _is_state(value: Any) -> Path | Bucket:
    if isinstance(value, Bucket):
        return value
    if not isinstance(value, str) or "://" not in value:
        return as_path(value)
    url = value.strip().rstrip("/")
    # What may be a key is not repeated in a complaint.
    if "@" in url or "?" in url:
        raise complaint(
            "credentials do not belong in this file",
            "put them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    if not url.startswith(_SCHEME):
        raise complaint(
            f"`{url[:40]}` is neither a folder nor a bucket", "write it like `s3://bucket/prefix`"
        )
    if len(url) > _MAX_LENGTH or not _BUCKET.fullmatch(url):
        raise complaint(f"`{url[:60]}` is not a bucket", "write it like `s3://bucket/prefix`")
    return Bucket(url)


State = Annotated[
    Path | Bucket,
    BeforeValidator(_is_state),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _MAX_LENGTH}),
    Called("folder, or `s3://bucket/prefix`"),
]


class Cache(Model):
    """What this machine keeps of a bucket."""

    path: FolderPath = setting(
        "state/cache",
        "The folder in which files of the bucket are kept, and new ones are made.",
        examples=["/var/cache/leap"],
    )
    size: Size = setting(
        "20 GB",
        "How much of the bucket is kept there; what was not used for the longest time goes first.",
        examples=["8 GB"],
    )
