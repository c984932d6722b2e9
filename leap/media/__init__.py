"""Video and audio: the only room that runs ffmpeg and imports PyAV."""
