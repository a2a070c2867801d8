"""The method table classifies every method that the running Chromium has, and names none beside them."""

import subprocess
import sys

import pytest
from harness.documents import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import policy_table  # noqa: E402

# Methods of the table that Chromium no longer has, or does not have yet, and why the table names them.
ABSENT: dict[str, str] = {}


@pytest.fixture(scope="module")
def methods(chromium):
    domains = chromium.json("/json/protocol")["domains"]
    return {f"{domain['domain']}.{command['name']}" for domain in domains for command in domain.get("commands", [])}


def test_every_method_of_chromium_is_classified(methods):
    """A method without a rule is open to `*` alone. A new Chromium's methods get a row each, on purpose."""
    missing = sorted(methods - policy_table.rules().keys())
    assert not missing, f"without a row: {', '.join(missing)}"


def test_the_table_names_no_method_that_chromium_does_not_have(methods):
    absent = policy_table.rules().keys() - methods
    assert not absent ^ ABSENT.keys(), (
        f"not in the protocol, or in it again: {', '.join(sorted(absent ^ ABSENT.keys()))}"
    )


def test_the_page_lists_what_the_table_says():
    command = [sys.executable, ROOT / "scripts" / "policy-page", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
