"""The code on README.md and the pages below docs: each fenced block, and the walk it is a step of.

The words after a block's language say how the tests run it; a rendered page does not show them:

    ```bash demo                    a step of this page's walk `demo`: its steps share a shell, in the page's order
    ```python demo visit.py         a file of that name, for every walk of the page
    ```bash no-test: needs Docker   not run, and why
    ```text                         nothing to run
"""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^```(\S*) ?(.*)$")
SHOWN = "text"
NO_TEST = "no-test:"


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block: `line` is its first line on the page, `how` the words after its language."""

    page: str
    line: int
    language: str
    how: str
    text: str

    @property
    def where(self):
        return f"{self.page}:{self.line}"

    @property
    def untested(self):
        """Why it is not run, or None."""
        return self.how.removeprefix(NO_TEST).strip() if self.how.startswith(NO_TEST) else None

    @property
    def walk(self):
        return None if self.untested is not None or not self.how else self.how.split()[0]

    @property
    def file(self):
        """The name a reader saves it under, or nothing when it is a step to run."""
        return self.how.partition(" ")[2] if self.walk else ""

    @property
    def promised(self):
        """What its remarks (`# -> …`) say that it prints."""
        return re.findall(r"(?:#|//) -> (.+)$", self.text, re.MULTILINE)


def pages():
    """Every page, by its path from the root."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def blocks(page, text):
    """The fenced blocks of a page's text."""
    found, opened = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            opened, lines = (number + 1, *fence.groups()), []
        elif opened is not None and line == "```":
            start, language, how = opened
            found.append(Block(page, start, language, how, "\n".join(lines) + "\n"))
            opened = None
        elif opened is not None:
            lines.append(line)
    assert opened is None, f"{page}:{opened}: the block is not closed"
    return found


def all_blocks():
    return [block for page, text in pages().items() for block in blocks(page, text)]


def walks():
    """The steps of each walk, by page and name, in the order of the pages."""
    found = {}
    for block in all_blocks():
        if block.walk and not block.file:
            found.setdefault((block.page, block.walk), []).append(block)
    return found


def files(page):
    """The blocks of a page that a reader saves, by name."""
    return {block.file: block.text for block in all_blocks() if block.page == page and block.file}


def anchors(file):
    """What GitHub makes of the headings of a file for links."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose(text):
    """A page without its fenced blocks: (line, text) pairs."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line
