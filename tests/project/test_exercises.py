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


def without_solution(cells):
    del cells[4]


def twice_solved(cells):
    cells.append(cells[4])


def solved_before(cells):
    cells.insert(1, cells.pop(4))


def not_folded(cells):
    cells[4].source = cells[4].source.replace("details", "div")


def as_code(cells):
    cells[4].cell_type = "code"


def without_block(cells):
    cells[4].source = cells[4].source.replace("```python", "```")


def with_two_blocks(cells):
    cells[4].source = cells[4].source.replace("</details>", "```python\nx = 1\n```\n</details>")


def for_another_function(cells):
    cells[4].source = cells[4].source.replace("double", "treble")


def exercise_gone(cells):
    del cells[2]


def already_done(cells):
    cells[2].source = "def double(x):\n    return x + x"


def no_function(cells):
    cells[2].source = "x = 1  # ExerciseTodo"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_solution, "`double` needs one cell tagged `solution`"),
        (twice_solved, "two solutions define `double`"),
        (solved_before, "`double` needs one cell tagged `solution`, after it"),
        (not_folded, "folded in <details>"),
        (as_code, "Markdown cell"),
        (without_block, "holds 0"),
        (with_two_blocks, "holds 2"),
        (for_another_function, "`double` needs one cell"),
        (exercise_gone, "`double`, which no exercise asks for"),
        (already_done, "`double` does not raise ExerciseTodo"),
        (no_function, "defines none"),
    ],
)
def test_what_does_not_belong_together_is_refused(sample, spoil, words):
    spoil(sample.cells)
    with pytest.raises(ValueError, match=words):
        solved(sample)
