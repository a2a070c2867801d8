"""The house rules no formatter knows: which folder may know which, what a file's name says, how long files and
functions may be, and what is kept out.

Prints one line a finding (`file:line: what, and what to do instead`) and exits 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys

import swift_types

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The import column of docs/architecture.md, lowest folder first: the first match decides what a file may import.
PURE = {"FoundationEssentials"}
SYSTEM = {"CLinux", "Glibc", "Synchronization"}
IMPORTS = {
    "Sources/ProxyCore/Values": {"Glibc"},
    "Sources/ProxyCore/System": SYSTEM,
    "Sources/ProxyCore/JSON": set(),
    "Sources/ProxyCore/HTTP1": set(),
    "Sources/ProxyCore/WebSocket": PURE | {"Crypto"},
    "Sources/ProxyCore/Compression": {"CZlib"},
    "Sources/ProxyCore/Auth": PURE | {"Crypto"},
    "Sources/ProxyCore/Policy": set(),
    "Sources/ProxyCore/Telemetry": set(),
    "Sources/ProxyCore/Loop": SYSTEM,
    "Sources/ProxyCore/Transport": SYSTEM | PURE | {"CCurl", "COpenSSL", "Crypto"},
    "Sources/ProxyCore/Relay": SYSTEM,
    "Sources/ProxyCore/Secrets": SYSTEM | PURE,
    "Sources/SessionInjector": PURE | {"Crypto", "ProxyCore"},
    "Sources/SessionStore": PURE | {"CPostgres", "CSQLite", "Dispatch", "Glibc", "ProxyCore", "Synchronization"},
    "Sources/Settings": PURE | {"ProxyCore", "SessionInjector", "SessionStore"},
    "Sources/SessionService/Validation": {"ProxyCore", "SessionStore"},
    "Sources/SessionService/Authentication": PURE | {"JWTKit", "ProxyCore", "Synchronization"},
    "Sources/SessionService/Limits": {"ProxyCore", "Synchronization"},
    "Sources/SessionService": PURE
    | SYSTEM
    | {"ArgumentParser", "ProxyCore", "SessionInjector", "SessionStore", "Settings"}
    | {"HTTPTypes", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Logging"}
    | {"NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOSSL", "ServiceLifecycle", "UnixSignals"},
    "Sources/CDPProxy/Configuration": PURE | SYSTEM | {"ProxyCore", "SessionInjector", "SessionStore", "Settings"},
    "Sources/CDPProxy": PURE
    | SYSTEM
    | {"ArgumentParser", "Crypto", "ProxyCore", "SessionInjector", "SessionStore", "Settings", "Dispatch"},
}

# The same column inside our own targets, where no import says it: the folders whose types a folder may name beside its
# own. A folder stands below all that may name it, so the graph has no cycle. Folders without a row may name any type.
FOLDERS = {
    "ProxyCore/Values": [],
    "ProxyCore/System": ["ProxyCore/Values"],
    "ProxyCore/JSON": ["ProxyCore/Values"],
    "ProxyCore/HTTP1": ["ProxyCore/Values"],
    "ProxyCore/WebSocket": ["ProxyCore/Values", "ProxyCore/HTTP1"],
    "ProxyCore/Compression": ["ProxyCore/Values", "ProxyCore/WebSocket"],
    "ProxyCore/Auth": ["ProxyCore/Values", "ProxyCore/JSON", "ProxyCore/HTTP1"],
    "ProxyCore/Policy": ["ProxyCore/Values", "ProxyCore/JSON", "ProxyCore/Auth"],
    "ProxyCore/Telemetry": ["ProxyCore/Values", "ProxyCore/System"],
    "ProxyCore/Loop": ["ProxyCore/Values", "ProxyCore/System"],
    "ProxyCore/Transport": [
        "ProxyCore/Values",
        "ProxyCore/System",
        "ProxyCore/WebSocket",
        "ProxyCore/Compression",
        "ProxyCore/Loop",
    ],
    "ProxyCore/Relay": [
        "ProxyCore/Values",
        "ProxyCore/System",
        "ProxyCore/WebSocket",
        "ProxyCore/Compression",
        "ProxyCore/Loop",
        "ProxyCore/Transport",
    ],
    "ProxyCore/Secrets": [
        "ProxyCore/Values",
        "ProxyCore/System",
        "ProxyCore/JSON",
        "ProxyCore/Auth",
        "ProxyCore/Loop",
        "ProxyCore/Transport",
    ],
    "SessionInjector/Sealing": ["ProxyCore/Values"],
    "SessionInjector/StorageState": ["ProxyCore/Values", "ProxyCore/JSON"],
    "SessionInjector/Ownership": ["ProxyCore/Values", "ProxyCore/JSON"],
    "SessionInjector/CDP": ["ProxyCore/Values", "ProxyCore/System", "ProxyCore/JSON", "ProxyCore/Transport"],
    "SessionInjector/Injection": [
        "ProxyCore/Values",
        "ProxyCore/System",
        "ProxyCore/JSON",
        "SessionInjector/StorageState",
        "SessionInjector/CDP",
    ],
    "SessionStore": ["ProxyCore/Values"],
    "SessionService/Validation": ["ProxyCore/Values", "ProxyCore/JSON", "SessionStore"],
}
CLOCKLESS = tuple(
    f"Sources/ProxyCore/{folder}"
    for folder in ("Values", "HTTP1", "WebSocket", "Compression", "Auth", "JSON", "Policy")
)

# Files whose name says something else than what they declare, and why.
OTHERWISE_NAMED: dict[str, str] = {}

FILE_LINES = 400
FUNCTION_LINES = 40
TEST_FUNCTION_LINES = 80  # a table of cases is one expression

# Written in pieces where the rule would otherwise find itself here.
FORBIDDEN_IN_SWIFT = [
    (r"\btry!", "a trap where an error belongs: catch it or throw on"),
    (r"\bas!", "a forced cast: use `as?` and say what happens otherwise"),
    (r"\bfatalError\(", "a peer's fault is an error value; a caller's mistake is a precondition"),
    (r"\bimport Foundation$", "import FoundationEssentials: all of Foundation trebles the binary"),
    (r"\bTask\.sleep", "wait for the event instead of for the clock"),
]
# Bytes of a connection pass through a Leg; these folders and files are what it stands on.
RAW_SOCKET_CALL = [(r"\b(descriptor|socket)\??\.(receive|send|splice)\(", "bytes of a connection pass through a Leg")]
RAW_SOCKET_FILES = (
    "Sources/ProxyCore/System/",
    "Sources/ProxyCore/Loop/",
    "Sources/ProxyCore/Transport/Leg.swift",
    "Sources/ProxyCore/Transport/LegCodec.swift",
)
FORBIDDEN_ANYWHERE = [
    (r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", "leftover: do it, or write an issue"),
    (r"(?<![\w.])/(home|Users)/[a-z]\w*|(?<![\w.])/(wo" + r"rk|ro" + r"ot)/\w", "a path of somebody's machine"),
    (r"-----BEGIN [A-Z ]*PRIV" + r"ATE KEY-----", "a private key"),
    (r"\bAK" + r"IA(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b", "an AWS access key"),
    (r"\bgh[pousr]_\w{30,}", "a GitHub token"),
]
FORBIDDEN_IN_PYTHON_TESTS = [
    (r"\btime\.sleep\(|\basyncio\.sleep\((?!0\))", "wait for the event instead of for the clock"),
    (r"pytest\.mark\.(skip|xfail)|pytest\.skip\(", "a test asserts; what it needs is installed by `make test`"),
]

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+|public |package |internal |private |fileprivate )*"
    r"import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)"
)
FUNCTION = re.compile(r"^( *)(?:@\w+(?:\([^)]*\))? |[a-z]+(?:\([a-z]+\))? )*(?:func |init[?(<]|deinit\b|subscript\()")


def tracked():
    listing = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True)
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def imports(name, lines):
    folder = next((folder for folder in IMPORTS if name.startswith(folder + "/")), None)
    for number, line in enumerate(lines, 1):
        found = IMPORT.match(line)
        if folder and found and found[1] not in IMPORTS[folder]:
            yield number, f"{folder} may not import {found[1]} (docs/architecture.md, the layout table)"
        code = line.partition("//")[0]
        if name.startswith(CLOCKLESS) and re.search(r"\bclock_gettime\b|Clock\(\)|\.now\b(?!:)|\basync\b", code):
            yield number, "pure code reads no clock and is not async: take `now` as a parameter"


def folder_of(name):
    """The row of `FOLDERS` that a source file belongs to, else its folder; None outside of `Sources`."""
    top, _, rest = name.partition("/")
    if top != "Sources" or not rest.endswith(".swift"):
        return None
    folder = rest.rpartition("/")[0]
    return next((row for row in FOLDERS if f"{folder}/".startswith(f"{row}/")), folder)


def untrue_rows(layout):
    """Rows of `FOLDERS` that name a folder further down, or differ from the layout table in `layout`."""
    short = {row: row.rpartition("/")[2] for row in FOLDERS}
    rows = list(FOLDERS)
    for position, (row, known) in enumerate(FOLDERS.items()):
        for other in known:
            if other not in rows[:position]:
                yield f"scripts/lint.py:1: {row} may not stand above {other}, which it knows: lowest folder first"
        cells = re.search(rf"^\| `Sources/{row}` \|.*\|([^|]*)\|$", layout, re.MULTILINE)
        told = {word for word in re.findall(r"\w+", cells[1]) if word in short.values()} if cells else None
        if told != {short[other] for other in known}:
            yield f"docs/architecture.md:1: the row of {row} must name what FOLDERS of scripts/lint.py says it may know"


def strangers(sources):
    """Types that a folder names and may not know; `sources` maps a file's name to its text."""
    for name in sources:
        folder = folder_of(name)
        if folder and folder.startswith(("ProxyCore", "SessionInjector")) and folder not in FOLDERS:
            yield f"{name}:1: {folder} has no row in FOLDERS of scripts/lint.py, nor in docs/architecture.md"
    for name, line, type_, owner in swift_types.strays(sources, folder_of, FOLDERS):
        what = f"{folder_of(name)} may not know {owner}, where {type_} is declared"
        yield f"{name}:{line}: {what} (docs/architecture.md, the layout table)"


