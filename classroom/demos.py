"""All demos, in the order of a lesson. To add one, add an entry to one of the four tuples."""

from classroom.actor_demos import ACTOR_DEMOS
from classroom.demo import Demo
from classroom.label_demos import LABEL_DEMOS
from classroom.policy_demos import POLICY_DEMOS
from classroom.training_demos import TRAINING_DEMOS

DEMOS = (*POLICY_DEMOS, *LABEL_DEMOS, *ACTOR_DEMOS, *TRAINING_DEMOS)


def find(name: str) -> Demo:
    """The demo of that name. Raises LookupError that lists the names there are."""
    for demo in DEMOS:
        if demo.name == name:
            return demo
    raise LookupError(
        f"there is no demo called {name!r}; there are: {', '.join(demo.name for demo in DEMOS)}"
    )
