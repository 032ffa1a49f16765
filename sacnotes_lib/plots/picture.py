"""A picture with its description, small enough for a page: shown with or without a kernel."""

import html
import io
import struct
import zlib
from base64 import b64encode

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from sacnotes_lib.plots import style

PALETTE_SIZE = 64


def small_png(pixels: np.ndarray) -> bytes:
    """``pixels`` (uint8, [height, width, 3 or 4]) as a PNG with a palette: a quarter of the bytes, for files kept."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels).convert("RGB").quantize(PALETTE_SIZE, dither=Image.Dither.NONE)
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def fast_png(pixels: np.ndarray) -> bytes:
    """``pixels`` (RGBA, uint8, [height, width, 4]) as a PNG, exactly, for a picture that is soon replaced.

    Rows are left unfiltered, which Pillow cannot be told: three times as fast, and flat drawings come out smaller.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), dtype=np.uint8)  # each row starts with a 0: no filter
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)  # 8 bits a channel, colour type 6: RGBA
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, level=1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def image_tag(png: bytes, description: str, width: int, height: int) -> str:
    """An ``<img>`` with the picture, of so many pixels, inside it and ``description`` as its text alternative.

    Its size on the page is the same at every `style.DPI`: more pixels make it sharper, not larger.
    ``decoding="sync"`` keeps the old picture on screen until the new one is ready: no blank frame between them.
    """
    width, height = size_on_page(width, height)
    return (
        f'<img decoding="sync" width="{width}" height="{height}" style="max-width:100%;height:auto;border-radius:8px" '
        f'alt="{html.escape(description)}" src="data:image/png;base64,{b64encode(png).decode("ascii")}">'
    )


def size_on_page(*pixels: int) -> tuple[int, ...]:
    """What so many pixels of a picture take of the page's own."""
    return tuple(round(style.PAGE_DPI * length / style.DPI) for length in pixels)


class Picture:
    """A PNG and the text that says what it shows. Jupyter, exported pages and code-hosting pages each find a form."""

    def __init__(self, pixels: np.ndarray, description: str):
        if not description.strip():
            raise ValueError("A picture needs a description: say in words, with numbers, what it shows.")
        self.description = description[:1].upper() + description[1:]
        self.size = (pixels.shape[1], pixels.shape[0])
        self.png = small_png(pixels)

    def _repr_mimebundle_(self, include=None, exclude=None):
        image = image_tag(self.png, self.description, *self.size)
        caption = f'<figcaption style="max-width:60em">{html.escape(self.description)}</figcaption>'
        data = {
            "text/html": f'<figure style="margin:0 0 1em">{image}{caption}</figure>',
            "image/png": b64encode(self.png).decode("ascii"),
            "text/plain": self.description,
        }
        width, height = size_on_page(*self.size)
        return data, {"image/png": {"alt": self.description, "width": width, "height": height}}


def figure_picture(figure: Figure, description: str) -> Picture:
    """A Matplotlib figure, drawn once, as a `Picture`."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Picture(np.array(canvas.buffer_rgba()), description)


def in_words(value: float) -> str:
    """`value` to three digits, as it is read aloud: -1,190 and not -1.19e+03."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
