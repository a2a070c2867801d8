"""The clients of docs/clients.md. Tests take its lines from the page and run each block unchanged, with its own client.

A client's packages are in an environment of its own (`scripts/client-environments`), since they contradict one
another. Node and playwright-core, which Playwright's wheel contains, run the JavaScript blocks.
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

# Clients talk only to the proxy: telemetry is off, and connections to other hosts go to a closed port.
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
    """The page's sections by heading. The text before the first heading is under ''."""
    first, *parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return {"": first} | dict(zip(parts[::2], parts[1::2], strict=True))


def lines(section, *languages):
    """The blocks of a section in these languages, in the page's order."""
    return [block for block in documents.blocks(str(PATH), sections()[section]) if block.language in languages]


def changed(block, old, new):
    """The block with `old` replaced. It must contain `old`."""
    assert old in block.text, f"{block.where}: {old}"
    return dataclasses.replace(block, text=block.text.replace(old, new))


def own(language, text):
    """A block for a test, run as if it were on the page."""
    return documents.Block(str(PATH), 0, language, "", text)


def table():
    """The page's table: the package and version of each section."""
    return {section: (package, version) for section, package, version in ROW.findall(PAGE)}


def pins(path):
    """The versions that a list of requirements pins."""
    return dict(line.lower().split("==") for line in path.read_text(encoding="utf-8").splitlines() if "==" in line)


def nightly(package):
    """Whether the client is too heavy to be installed and run at each change."""
    return (LISTS / "nightly" / f"{package}.txt").exists()


def requirements(package):
    """The list that pins the client: its own, or else the one of the tests themselves."""
    own = [*LISTS.rglob(f"{package}.txt")]
    return own[0] if own else LISTS.parent / "requirements.txt"


def python(package):
    """The Python interpreter of the client's environment."""
    if requirements(package).parent == LISTS.parent:
        return sys.executable
    found = ROOT / ".venv-clients" / package / "bin" / "python"
    assert found.exists(), f"scripts/client-environments {package} makes {found}"
    return found


def command(block, package, folder):
    """The command line that runs a block. Writes the block to a file where its imports are found."""
    if block.language == "python":
        (folder / "lines.py").write_text(block.text, encoding="utf-8")
        return [python(package), folder / "lines.py"]
    (driver,) = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/playwright/driver")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "playwright-core").symlink_to(driver / "package")
    (folder / "lines.mjs").write_text(block.text, encoding="utf-8")
    return [driver / "node", folder / "lines.mjs"]


def environment(folder, variables):
    """The environment of a client: a home of its own, and of the caller's environment only PATH."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)} | QUIET | variables


def start(block, package, folder, variables):
    """Starts a block with pipes to the test."""
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
