"""Numbers seed by seed: what the picture says, and what it refuses."""

import numpy as np
import pytest
from scipy.stats import trim_mean

from sacnotes_lib.plots.by_seed import plot_by_seed
from sacnotes_lib.plots.picture import Picture

RNG = np.random.default_rng(0)
LUCK = RNG.normal(0, 1, 12)
VARIANTS = {"mean": LUCK, "min": LUCK - 0.3, "swap": LUCK + RNG.normal(0, 0.1, 12)}


def test_the_words_state_the_middle_of_every_variant_with_a_band_around_it():
    picture = plot_by_seed({"first": VARIANTS, "second": VARIANTS}, "Q (reward)", {"exact": 0.5})
    assert isinstance(picture, Picture)
    assert "exact, 0.5" in picture.description and "second: mean" in picture.description
    for name, values in VARIANTS.items():
        middle = trim_mean(values, 0.25)
        words = picture.description.partition(f"{name} ")[2].partition(")")[0]
        said, low, high = (float(words.split()[k]) for k in (0, 2, 4))
        assert said == pytest.approx(middle, abs=0.006)
        assert low < middle < high
        # About two standard errors to each side; the middle half of normal numbers errs by some 9 % more than all.
        assert (high - low) / 4 == pytest.approx(values.std(ddof=1) / np.sqrt(12), rel=0.6)


def test_other_numbers_make_another_picture():
    first = plot_by_seed({"a": VARIANTS}, "Q")
    assert plot_by_seed({"a": VARIANTS}, "Q").png == first.png
    assert plot_by_seed({"a": VARIANTS | {"min": LUCK - 0.6}}, "Q").png != first.png


def test_variants_with_other_seeds_are_refused():
    for wrong in ({"a": LUCK, "b": LUCK[:5]}, {"a": LUCK[:1]}):
        with pytest.raises(ValueError, match="same seeds, at least 2"):
            plot_by_seed({"panel": wrong}, "Q")
