"""Publishing that is killed, stopped or left without an answer anywhere, and what comes of it."""
