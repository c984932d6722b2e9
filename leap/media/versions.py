"""Which versions of the media tools are at work, for manifests."""

from __future__ import annotations


def pyav() -> str:
    """Return the version of PyAV."""
    import av

    return av.__version__
