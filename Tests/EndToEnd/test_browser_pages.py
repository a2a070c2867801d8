"""Chromium as deploy/ starts it has no page of its own among its targets, on which a caller could run scripts."""

import re

import pytest
from harness.cdp import CDP
from harness.documents import ROOT

FEATURES = re.compile(r"--disable-features=[\w,]+")


@pytest.mark.parametrize("file", ["docker/chromium.Dockerfile", "systemd/cdp-chrome.service"])
def test_every_target_is_a_page_of_the_web(own_chromium, site, file):
    (features,) = FEATURES.findall((ROOT / "deploy" / file).read_text(encoding="utf-8"))
    chromium = own_chromium(features)
    cdp = CDP(chromium.port, f"/devtools/browser/{chromium.browser_id()}")
    cdp.wait_until("document.title == 'Origin'", cdp.new_page(site.url()))
    found = cdp.call("Target.getTargets", filter=[{"type": "browser", "exclude": True}, {}])["targetInfos"]
    assert {(target["type"], target["url"].partition(":")[0]) for target in found} <= {
        ("page", "about"),
        ("page", "http"),
        ("tab", "about"),
        ("tab", "http"),
    }
