"""Adam, with the bookkeeping done once."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor


class Adam:
    """One descent step at a time on a fixed list of tensors (Kingma and Ba 2015, algorithm 1).

    The same numbers as `torch.optim.Adam(fused=True)`, by the same fused kernel. What leaving out its parameter
    groups, hooks and `.grad` fields buys is about a seventh of a small network's update. Adam works element by
    element, so one of these serves all runs and critics without mixing them.

    Args:
        tensors: what to train; changed in place.
        learning_rate: step size; may be changed between steps.
    """

    def __init__(self, tensors: Sequence[Tensor], learning_rate: float):
        self.tensors, self.learning_rate = list(tensors), learning_rate
        self._mean = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._mean_square = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._steps = self.tensors[0].new_zeros(())

    def descend(self, loss: Tensor) -> None:
        """Differentiate a scalar loss with respect to these tensors alone, and take one step."""
        gradients = torch.autograd.grad(loss, self.tensors)
        self._steps += 1
        with torch.no_grad():
            torch._fused_adam_(
                self.tensors, gradients, self._mean, self._mean_square, [], [self._steps] * len(self.tensors),
                lr=self.learning_rate, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8,
                amsgrad=False, maximize=False,
            )  # fmt: skip

    def state_dict(self) -> dict:
        """Moments and step count, to be given to `load_state_dict` later."""
        return copy.deepcopy({"mean": self._mean, "mean_square": self._mean_square, "steps": self._steps})

    def load_state_dict(self, state: dict) -> None:
        """Go on from moments that `state_dict` returned."""
        with torch.no_grad():
            self._steps.copy_(state["steps"])
            for own, saved in (
                *zip(self._mean, state["mean"], strict=True),
                *zip(self._mean_square, state["mean_square"], strict=True),
            ):
                own.copy_(saved)
