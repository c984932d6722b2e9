"""VK on this machine: tokens, videos and their bytes, albums, thumbnails.

    with Vk() as vk:
        user = vk.user()
        group = vk.group("Faculty", user)
        token = vk.token(user)
        ...  # vk.url; then vk.videos, vk.placeholders, vk.violations

``python -m emulators.vk``, from the folder above, serves the same from a
process of its own.
"""

from emulators.vk.emulator import Vk
from emulators.vk.oauth import App
from emulators.vk.world import Album, Group, User, Video

__all__ = ["Album", "App", "Group", "User", "Video", "Vk"]
