"""Where the arithmetic happens: a device by name, tried before anything is built on it."""

import torch


def usable_device(device: str | torch.device) -> torch.device:
    """The device itself, once a number has been drawn on it and read back.

    Raises:
        ValueError: for a name that PyTorch does not know, or a device that this computer or this build of PyTorch
            does not have; says which there are.
    """
    try:
        chosen = torch.device(device)
        torch.rand((), generator=torch.Generator(chosen), device=chosen).item()
    except (RuntimeError, TypeError, AssertionError, NotImplementedError) as refused:
        raise ValueError(
            f"device = {device!r} cannot be used here ({str(refused).splitlines()[0]:.90}). "
            f"There is: {', '.join(devices_here())}. "
            'A GPU needs a build of PyTorch made for it, and its driver; without one, device="cpu" always works'
        ) from refused
    return chosen


def devices_here() -> list[str]:
    """Names that `device=` takes on this computer."""
    names = ['"cpu"']
    if torch.accelerator.is_available():
        kind = torch.accelerator.current_accelerator().type
        names += [f'"{kind}:{index}"' for index in range(torch.accelerator.device_count())]
    return names
