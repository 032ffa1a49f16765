"""Where the arithmetic happens: a device by name, tried before anything is built on it."""

import torch


def usable_device(device: str | torch.device) -> torch.device:
    """The device itself, once a number has been drawn on it and read back.

    Raises:
        ValueError: for a name that PyTorch does not know, or a device that this computer or this build of PyTorch
            does not have; says which there are.
    """
    chosen = known_device(device)
    try:
        torch.rand((), generator=torch.Generator(chosen), device=chosen).item()
    except (RuntimeError, AssertionError, NotImplementedError) as refused:
        raise ValueError(
            f"device = {str(device)!r} cannot be used on this computer, which has: {', '.join(devices_here())}. A GPU "
            "needs its driver and a build of PyTorch made for it. (PyTorch says: "
            f"{str(refused).splitlines()[0]:.120})"
        ) from refused
    return chosen


def known_device(device: str | torch.device) -> torch.device:
    """The device of this name, whether or not this computer has it. Raises ValueError for a name nobody knows."""
    try:
        return torch.device(device)
    except (RuntimeError, TypeError) as refused:
        raise ValueError(
            f'device = {device!r}, but it must be a name that PyTorch knows, such as "cpu", "cuda" (NVIDIA and AMD), '
            f'"cuda:1", "mps" (Apple) or "xpu" (Intel). On this computer there is: {", ".join(devices_here())}'
        ) from refused


def devices_here() -> list[str]:
    """Names that `device=` takes on this computer."""
    names = ['"cpu"']
    here = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if here is not None:
        names += [f'"{here.type}:{index}"' for index in range(torch.accelerator.device_count())]
    return names
