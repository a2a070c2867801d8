"""Playwright drives Chrome through the proxy as it would without one.

It connects over the WebSocket and over the HTTP endpoint, with the token in a header or in the query. Pages, clicks,
screenshots, PDFs, downloads and large contents then work as usual.
"""

import pytest
from harness import tokens
from harness.site import Site
from playwright.sync_api import expect, sync_playwright

FORM = b"""<!doctype html><title>Form</title><link rel="icon" href="data:,">
<button onclick="document.querySelector('p').textContent = 'pressed ' + event.isTrusted">Press</button><p></p>
<a href="/file" download>file</a>"""
BIG = b"<!doctype html><title>Big</title><link rel=icon href=data:,><pre>" + b"0123456789abcdef" * 327_680 + b"</pre>"
FILE = bytes(range(256)) * 4096


@pytest.fixture(scope="module")
def site():
    attachment = {"Content-Disposition": 'attachment; filename="data.bin"'}
    pages = {
        "/": ("text/html", FORM, {}),
        "/big": ("text/html", BIG, {}),
        "/file": ("application/octet-stream", FILE, attachment),
    }
    server = Site(pages)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def playwright():
    with sync_playwright() as started:
        yield started


def endpoint(proxy, way):
    """The arguments of connect_over_cdp for one of the four ways to connect."""
    scheme, where = way.split("-")
    token = tokens.token()
    if where == "header":
        return {"endpoint_url": proxy.url("", scheme), "headers": {"Authorization": f"Bearer {token}"}}
    return {"endpoint_url": proxy.url("", scheme, signingKey=token)}


@pytest.fixture
def page(playwright, proxy):
    """A page in a context of its own, over the most common connection: ws with the token in the query."""
    browser = playwright.chromium.connect_over_cdp(**endpoint(proxy, "ws-query"))
    context = browser.new_context(accept_downloads=True)
    yield context.new_page()
    context.close()
    browser.close()


@pytest.mark.parametrize("way", ["ws-query", "ws-header", "http-query", "http-header"])
def test_every_endpoint_accepts_every_credential(playwright, proxy, site, way):
    browser = playwright.chromium.connect_over_cdp(**endpoint(proxy, way))
    page = browser.contexts[0].new_page()
    page.goto(site.url())
    page.get_by_role("button").click()
    expect(page.locator("p")).to_have_text("pressed true")
    page.close()
    browser.close()


def test_a_screenshot_is_an_image(page, site):
    page.goto(site.url())
    picture = page.screenshot(full_page=True)
    assert picture.startswith(b"\x89PNG\r\n")
    assert picture.endswith(b"IEND\xaeB`\x82")


def test_a_pdf_is_a_document(page, site):
    page.goto(site.url())
    document = page.pdf()
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")


def test_a_download_arrives_whole(page, site, tmp_path):
    page.goto(site.url())
    with page.expect_download() as download:
        page.get_by_role("link").click()
    saved = tmp_path / "data.bin"
    download.value.save_as(saved)
    assert saved.read_bytes() == FILE


def test_five_megabytes_of_content_are_read(page, site):
    page.goto(site.url("/big"))
    content = page.content()
    assert len(content) > 5_000_000
    assert "0123456789abcdef" * 327_680 in content


def test_five_megabytes_are_passed_into_the_page(page):
    text = "fedcba9876543210" * 327_680
    assert page.evaluate("text => [text.length, text.slice(-16)]", text) == [5_242_880, "fedcba9876543210"]


def test_two_clients_have_contexts_of_their_own(playwright, proxy, site):
    browsers = [playwright.chromium.connect_over_cdp(**endpoint(proxy, "ws-query")) for _ in range(2)]
    contexts = [browser.new_context() for browser in browsers]
    pages = [context.new_page() for context in contexts]
    for number, page in enumerate(pages):
        page.goto(site.url(f"/?{number}"))
    for number, page in enumerate(pages):
        page.evaluate("number => { document.cookie = `client=${number}`; }", number)
    assert [page.evaluate("document.cookie") for page in pages] == ["client=0", "client=1"]
    browsers[0].close()
    pages[1].get_by_role("button").click()
    expect(pages[1].locator("p")).to_have_text("pressed true")
    browsers[1].close()
