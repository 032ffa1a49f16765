"""Results as a table: rows and columns that Jupyter draws, aligned text in a terminal."""

import html
import math
import re
from collections.abc import Mapping


def table(rows: Mapping[str, Mapping], corner: str = "", form: str | Mapping = "") -> "ResultTable":
    """Rows by name, each from columns to values. Make it the last line of a cell, print it, or `reveal` it.

    A value is a number, a text, True or False, a range (low, high), a middle and its range (value, low, high), or
    None; NaN, and what a row lacks, look like None. ``corner`` says what the rows are. The numbers of a column share
    their decimals: three digits of the largest, or the ``form`` asked for, such as ".2f", for all columns or by
    column; "+" alone adds signs.
    Raises ``ValueError`` where there is no row or no column.
    """
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    if not columns:
        raise ValueError(f"nothing to tabulate in {rows!r}: give at least one row with one column")
    forms = dict.fromkeys(columns, form) if isinstance(form, str) else form
    cells = [_said([row.get(name) for row in rows.values()], forms.get(name, "")) for name in columns]
    body = [[str(name), *line] for name, line in zip(rows, zip(*cells))]
    return ResultTable([[corner, *map(str, columns)], *body])


class ResultTable(list[list[str]]):
    """Lines of cells, all of them texts; the head is the first."""

    def __repr__(self) -> str:
        first, *widths = (max(map(len, column)) for column in zip(*self, strict=True))
        return "\n".join("  ".join([name.ljust(first), *map(str.rjust, x, widths)]) for name, *x in self)

    def _repr_html_(self) -> str:
        head, *body = (
            _tag(name, "row" if at else "col", "left") + "".join(_tag(x, "" if at else "col") for x in line)
            for at, (name, *line) in enumerate(self)
        )
        rows = "".join(f"<tr>{line}</tr>" for line in body)
        return f'<div style="overflow-x:auto"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _tag(text: str, scope: str, side: str = "right") -> str:
    tag = f'th scope="{scope}"' if scope and text else "td"  # an empty corner is no header
    return f'<{tag} style="text-align:{side};padding:0.1em 0.6em">{html.escape(text)}</{tag[:2]}>'


def _said(values: list, form: str) -> list[str]:
    """The cells of one column."""
    cells = []
    for value in values:
        each = [getattr(x, "item", lambda x=x: x)() for x in (value if isinstance(value, tuple) else [value])]
        each = [math.nan if x is None else ("no", "yes")[x] if isinstance(x, bool) else x for x in each]
        cells.append(each[:1] if each[-1] != each[-1] else each)
    if form in ("", "+"):
        numbers = [abs(x) for cell in cells for x in cell if not isinstance(x, str) and x == x]
        largest = max(filter(math.isfinite, numbers), default=0)
        places = f"z,.{max(0, 2 - math.floor(math.log10(largest)))}f" if 1e-3 <= largest < 1e6 else ".3g"
        form += ",d" if all(isinstance(x, int) for x in numbers) else places
    elif form[-1] in "f%":
        form = re.sub("^[+]?", r"\g<0>z", form)  # no minus in front of a zero
    texts = [[x if isinstance(x, str) else f"{x:{form}}" if x == x else "–" for x in cell] for cell in cells]
    return [("{}", "{} to {}", "{} ({} to {})")[len(cell) - 1].format(*cell) for cell in texts]
