"""YouTube: videos, captions, thumbnails and playlists over the Data API v3."""
