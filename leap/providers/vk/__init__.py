"""VK Video: videos, thumbnails and albums of people and communities."""
