"""The rows of several rounds, summed up: medians, and ratios of two figures of one round."""

import statistics

import calm


def middle(rows, what):
    """The median of a figure; None without a row that has it."""
    values = [row[what] for row in calm.undisturbed(rows or ()) if row.get(what) is not None]
    return statistics.median(values) if values else None


def middles(by_name, what):
    """The median of each contestant that has the figure."""
    found = {name: middle(rows, what) for name, rows in by_name.items()}
    return {name: value for name, value in found.items() if value is not None}


def spread_of(values):
    """The median, the least and the greatest; None for no values."""
    return (statistics.median(values), min(values), max(values)) if values else None


def ratios(ours, theirs, what):
    """The ratios of the rounds, as `spread_of` gives them."""
    pairs = list(zip(ours or (), theirs or (), strict=False))
    calm_pairs = [pair for pair in pairs if not any(map(calm.is_disturbed, pair))]
    return spread_of(
        [mine[what] / other[what] for mine, other in calm_pairs or pairs if mine.get(what) and other.get(what)]
    )


def times_alone(rows, what):
    """A live connection's p99 beside `what`, in multiples of its p99 alone, as `spread_of` gives them."""
    rows = calm.undisturbed(rows or ())
    return spread_of([row[what] / row["alone"] for row in rows if row.get(what) and row["alone"]])
