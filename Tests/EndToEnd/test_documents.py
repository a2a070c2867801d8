"""What README.md and the pages below docs print as commands and code works as printed, in the order of the page."""

import pathlib
import re
import subprocess
import tempfile

import pytest
import yaml
from harness import clients, documents, walk

WALKS = documents.walks()
CLIENT = "client"  # the blocks of docs/clients.md, which test_client_lines.py runs with the client each is for


@pytest.fixture
def folder():
    """Not below pytest's own: Chromium makes a socket far below it, and a socket's path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="walk-", ignore_cleanup_errors=True) as made:
        yield pathlib.Path(made)


@pytest.mark.parametrize(("page", "name"), [key for key in WALKS if key[1] != CLIENT], ids=lambda part: part)
def test_the_walk_goes_as_the_page_says(folder, page, name):
    with walk.Walk(folder, page) as reader:
        for block in WALKS[page, name]:
            output = reader.run(block)
            for text in block.promised:
                assert text in output, f"{block.where}: {output}"
            if "import websockets" in block.text or ", websockets" in block.text:
                # The set-up installs Debian's too, whose names of arguments are others.
                assert block.promised[0] in reader.run(block, python="/usr/bin/python3")


def test_every_block_says_how_it_is_run():
    for block in documents.all_blocks():
        shown = block.language == documents.SHOWN and not block.how
        assert shown or block.untested or block.walk, f"{block.where}: a walk, a no-test with its reason, or text"
        assert (block.walk == CLIENT) <= (block.page == str(clients.PATH)), block.where


def test_no_code_hides_from_the_tests():
    """Code is in fences that begin a line: an indented block would be rendered as code, and not be found here."""
    for page, text in documents.pages().items():
        lines = [(0, ""), *documents.prose(text)]
        for (_, before), (number, line) in zip(lines, lines[1:], strict=False):
            indented = line.startswith(("    ", "\t")) and not before.strip()
            assert not indented and "```" not in line and "~~~" not in line, f"{page}:{number}: {line}"


@pytest.mark.parametrize(
    "block", [pytest.param(block, id=block.where) for block in documents.all_blocks() if block.untested is not None]
)
def test_what_is_not_run_names_what_is_there(block):
    """The shell takes it; files and verbs of `make` that it names exist."""
    assert len(block.untested) > 5, "why it is not run"
    if block.language == "bash":
        parsed = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
        assert (parsed.returncode, parsed.stderr) == (0, "")
    makefile = (documents.ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in re.findall(r"^make ([\w-]+)", block.text, re.MULTILINE):
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb
    for path in re.findall(r"(?<![\w./])(?:deploy|scripts|Benchmarks|docs)/[\w./-]+", block.text):
        assert (documents.ROOT / path).exists(), path


def test_links_lead_somewhere():
    """To a file that is there, and to a heading in it."""
    for page, text in documents.pages().items():
        for number, line in documents.prose(text):
            for target, anchor in re.findall(r"\]\(((?!https?:)[^)#]*)#?([^)]*)\)", line):
                file = (documents.ROOT / page).parent / target if target else documents.ROOT / page
                assert file.exists(), f"{page}:{number}: {target}"
                assert not anchor or anchor in documents.anchors(file), f"{page}:{number}: {target}#{anchor}"


FOREIGN = {"Fetch", "SerialExecutor", "TaskExecutor"}  # Chrome's and Swift's, not ours


def test_names_of_the_source_are_there():
    """A type that architecture.md names is declared, and a constant that a page names is where the page says."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in (documents.ROOT / "Sources").rglob("*.swift")}
    declared = set(re.findall(r"\b(?:struct|class|enum|actor|protocol) (\w+)", "".join(sources.values())))
    for page, text in documents.pages().items():
        for name, member in re.findall(r"`([A-Z]\w+)\.([a-z]\w+)`", text):
            assert name not in sources or re.search(rf"\b{member}\b", sources[name]), f"{page}: {name}.{member}"
    architecture = documents.pages()["docs/architecture.md"]
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z]+[a-z]*)+)`", architecture)) - FOREIGN
    assert named <= declared, sorted(named - declared)


def test_the_compose_file_is_what_the_readme_says():
    """As far as it goes without an engine: it parses, its files exist, and its secrets are those the README makes."""
    path = documents.ROOT / "deploy" / "docker" / "compose.yaml"
    services = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    assert set(services) == {"proxy", "chromium"}
    for one in services.values():
        context = (path.parent / one["build"]["context"]).resolve()
        assert context == documents.ROOT
        assert (context / one["build"]["dockerfile"]).exists()
    secrets = (path.parent / services["proxy"]["env_file"]).resolve().relative_to(documents.ROOT)
    assert f"# writes {secrets}, never over one that is there" in documents.pages()["README.md"]
    assert services["proxy"]["ports"] == ["127.0.0.1:9223:9223"]
    assert services["chromium"]["network_mode"] == "service:proxy"
