"""A small notebook that has one of everything the tools must cope with."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

OPEN = 'def double(x):\n    raise ExerciseTodo("twice x, please")'
SOLUTION = """<details><summary>Solution</summary>

```python
def double(x):
    return 2 * x
```

</details>"""
WIDGETS = """import ipywidgets
from IPython.display import display

class Panel(ipywidgets.HTML):
    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | {"image/png": "AAAA"}

log = ipywidgets.Output()
with log:
    print("inside")
display(Panel(), {"text/html": "<p>after</p>"})"""


@pytest.fixture
def sample():
    """Unexecuted: a print, an open exercise with its check and solution, a widget with a picture, another print."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Is two a number?"),
            new_code_cell("class ExerciseTodo(Exception):\n    pass\n\nprint(1)\nprint(2)"),
            new_code_cell(OPEN, metadata={"tags": ["exercise"]}),
            new_code_cell('try:\n    print(double(4))\nexcept ExerciseTodo:\n    print("not done yet")'),
            new_markdown_cell(SOLUTION, metadata={"tags": ["solution"]}),
            new_code_cell(WIDGETS),
            new_code_cell("print(3)"),
        ]
    )
