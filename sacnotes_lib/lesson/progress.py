"""What a learner has done so far. Every prediction and every checked exercise passes through here."""

from __future__ import annotations


class Progress:
    """Predictions and exercise results, kept for this session.

    ``predictions``: key -> the option chosen. ``exercises``: name -> True once it has passed.
    """

    def __init__(self):
        self.predictions: dict[str, str] = {}
        self.exercises: dict[str, bool] = {}

    def record_prediction(self, key: str, option: str | None) -> None:
        """Keep ``option`` as the prediction for ``key``; None takes a prediction back."""
        if option is None:
            self.predictions.pop(key, None)
        else:
            self.predictions[key] = option

    def record_exercise(self, name: str, passed: bool) -> None:
        """Keep the result of an exercise. Once passed, a later try that fails does not take that away."""
        self.exercises[name] = passed or self.exercises.get(name, False)


PROGRESS = Progress()
