"""LEAP: recorded lectures to published, captioned video, declared in YAML."""

__version__ = "0.1.0"
