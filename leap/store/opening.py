"""The store that a repository declares."""

from __future__ import annotations

import os

from leap.config.operator import Operator
from leap.store.bucket import BucketShelf
from leap.store.cache import Cache
from leap.store.objects import Objects, S3Objects
from leap.store.store import Store

#: Where the state folder has its targets.
_TARGETS = "targets"


def open_store(operator: Operator) -> Store:
    """Return the store that ``operator`` declares; nothing is asked of it yet."""
    if operator.bucket is None:
        return Store(operator.state / _TARGETS)
    s3 = operator.endpoints.s3
    objects = S3Objects(f"{operator.bucket.url}/{_TARGETS}", s3.url, s3.region)
    return Store(BucketShelf(objects, Cache(operator.cache.path, operator.cache.size)))


def objects_of(store: Store) -> Objects | None:
    """Return the bucket of ``store``, or None where that is a folder."""
    return store.shelf.objects if isinstance(store.shelf, BucketShelf) else None


def through(store: Store, objects: Objects) -> Store:
    """Return ``store`` with a bucket that is reached by other ``objects``."""
    if not isinstance(store.shelf, BucketShelf):
        return store
    return Store(BucketShelf(objects, store.shelf.cache))


def forget_bucket_keys() -> None:
    """Drop the keys for buckets that this process inherited; others it started have theirs."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        del os.environ[name]
