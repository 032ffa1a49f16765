"""What a benchmark is asked, what it ran on, and where its table is kept."""

import argparse
import os
import platform
from pathlib import Path

import gymnasium
import torch

RESULTS = Path(__file__).parent / "results"
PICTURES = Path(__file__).parent.parent / "docs"


def command_line(description: str) -> argparse.ArgumentParser:
    """A parser whose help is a module's own words, as they stand."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def describe_machine() -> str:
    """Processor, cores and the versions that decide speed, in one line."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [
            line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
        ]
        processor = names[0].split(":", 1)[1].strip() if names else processor
    return (
        f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"torch {torch.__version__}, gymnasium {gymnasium.__version__}"
    )


def save_result(name: str, lines: list[str]) -> None:
    """Print a table and keep it under benchmarks/results."""
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.txt").write_text(text, encoding="utf-8")
