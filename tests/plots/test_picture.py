"""Pictures: exact where they move, small where they are kept, never without words."""

import html
import io
import re
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import fast_png, figure_picture, small_png

DESCRIPTION = 'A line from 0 to 1, "quoted" & <bold>.'


@pytest.fixture(scope="module")
def figure():
    with style.context():
        figure = style.new_figure(6, 4)
        axes = figure.subplots()
        for k in range(4):
            axes.plot([0, 1], [0, k], **style.line_style(k))
        axes.set(xlabel="time [s]", ylabel="return")
    return figure


def decoded(png: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_the_fast_form_is_exact():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    np.testing.assert_array_equal(decoded(fast_png(pixels)), pixels)


def test_the_small_form_is_close_and_smaller(figure):
    figure.canvas.draw()
    pixels = np.array(figure.canvas.buffer_rgba())
    small = small_png(pixels)
    assert len(small) < len(fast_png(pixels)) / 1.5
    assert len(small) < 30_000
    assert np.abs(decoded(small).astype(int) - pixels).mean() < 2


def test_every_form_carries_picture_and_words(figure):
    data, metadata = figure_picture(figure, DESCRIPTION)._repr_mimebundle_()
    (image,) = re.findall("<img[^>]*>", data["text/html"])
    read, heard = (html.unescape(text) for text in (re.sub("<[^>]*>", "", data["text/html"]), image))
    assert DESCRIPTION == read == data["text/plain"] == metadata["image/png"]["alt"]
    assert f'alt="{DESCRIPTION}"' in heard and f'alt="{html.escape(DESCRIPTION)}"' in image
    assert f'src="data:image/png;base64,{data["image/png"]}"' in image
    assert Image.open(io.BytesIO(b64decode(data["image/png"]))).size == (600, 400)
    assert sum(map(len, data.values())) < 60_000


def test_more_pixels_make_a_picture_sharper_and_not_larger(figure, monkeypatch):
    monkeypatch.setattr(style, "DPI", 200)
    monkeypatch.setattr(figure, "dpi", 200)
    data, metadata = figure_picture(figure, DESCRIPTION)._repr_mimebundle_()
    assert Image.open(io.BytesIO(b64decode(data["image/png"]))).size == (1200, 800)
    assert 'width="600" height="400"' in data["text/html"]
    assert (metadata["image/png"]["width"], metadata["image/png"]["height"]) == (600, 400)


def test_a_picture_without_words_is_refused(figure):
    for words in ("", "  \n"):
        with pytest.raises(ValueError, match="needs a description"):
            figure_picture(figure, words)
