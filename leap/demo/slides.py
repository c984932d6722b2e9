"""Drawing the slides of the demo lectures, with the font that Pillow brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leap.demo.lectures import Lecture, Slide
from leap.errors import MissingTool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 360
_PAPER, _INK, _SOFT, _LINE = "#151b2b", "#f5f7fb", "#cdd5e4", "#2e3853"
_LEFT, _RIGHT = 52, WIDTH - 52
_HEADING, _FIRST_POINT, _NEXT_POINT, _FOOT = 92, 158, 46, 334


def draw(slide: Slide, lecture: Lecture, *, number: int) -> NDArray[np.uint8]:
    """Return the slide as ``(360, 640, 3)`` RGB bytes.

    ``number`` counts from 1; the line at the foot fills up with it. Raises
    MissingTool without Pillow.
    """
    try:
        import numpy as np
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise MissingTool(
            "Pillow is not installed", hint="run `pip install 'leap[demo]'`"
        ) from None
    heading, point, foot = (ImageFont.load_default(size) for size in (44, 26, 16))
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 9, HEIGHT), lecture.accent)

    # The font has one weight; a stroke of the same colour makes it bold.
    pen.text((_LEFT, _HEADING), slide.heading, _INK, heading, anchor="ls", stroke_width=0.7)
    pen.rectangle((_LEFT, _HEADING + 18, _LEFT + 64, _HEADING + 21), lecture.accent)

    for row, text in enumerate(slide.points):
        y = _FIRST_POINT + row * _NEXT_POINT
        pen.ellipse((_LEFT, y - 5, _LEFT + 9, y + 4), lecture.accent)
        pen.text((_LEFT + 28, y), text, _SOFT, point, anchor="lm")

    filled = _LEFT + (_RIGHT - _LEFT) * number // len(lecture.scenes)
    pen.rectangle((_LEFT, _FOOT - 26, _RIGHT, _FOOT - 25), _LINE)
    pen.rectangle((_LEFT, _FOOT - 26, filled, _FOOT - 25), lecture.accent)
    pen.text((_LEFT, _FOOT), lecture.course, _SOFT, foot, anchor="lm")
    pen.text((_RIGHT, _FOOT), f"{number} / {len(lecture.scenes)}", _SOFT, foot, anchor="rm")
    return np.asarray(image)
