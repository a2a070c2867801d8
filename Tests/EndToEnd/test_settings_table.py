"""docs/configuration.md says what the program itself says of each variable."""

import pathlib
import re

import pytest
from harness.proxy import command, environment

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)
HELP = re.compile(r"^ *([A-Z][A-Z0-9_]+)(?: \(([^)]*)\))?$", re.MULTILINE)


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """Each variable of `serve --help` and its default."""
    folder = tmp_path_factory.mktemp("help")
    return dict(HELP.findall(command("serve", "--help", env=environment(folder)).stdout))


def test_every_setting_is_listed_with_its_default(declared):
    rows = dict(ROW.findall(PAGE.read_text()))
    assert len(declared) > 30
    for name, standard in declared.items():
        # AWS' own variables apply as they do everywhere; the table names them together.
        if name.startswith("AWS_") or name == "XDG_DATA_HOME":
            continue
        assert name in rows
        if standard:
            assert rows[name] == standard, name


def test_no_setting_is_listed_that_is_not_read(declared):
    rows = dict(ROW.findall(PAGE.read_text()))
    assert {name for name in rows if name.startswith("CDP_PROXY_")} <= set(declared)
