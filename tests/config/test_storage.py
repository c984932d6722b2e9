"""`state` is a folder or a bucket; what a machine keeps besides is in a folder in any case."""

from __future__ import annotations

import pytest

from leap.config import check, load

FOLDERS = "folders: [recordings, /srv/recordings]\nsites: [site]\n"
CLOUD = "state: s3://leap-acme/prod/\n"


def test_a_bucket_is_named_by_its_url(write):
    """All else of the state is in the folder `state`, and copies are in a cache there."""
    root = write({"leap.yaml": FOLDERS + CLOUD})

    operator = load(root).operator

    assert "s3://leap-acme/prod" == operator.bucket.url
    assert root / "state" == operator.state
    assert root / "state" / "cache" == operator.cache.path
    assert 20 * 10**9 == operator.cache.size


def test_a_folder_is_no_bucket(write):
    operator = load(write({"leap.yaml": FOLDERS + "state: /srv/leap state\n"})).operator

    assert operator.bucket is None
    assert "/srv/leap state" == str(operator.state)


def test_the_cache_and_the_service_are_chosen(write):
    text = """
        cache: {path: /var/cache/leap, size: 8 GB}
        endpoints: {s3: {url: "https://storage.yandexcloud.net", region: ru-central1}}
    """
    operator = load(write({"leap.yaml": FOLDERS + CLOUD + text.replace("        ", "")})).operator

    assert ("/var/cache/leap", 8 * 10**9) == (str(operator.cache.path), operator.cache.size)
    assert "https://storage.yandexcloud.net" == operator.endpoints.s3.url
    assert "ru-central1" == operator.endpoints.s3.region


@pytest.mark.parametrize(
    "text, message",
    [
        ("state: s3://AKIA:secret@bucket/x\n", "credentials do not belong in this file"),
        ("state: gs://bucket\n", "`gs://bucket` is neither a folder nor a bucket"),
        ("state: s3://B\n", "`s3://B` is not a bucket; write it like `s3://bucket/prefix`"),
        ("state: s3://bucket/a//b\n", "is not a bucket"),
        ("state: s3://bucket/ü\n", "is not a bucket"),
        ("state: 7\n", "not a path"),
        ("cache: {size: 8 GB}\n", "nothing is cached: `state` is a folder of this machine"),
        (CLOUD + "cache: {size: 8}\n", "needs a unit"),
        (CLOUD + "endpoints: {s3: {region: 'eu central'}}\n", "`eu central` is not a region"),
        (CLOUD + "endpoints: {s3: {url: 'http://minio:9000'}}\n", "in the clear"),
    ],
)
def test_what_cannot_be_is_said(write, text, message):
    (found,) = check(write({"leap.yaml": FOLDERS + text}))

    assert message in str(found)
    assert "secret" not in str(found)
