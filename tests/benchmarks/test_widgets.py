"""What the benchmark of the widgets counts."""

from benchmarks.widgets import report, stale


def test_a_frame_is_stale_where_a_newer_picture_was_there_before_it():
    assert stale([0, 0, 1, 3, 3, 5]) == 0
    assert stale([0, 2, 1, 1, 3, 2, 5]) == 3
    assert stale([]) == 0


def test_a_line_of_the_table():
    seen = {"times": [50, 40, 60], "blank": 0, "frames": 9, "shown": [1, 0], "burst": True}
    words = ["panel", "50", "60", "3", "0", "1", "9", "yes"]
    assert report("panel", seen | {"slider": 1}).split() == words
    assert report("panel", seen | {"slider": 2}).split() == [*words, "(slider", "2)"]
