"""`make lint` finds a folder that knows what it may not, and a file that is named after something else."""

import importlib
import pathlib
import sys

import pytest

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"
VALUES = "Sources/ProxyCore/Values/Moment.swift"
SYSTEM = "Sources/ProxyCore/System/Pipe.swift"
AUTH = "Sources/ProxyCore/Auth/Gate.swift"


@pytest.fixture(scope="module")
def lint():
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("lint")
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def types(lint):
    return lint.swift_types


TREE = {
    VALUES: "public struct Moment {\n    public enum Zone { case utc }\n}\n",
    SYSTEM: "struct Pipe {}\nextension Moment {\n    struct Reading {}\n}\nprivate struct Hidden {}\n",
}


def found(lint, text, name=AUTH):
    return [finding.partition(" ")[0] for finding in lint.strangers({**TREE, name: text})]


@pytest.mark.parametrize(
    "text",
    [
        "struct Gate {\n    let pipe: Pipe\n}\n",
        "struct Gate {\n    let all: [String: Array<Pipe>]\n}\n",
        'struct Gate {\n    let text = "a \\(Pipe.self) b"\n}\n',
        'struct Gate {\n    let text = #"a \\#(Pipe.self) b"#\n}\n',
        "struct Gate {\n    let text: Moment.Reading\n}\n",
        "struct Gate {}\nextension Pipe {}\n",
        "/* /* a */ b */ struct Gate {\n    let pipe = Pipe()\n}\n",
    ],
)
def test_a_type_of_a_folder_that_may_not_be_known_is_found(lint, text):
    assert found(lint, text) == [f"{AUTH}:{2 if chr(10) in text[:-2] else 1}:"]


@pytest.mark.parametrize(
    "text",
    [
        "struct Gate {\n    let moment: Moment, zone: Moment.Zone\n}\n",
        "// Pipe\n/// Pipe\nstruct Gate {\n    /* /* Pipe */ Pipe */\n}\n",
        'struct Gate {\n    let text = "Pipe \\" Pipe"\n    let more = """\n        Pipe " Pipe\n        """\n}\n',
        'struct Gate {\n    let text = #"Pipe "\\(Pipe) Pipe"#\n}\n',
        "struct Gate {\n    struct Pipe {}\n    let pipe: Pipe\n}\n",
        "struct Gate<Pipe> {\n    let pipe: Pipe\n}\n",
        "struct Gate {\n    struct Hidden {}\n    let hidden: Hidden\n}\n",
        "struct Gate {\n    case isPipe, PipeLine\n    @Pipe var x: Int\n}\n",
        "import Pipe\nstruct Gate {}\n",
    ],
)
def test_what_is_its_own_or_no_code_is_not(lint, text):
    assert found(lint, text) == []


def test_a_folder_above_may_know_one_below_and_not_the_other_way_round(lint):
    assert found(lint, "struct Later {\n    let pipe: Pipe\n}\n", "Sources/ProxyCore/Loop/Later.swift") == []
    assert found(lint, "struct Gate {}\n") == []
    below = {**TREE, AUTH: "struct Gate {}\n", VALUES: "struct Moment {\n    let gate: Gate\n}\n"}
    assert [finding.partition(" ")[0] for finding in lint.strangers(below)] == [f"{VALUES}:2:"]


def test_a_folder_without_a_row_is_found(lint):
    assert found(lint, "struct New {}\n", "Sources/ProxyCore/New/New.swift") == ["Sources/ProxyCore/New/New.swift:1:"]


def test_the_layout_table_names_what_the_rows_allow(lint):
    layout = (SCRIPTS.parent / "docs/architecture.md").read_text()
    assert list(lint.untrue_rows(layout)) == []
    changed = layout.replace("| Values, System |", "| Values, System, Loop |")
    assert changed != layout
    assert any("ProxyCore/Telemetry" in finding for finding in lint.untrue_rows(changed))


def test_a_row_that_knows_one_further_down_is_found(lint, monkeypatch):
    monkeypatch.setitem(lint.FOLDERS, "ProxyCore/Values", ["ProxyCore/Secrets"])
    layout = (SCRIPTS.parent / "docs/architecture.md").read_text()
    assert any("lowest folder first" in finding for finding in lint.untrue_rows(layout))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Gate.swift", "struct Gate {}\n"),
        ("Gate.swift", "@safe public final class Gate {}\n"),
        ("OnThread.swift", "public func onThread() {}\n"),
        ("ProductVersion.swift", "let productVersion = 1\n"),
        ("Gate+Reading.swift", "struct Other {}\nextension Gate {}\n"),
        ("Array+Bytes.swift", "extension [UInt8] {}\n"),
        ("GateTests.swift", "@Suite struct GateTests {}\n"),
    ],
)
def test_a_file_that_declares_what_its_name_says_is_well_named(types, name, text):
    assert types.misnamed(f"Sources/ProxyCore/Auth/{name}", text) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Gate.swift", "struct Door {}\n"),
        ("Gate.swift", "// struct Gate\nextension Gate {}\n"),
        ("Gate.swift", "struct Door {\n    struct Gate {}\n}\n"),
        ("Gate+Reading.swift", "struct Gate {}\n"),
        ("GateTests.swift", "@Suite struct DoorTests {}\n"),
    ],
)
def test_any_other_is_not(types, name, text):
    assert types.misnamed(f"Sources/ProxyCore/Auth/{name}", text)


@pytest.mark.parametrize(("name", "count"), [("Relay/Flow.swift", 1), ("Transport/Leg.swift", 0)])
def test_bytes_of_a_connection_pass_through_a_leg(lint, monkeypatch, tmp_path, name, count):
    file = tmp_path / "Sources/ProxyCore" / name
    file.parent.mkdir(parents=True)
    file.write_text("struct A {\n    let count = try descriptor?.send(bytes, more: more)\n}\n")
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    found = [what for _, what in lint.findings(f"Sources/ProxyCore/{name}") if "Leg" in what and "bytes" in what]
    assert len(found) == count
