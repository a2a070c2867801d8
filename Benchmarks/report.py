"""Markdown tables of the rows of a run: medians over the rounds, ratios of one round's figures, and the targets."""

import calm
import floor
import targets
from contestants import NAMES, PEERS, SUBJECT
from figures import middle, middles, ratios, times_alone
from workloads import COMMANDS, HANDSHAKES, TITLES, TLS_MESSAGES

PLAIN = ("ping-1", "ping-64", "answer-64k", "answer-1m", "upload-512k", "connect", "flood")
TLS = (*TLS_MESSAGES, *HANDSHAKES)
RATED = PLAIN + TLS


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    print("\n".join(f"| {' | '.join(line)} |" for line in lines), end="\n\n")


def figure(value):
    """With three significant digits."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(found):
    return f"{found[0]:.2f} ({found[1]:.2f}–{found[2]:.2f})" if found else ""


def best_peer(by_name, what, pick):
    """The name of the peer whose median is best."""
    values = {name: value for name, value in middles(by_name, what).items() if name in PEERS}
    return pick(values, key=values.get) if values else None


def present(results, loads):
    """The contestants that have rows of these workloads, in the order of the contest."""
    seen = {name: None for load in loads for name in results.get(load, ())}
    return list(seen)


def show_pairs(results, loads, first, second):
    """A row for each contestant, a cell for each workload: two figures of it."""
    loads = [load for load in loads if load in results]
    if not loads:
        return
    rows = []
    for name in present(results, loads):
        cells = [[figure(middle(results[load].get(name), what)) for what in (first, second)] for load in loads]
        rows.append([name, *(" / ".join(filter(None, pair)) for pair in cells)])
    table(["", *loads], rows)


def show_ratios(results):
    rows = []
    for load in (load for load in RATED if load in results):
        by_name = results[load]
        ours, fastest = by_name.get(SUBJECT), best_peer(by_name, "rate", max)
        cheapest, soonest = best_peer(by_name, "cpu", min), best_peer(by_name, "p50", min)
        cells = [TITLES[load]]
        for what, peer in (("rate", fastest), ("cpu", cheapest), ("p50", soonest)):
            cells.append(f"{spread(ratios(ours, by_name.get(peer), what))} {peer or ''}".strip())
        cells += [spread(ratios(ours, by_name.get(name), "cpu")) for name in ("relay", "relay-splice")]
        if any(cells[1:]):
            rows.append(cells)
    if rows:
        head = ["cdp-proxy to", "best peer's rate", "best peer's CPU", "best peer's p50"]
        table([*head, "relay's CPU", "relay-splice's CPU"], rows)


def show_builds(results):
    """Ratios to the builds that were named by --also."""
    others = [name for name in present(results, RATED) if name not in NAMES]
    for name in others:
        rows = []
        for load in (load for load in RATED if load in results):
            ours, theirs = (results[load].get(which) for which in (SUBJECT, name))
            rows.append([TITLES[load], *(spread(ratios(ours, theirs, what)) for what in ("rate", "cpu", "p50"))])
        table([f"cdp-proxy to {name}", "rate", "CPU", "p50"], rows)


def show_idle(results):
    loads = [load for load in ("idle-2000", "idle-10000", "tls-idle") if load in results]
    names = present(results, loads)
    if names:
        rows = [[name, *(figure(middle(results[load].get(name), "kib")) for load in loads)] for name in names]
        table(["KiB for each", *(TITLES[load] for load in loads)], rows)


def show_policy(results):
    rows = []
    for load in COMMANDS:
        for name, measured in results.get(load, {}).items():
            rows.append([TITLES[load], name, *(figure(middle(measured, what)) for what in ("plain", "role", "policy"))])
    if rows:
        table(["µs of CPU for one", "", "without roles", "with", "the policy"], rows)


def live_figures(rows, what):
    pair = (figure(middle(rows, f"{what}_p50")), figure(middle(rows, what)))
    return " / ".join(filter(None, pair))


def show_live(results):
    rows = []
    for name, measured in results.get("live", {}).items():
        row = [name, live_figures(measured, "alone")]
        for what in ("flood", "bulk"):
            row += [live_figures(measured, what), spread(times_alone(measured, what))]
        rows.append(row)
    if rows:
        table(
            ["live connection", "p50 / p99 µs alone", "under the flood", "p99 times", "beside bulk", "p99 times"], rows
        )


def show_chromium(results):
    rows, by_name = [], results.get("chromium", {})
    for name, measured in by_name.items():
        cells = [figure(middle(measured, what)) for what in ("p50", "p99", "megabytes")]
        direct = by_name.get("direct")
        rows.append([name, *cells, *(spread(ratios(measured, direct, what)) for what in ("p50", "megabytes"))])
    if rows:
        table(["real Chromium", "p50 µs", "p99 µs", "MB/s of 5 MB answers", "p50 to direct", "MB/s to direct"], rows)


def show_kernel(results):
    rows = results.get("kernel", {}).get("direct")
    if not rows:
        return
    price = {name: middle(rows, name) for name in rows[0] if name not in ("errors", "stolen")}
    table(["one call", "ns"], [[name, f"{value:,.0f}"] for name, value in price.items()])
    lines = []
    for load, kernel in floor.sums(price).items():
        takers = (results.get(load, {}).get(name) for name in ("relay", "relay-splice", SUBJECT))
        lines.append([load, floor.WORK[load][0], figure(kernel), *(figure(middle(taker, "cpu")) for taker in takers)])
    head = ["µs of CPU for one", "what it cannot do without", "kernel alone", "relay", "relay-splice", "cdp-proxy"]
    table(head, lines)


def show_start(results):
    rows = []
    for name, measured in results.get("start", {}).items():
        resident = [middle(measured, what) * 1024 / 1e6 for what in ("resident", "own")]
        rows.append([name, figure(middle(measured, "start")), *map(figure, resident)])
    if rows:
        table(["", "start to listening, ms", "resident idle, MB", "of which its own"], rows)


def merged(runs):
    """The results of some runs: the rounds of each, one after the other."""
    results = {}
    for run in runs:
        for load, by_name in run["results"].items():
            for name, rows in by_name.items():
                results.setdefault(load, {}).setdefault(name, []).extend(rows)
    return results


def show_disturbed(results):
    """How often the host took the CPUs, so that a reader can judge the other figures."""
    rows = [row for by_name in results.values() for rows in by_name.values() for row in rows if "stolen" in row]
    disturbed = sum(map(calm.is_disturbed, rows))
    if disturbed:
        print(
            f"In {disturbed} of {len(rows)} measurements, the best of {calm.TRIES} tries each, the host took more",
            end=" ",
        )
        print(f"than {calm.MOST_STOLEN:.0%} of the CPUs' time: they are left out where there are others.", end="\n\n")


def show(runs):
    """The tables of some runs of one binary."""
    for run in runs:
        print(f"{run['date']}, {run['machine']}, load average {run['load_average']:.1f} at the start;")
        print(f"`{run['command']}`: medians of {run['rounds']} rounds of {run['seconds']:g} s.", end="\n\n")
    results = merged(runs)
    show_disturbed(results)
    for loads in (PLAIN, TLS):
        show_pairs(results, loads, "rate", "cpu")
        show_pairs(results, loads, "p50", "p99")
    show_ratios(results)
    show_builds(results)
    show_idle(results)
    show_policy(results)
    show_live(results)
    show_chromium(results)
    show_start(results)
    show_kernel(results)
    targets.show(results, runs[0]["binary_bytes"], table)
