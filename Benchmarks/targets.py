"""The proxy's targets, and whether a run reached them: medians of the rounds' ratios."""

from contestants import PEERS, SUBJECT
from figures import middle, middles, ratios, times_alone

# Workload, figure, the most that the ratio to the best peer may be.
TO_BEST_PEER = (
    ("ping-1", "cpu", 0.95),
    ("ping-1", "p50", 1.00),
    ("ping-64", "cpu", 0.95),
    ("answer-64k", "cpu", 0.75),
    ("answer-1m", "cpu", 0.75),
    ("upload-512k", "cpu", 0.85),
    ("tls-200", "cpu", 1.00),
    ("tls-64k", "cpu", 1.00),
    ("tls-1m", "cpu", 1.00),
)
GATE = "haproxy-jwt"
# Whose handshakes cost no less.
TLS_PEER = "haproxy"
POLICY_US = 3
IDLE_KIB, TLS_IDLE_KIB, LIVE_TIMES, CHROMIUM_P50, CHROMIUM_RATE = 2, 20, 2, 1.05, 0.97
START_MS, RESIDENT_MB, BINARY_MB = 30, 12, 20


def ratio(by_name, what, other):
    """The median of the rounds' ratios to another contestant; None without a round that has both."""
    found = ratios(by_name.get(SUBJECT), by_name.get(other), what)
    return found and found[0]


def own(results, load, what):
    return middle(results.get(load, {}).get(SUBJECT), what)


def to_best_peer(results):
    for load, what, most in TO_BEST_PEER:
        by_name = results.get(load, {})
        peers = {name: value for name, value in middles(by_name, what).items() if name in PEERS}
        if not peers:
            continue
        best = min(peers, key=peers.get)
        yield f"{load}: {what} to {best}'s", ratio(by_name, what, best), most, False


def of_connections(results):
    for load, peer in (("connect", GATE), ("flood", GATE), ("tls-handshake", TLS_PEER), ("tls-resumed", TLS_PEER)):
        by_name = results.get(load, {})
        yield f"{load}: rate to {peer}'s", ratio(by_name, "rate", peer), 1, True
        yield f"{load}: cpu to {peer}'s", ratio(by_name, "cpu", peer), 1, False


def of_itself(results):
    for load in ("idle-2000", "idle-10000"):
        yield f"{load}: KiB each", own(results, load, "kib"), IDLE_KIB, False
    yield "tls-idle: KiB each", own(results, "tls-idle", "kib"), TLS_IDLE_KIB, False
    yield "commands of 200 B: µs of the policy", own(results, "role-200", "policy"), POLICY_US, False
    rows = results.get("live", {}).get(SUBJECT)
    for what, title in (("flood", "under the flood"), ("bulk", "beside bulk")):
        found = times_alone(rows, what)
        yield f"live p99 {title}, times alone", found and found[0], LIVE_TIMES, False
    by_name = results.get("chromium", {})
    yield "chromium: p50 to direct", ratio(by_name, "p50", "direct"), CHROMIUM_P50, False
    yield "chromium: rate of 5 MB answers to direct", ratio(by_name, "megabytes", "direct"), CHROMIUM_RATE, True


def of_process(results, binary_bytes):
    resident = own(results, "start", "resident")
    yield "start to listening, ms", own(results, "start", "start"), START_MS, False
    yield "resident idle, MB", resident and resident * 1024 / 1e6, RESIDENT_MB, False
    yield "stripped binary, MB", binary_bytes / 1e6, BINARY_MB, False


def show(results, binary_bytes, table):
    """A line for each target that has figures."""
    if not any(SUBJECT in by_name for by_name in results.values()):
        return
    rows = []
    for found in (
        to_best_peer(results),
        of_connections(results),
        of_itself(results),
        of_process(results, binary_bytes),
    ):
        for title, value, wanted, at_least in found:
            if value is None:
                continue
            reached = value >= wanted if at_least else value <= wanted
            limit = f"at {'least' if at_least else 'most'} {wanted:g}"
            rows.append([title, limit, f"{value:.2f}", "yes" if reached else "**no**"])
    table(["target", "", "measured", "reached"], rows)
