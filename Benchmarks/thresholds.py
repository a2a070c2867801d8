"""The thresholds of `make bench-check`: reads and writes Benchmarks/thresholds.toml, and judges counts by it."""

import math
import tomllib

from servers import HERE

FILE = HERE / "thresholds.toml"
# The counts that vary: timers check on Chrome and write log lines, and large answers arrive in pieces of any size.
SLACK = 0.1
CONNECTION_SLACK = {"system calls": 0.5}
FACTORS = {"instructions": 1.03}
# The optimizer pairs retains and releases, and joins accesses, differently after a change elsewhere in the module.
CONNECTION_FACTORS = {"instructions": 1.03, "exclusivity checks": 1.2, "retains": 1.1, "releases": 1.1}
LARGE_FACTOR = 1.25
HEAD = """# The most that one of each may cost, counted by `Benchmarks/inside` (docs/performance.md, "Inside").
# `Benchmarks/inside --write` writes this file; a commit that raises a number says what the cost buys.
"""


def read():
    return tomllib.loads(FILE.read_text()) if FILE.exists() else {}


def allowed(name, kind, measured):
    """The threshold for a measured count."""
    connection = name in ("accepted", "refused")
    factor = LARGE_FACTOR if name == "large" else (CONNECTION_FACTORS if connection else FACTORS).get(kind, 1)
    if kind == "instructions":
        return math.ceil(measured * factor / 10) * 10
    return round(round(measured * factor, 1) + (CONNECTION_SLACK.get(kind, SLACK) if connection else SLACK), 2)


def write(counted):
    parts = [HEAD]
    for name, kinds in counted.items():
        lines = [f'"{kind}" = {allowed(name, kind, measured):g}' for kind, measured in kinds.items()]
        parts.append(f"[{name}]\n" + "\n".join(lines) + "\n")
    FILE.write_text("\n".join(parts))


def judge(counted, limits):
    """Prints the counts over their threshold and the thresholds that can come down; returns 1 when a count is over."""
    over = 0
    print()
    for name, kinds in counted.items():
        for kind, measured in kinds.items():
            limit = limits.get(name, {}).get(kind)
            if limit is None:
                print(f"{name}: nothing holds its {kind}; `Benchmarks/inside --write` writes thresholds.")
            elif measured > limit:
                over += 1
                print(
                    f"{name}: {measured:,.2f} {kind}, and at most {limit:,g} are allowed (Benchmarks/thresholds.toml)."
                )
            elif (lower := allowed(name, kind, measured)) < limit * 0.9 - SLACK:
                print(f"{name}: the threshold of {kind} can come down from {limit:,g} to {lower:,g}.")
    print("Over the threshold: one." if over == 1 else f"Over the threshold: {over}." if over else "All within.")
    return 1 if over else 0
