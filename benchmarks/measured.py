"""A child process and what it cost: the operating system's own account, kernels compiled beforehand."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Real photos and targets, beside the checkout where there are any."""


class Cost(NamedTuple):
    """CPU seconds, wall seconds and peak memory (MB) of one process, and what it printed."""

    cpu: float
    wall: float
    memory: float
    output: str

    def __str__(self) -> str:
        return f"{self.cpu:7.2f} CPU-s {self.wall:7.2f} s {self.memory:6.0f} MB"


def machine() -> str:
    """One line about what the figures were measured on."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def run(*command: str) -> Cost:
    """Run a command and account for it; its standard output is kept, a failure ends the benchmark."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
        out.seek(0)
        text = out.read().decode()
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(usage.ru_utime + usage.ru_stime, wall, kilobytes / 1024, text)


def musivum(*arguments: str) -> Cost:
    """Run the command line of the musivum that this interpreter imports."""
    return run(sys.executable, "-m", "musivum", *arguments)