def names(name, text):
    is_ours = name.startswith(("Sources/", "Tests/")) and name not in OTHERWISE_NAMED
    wrong = swift_types.misnamed(name, text) if is_ours else None
    if wrong:
        yield 1, wrong


def lengths(lines, limit):
    if len(lines) > FILE_LINES:
        yield FILE_LINES, f"{len(lines)} lines, {FILE_LINES} at most: one concept a file"
    for start, line in enumerate(lines):
        found = FUNCTION.match(line)
        if not found:
            continue
        closing = found[1] + "}"
        end = next((n for n in range(start, len(lines)) if lines[n].rstrip() == closing), start)
        opened = next((n for n in range(start, end + 1) if lines[n].rstrip().endswith("{")), None)
        if opened is not None and end - start + 1 > limit:
            yield start + 1, f"a function of {end - start + 1} lines, {limit} at most: name its parts"


def patterns(lines, rules):
    for number, line in enumerate(lines, 1):
        for pattern, reason in rules:
            if re.search(pattern, line):
                yield number, reason


def findings(name):
    try:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    if name != "LICENSE":
        yield from patterns(lines, FORBIDDEN_ANYWHERE)
    if name.endswith(".swift"):
        yield from patterns(lines, FORBIDDEN_IN_SWIFT)
        if name.startswith("Sources/") and not name.startswith(RAW_SOCKET_FILES):
            yield from patterns(lines, RAW_SOCKET_CALL)
        yield from imports(name, lines)
        yield from names(name, "\n".join(lines))
        yield from lengths(lines, TEST_FUNCTION_LINES if name.startswith("Tests/") else FUNCTION_LINES)
    if name.startswith("Tests/") and name.endswith(".py"):
        yield from patterns(lines, FORBIDDEN_IN_PYTHON_TESTS)
        if len(lines) > FILE_LINES:
            yield FILE_LINES, f"{len(lines)} lines, {FILE_LINES} at most: one promise group a file"


def undocumented():
    """Variables of the configuration that no page lists."""
    pages = ["docs/configuration.md", "docs/session-service.md"]
    listed = "".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    folders = ["Sources/CDPProxy/Configuration", "Sources/SessionService/Configuration", "Sources/Settings"]
    for file in sorted(file for folder in folders for file in (ROOT / folder).glob("*.swift")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = re.fullmatch(r'\s*"([A-Z]+_[A-Z_]+)",', line)
            if found and not found[1].startswith("AWS_") and f"`{found[1]}`" not in listed:
                where = f"{file.relative_to(ROOT)}:{number}"
                yield f"{where}: {found[1]} is in no table of {' or '.join(pages)}"


def main():
    count = 0
    swift = {name: (ROOT / name).read_text() for name in tracked() if name.endswith(".swift")}
    layout = (ROOT / "docs/architecture.md").read_text()
    for finding in [*undocumented(), *untrue_rows(layout), *strangers(swift)]:
        print(finding)
        count += 1
    for name in tracked():
        for number, what in findings(name):
            print(f"{name}:{number}: {what}")
            count += 1
    if count:
        sys.exit(f"{count} findings")


if __name__ == "__main__":
    main()
