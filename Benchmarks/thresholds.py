"""What `make bench-check` holds the proxy to: Benchmarks/thresholds.toml, read, judged by and written."""

import math
import tomllib

from servers import HERE

FILE = HERE / "thresholds.toml"
# What is left to chance: Chrome is looked after and log lines are written by the clock, and large answers arrive in
# pieces of any size.
SLACK = 0.1
CONNECTION_SLACK = {"system calls": 0.5}
FACTORS = {"instructions": 1.03}
# The optimizer pairs retains and releases, and joins accesses, differently after a change elsewhere in the module.
CONNECTION_FACTORS = {"instructions": 1.03, "exclusivity checks": 1.2, "retains": 1.1, "releases": 1.1}
LARGE_FACTOR = 1.25
HEAD = """# The most that one of each may cost, counted by `Benchmarks/inside` (docs/performance.md, "Inside").
# `Benchmarks/inside --write` writes this file; whoever raises a number says in the commit what it buys.
"""


def read():
    return tomllib.loads(FILE.read_text()) if FILE.exists() else {}


def allowed(name, kind, measured):
    """A threshold for what was measured."""
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
    """Says what is over its threshold, and which threshold has become too generous; 1 when something is over."""
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
