"""docs/refusals.md lists every reason that is counted, and none beside them."""

import re

import pytest
from harness import documents

TABLES = {
    "The credential is refused": "cdp_proxy_tokens_rejected_total",
    "The credential is good": "cdp_proxy_connections_refused_total",
}


@pytest.mark.parametrize(("section", "metric"), TABLES.items())
def test_the_reasons_are_those_of_the_metric(proxy, section, metric):
    """Each reason is there from the start, at zero."""
    page = documents.pages()["docs/refusals.md"]
    text = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[1]
    counted = {dict(labels)["reason"] for name, labels in proxy.metrics() if name == metric}
    assert set(re.findall(r"^\| `(\w+)` \| \d{3} \|", text, re.MULTILINE)) == counted
