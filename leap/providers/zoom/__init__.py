"""Zoom: cloud recordings, found through its API and downloaded whole."""
