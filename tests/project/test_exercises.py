"""Solutions put in the place of exercises, and a clear word when the two do not belong together."""

import pytest

from tools.exercises import solved


def test_the_solution_takes_the_place_of_the_exercise(sample):
    before = [cell.source for cell in sample.cells]
    after = [cell.source for cell in solved(sample).cells]
    assert after[2] == "def double(x):\n    return 2 * x"
    assert after[:2] + after[3:] == before[:2] + before[3:]
    assert [cell.source for cell in sample.cells] == before


def test_hints_and_other_folded_cells_are_not_solutions(sample):
    del sample.cells[2].metadata["tags"]
    del sample.cells[4].metadata["tags"]
    assert solved(sample) == sample


def in_cell(number, old, new):
    """A change that replaces a piece of one cell's source."""

    def change(cells):
        assert old in cells[number].source
        cells[number].source = cells[number].source.replace(old, new)

    return change


SPOILED = {
    "without its solution": (lambda cells: cells.pop(4), "`double` needs one cell tagged `solution`"),
    "solved twice": (lambda cells: cells.append(cells[4]), "two solutions define `double`"),
    "solved before": (
        lambda cells: cells.insert(1, cells.pop(4)),
        "`double` needs one cell tagged `solution`, after it",
    ),
    "not folded": (in_cell(4, "details", "div"), "folded in <details>"),
    "as code": (lambda cells: cells[4].update(cell_type="code"), "Markdown cell"),
    "without a block": (in_cell(4, "```python", "```"), "holds 0"),
    "two blocks": (in_cell(4, "</details>", "```python\nx = 1\n```\n</details>"), "holds 2"),
    "for another function": (in_cell(4, "double", "treble"), "`double` needs one cell"),
    "exercise gone": (lambda cells: cells.pop(2), "`double`, which no exercise asks for"),
    "already done": (
        lambda cells: cells[2].update(source="def double(x):\n    return x + x"),
        "`double` does not raise ExerciseTodo",
    ),
    "no function": (lambda cells: cells[2].update(source="x = 1  # ExerciseTodo"), "defines none"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_does_not_belong_together_is_refused(sample, name):
    spoil, words = SPOILED[name]
    spoil(sample.cells)
    with pytest.raises(ValueError, match=words):
        solved(sample)
