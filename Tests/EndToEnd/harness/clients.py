"""The clients of docs/clients.md: its lines are taken from the page and run as they stand, each with its own client.

A client's packages lie in an environment of its own (`scripts/client-environments`), since they contradict each other.
What Playwright's wheel brings, Node and playwright-core, runs the lines in JavaScript.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

from harness import documents

ROOT = documents.ROOT
PATH = pathlib.Path("docs/clients.md")
PAGE = (ROOT / PATH).read_text(encoding="utf-8")
LISTS = ROOT / "Tests" / "EndToEnd" / "clients"
ROW = re.compile(r"^\| \[(.+?)\]\(#.+?\) \| `(.+?)` (\S+) \|", re.MULTILINE)

# No client speaks to anybody but the proxy: its telemetry is off, and what would leave the machine finds a closed port.
QUIET = {
    "ANONYMIZED_TELEMETRY": "false",
    "BROWSER_USE_CLOUD_SYNC": "false",
    "BROWSER_USE_VERSION_CHECK": "false",
    "CRAWL4AI_NO_CLOUD_NOTICE": "1",
    "SE_AVOID_STATS": "true",
    "SE_OFFLINE": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}


def sections():
    """The page's sections by heading; what stands before the first is under ''."""
    first, *parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return {"": first} | dict(zip(parts[::2], parts[1::2], strict=True))


def lines(section, *languages):
    """The blocks of a section in the languages named, in the page's order."""
    return [block for block in documents.blocks(str(PATH), sections()[section]) if block.language in languages]


def changed(block, old, new):
    """The block with other words in it, which must be there."""
    assert old in block.text, f"{block.where}: {old}"
    return dataclasses.replace(block, text=block.text.replace(old, new))


def own(language, text):
    """Lines of a test's own, run as if the page had them."""
    return documents.Block(str(PATH), 0, language, "", text)


def table():
    """The page's table: the package and the version of it that each section is about."""
    return {section: (package, version) for section, package, version in ROW.findall(PAGE)}


def pins(path):
    """What a list of requirements pins."""
    return dict(line.lower().split("==") for line in path.read_text(encoding="utf-8").splitlines() if "==" in line)


def nightly(package):
    """Whether the client is too heavy to be installed and run at each change."""
    return (LISTS / "nightly" / f"{package}.txt").exists()


def requirements(package):
    """The list that pins the client; that of the tests themselves when it has none of its own."""
    own = [*LISTS.rglob(f"{package}.txt")]
    return own[0] if own else LISTS.parent / "requirements.txt"


def python(package):
    """The interpreter that has the client."""
    if requirements(package).parent == LISTS.parent:
        return sys.executable
    found = ROOT / ".venv-clients" / package / "bin" / "python"
    assert found.exists(), f"scripts/client-environments {package} makes {found}"
    return found


def command(block, package, folder):
    """The command line that runs a block, which is written to a file where its imports are found."""
    if block.language == "python":
        (folder / "lines.py").write_text(block.text, encoding="utf-8")
        return [python(package), folder / "lines.py"]
    (driver,) = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/playwright/driver")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "playwright-core").symlink_to(driver / "package")
    (folder / "lines.mjs").write_text(block.text, encoding="utf-8")
    return [driver / "node", folder / "lines.mjs"]


def environment(folder, variables):
    """What a client is started with: a home of its own, and nothing of the caller's environment but its PATH."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)} | QUIET | variables


def start(block, package, folder, variables):
    """Starts a block whose standard input and output the test holds."""
    return subprocess.Popen(
        command(block, package, folder),
        env=environment(folder, variables),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def run(block, package, folder, variables):
    """Runs a block to its end."""
    with start(block, package, folder, variables) as process:
        try:
            output, errors = process.communicate(timeout=240)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
