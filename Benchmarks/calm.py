"""Repeats a measurement that the host disturbed: while the host of a virtual machine runs another guest on one of its
CPUs, every figure is wrong."""

import pathlib
import time

MOST_STOLEN = 0.05
"""The share of all CPUs' time that the host may take: with more, the workload is measured again."""
TRIES, PAUSE = 6, 5
"""How many tries there are, and the seconds between two of them: the host takes a CPU for some tens of seconds."""


def cpu_times():
    """The time of all CPUs so far, and how much of it the host took (proc(5), /proc/stat), in ticks."""
    user, nice, system, idle, waiting, irq, softirq, stolen = map(
        int, pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    )
    return user + nice + system + idle + waiting + irq + softirq + stolen, stolen


def is_disturbed(row):
    return row.get("stolen", 0) > MOST_STOLEN


def undisturbed(rows):
    """The undisturbed rows, or all rows when every one was disturbed."""
    return [row for row in rows if not is_disturbed(row)] or rows


def least_disturbed(measure):
    """The first row during which the host took at most MOST_STOLEN, or else the one during which it took least; the row
    has the share."""
    best = None
    for tries in range(TRIES):
        if tries > 0:
            time.sleep(PAUSE)
        before, stolen_before = cpu_times()
        row = measure()
        after, stolen_after = cpu_times()
        row["stolen"] = (stolen_after - stolen_before) / max(after - before, 1)
        if best is None or row["stolen"] < best["stolen"]:
            best = row
        if not is_disturbed(best):
            break
    return best
