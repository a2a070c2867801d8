"""A guest's CPUs are lent: while the host lends them to somebody else, every figure is of that."""

import pathlib

TRIES = 4
MOST_STOLEN = 0.05
"""Of the time of all CPUs: more, and what was measured meanwhile is measured again."""


def cpu_times():
    """All of the CPUs' time so far and what of it the host took (proc(5), /proc/stat), in ticks."""
    user, nice, system, idle, waiting, irq, softirq, stolen = map(
        int, pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    )
    return user + nice + system + idle + waiting + irq + softirq + stolen, stolen


def least_disturbed(measure):
    """The first row during which the host took little, or the one of some during which it took least; with how much."""
    best = None
    for _ in range(TRIES):
        before, stolen_before = cpu_times()
        row = measure()
        after, stolen_after = cpu_times()
        row["stolen"] = (stolen_after - stolen_before) / max(after - before, 1)
        if best is None or row["stolen"] < best["stolen"]:
            best = row
        if best["stolen"] <= MOST_STOLEN:
            break
    return best
