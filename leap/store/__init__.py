"""The state store: targets, failures, receipts and paid answers, as files or as objects.

    targets/<tenant>/<recording>/<stage>/<key>/manifest.json     the commit
    targets/<tenant>/<recording>/<stage>/<key>/<attempt>/…       the files
    targets/<tenant>/<recording>/<stage>/<key>/failure.json      failed for good
    targets/<tenant>/<recording>/publish/<preset>/0001.json      receipts
    targets/<tenant>/.answers/<digest>.json                      paid answers
    targets/.scratch/…                                           work under way
    targets/.unfinished/<tenant>.<recording>.<stage>.<key>/…     what a kill does not undo

Nothing is ever changed in place. A result is whole or absent: files are
synced and moved first, and the manifest is created last and exclusively, so
that two runners can never mix their files. In a bucket the names are the same,
but for work under way: that is in the cache of each machine.
"""

from __future__ import annotations

from leap.store.answers import KeptAnswers
from leap.store.atomic import hash_file
from leap.store.objects import Entry, Objects
from leap.store.opening import forget_bucket_keys, objects_of, open_store, through
from leap.store.store import Store

__all__ = [
    "Entry",
    "KeptAnswers",
    "Objects",
    "Store",
    "forget_bucket_keys",
    "hash_file",
    "objects_of",
    "open_store",
    "through",
]
