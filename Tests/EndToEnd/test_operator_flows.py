"""What people do with Playwright works for a client that has the role operator, as it does for one without roles."""

import base64

import pytest
from harness import tokens
from harness.site import Site
from playwright.sync_api import expect, sync_playwright

HEAD = b'<!doctype html><link rel="icon" href="data:,">'
FORM = HEAD + (
    b'<title>Form</title><button onclick="this.textContent=String(event.isTrusted)">Press</button><input id=name>'
    b"<select><option>one<option>two</select><input type=file>"
    b'<a target=_blank href="/other">other</a><iframe src="/frame"></iframe>'
)


@pytest.fixture(scope="module")
def site():
    pages = {
        "/": ("text/html", FORM, {"Set-Cookie": "seen=1; Path=/"}),
        "/other": ("text/html", HEAD + b"<title>Other</title>", {}),
        "/frame": ("text/html", HEAD + b"<p>framed</p>", {}),
    }
    server = Site(pages)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser(proxy):
    url = proxy.url("", "ws", signingKey=tokens.token(roles=["operator"]))
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(url)
        yield connected
        connected.close()


@pytest.fixture
def page(browser, site):
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(site.url("/"))
    yield opened
    context.close()


def test_pages_are_opened_clicked_and_filled(page):
    page.get_by_role("button", name="Press").click()
    expect(page.locator("button")).to_have_text("true")
    page.locator("#name").fill("Ada")
    assert page.locator("#name").input_value() == "Ada"
    page.locator("select").select_option("two")
    assert page.locator("select").input_value() == "two"
    page.go_back()
    page.reload()


def test_pages_are_read_and_pictured(page):
    assert page.evaluate("document.title") == "Form"
    assert page.frame_locator("iframe").locator("p").inner_text() == "framed"
    assert page.screenshot()[:8] == b"\x89PNG\r\n\x1a\n"
    assert page.pdf()[:5] == b"%PDF-"
    assert "button" in page.locator("body").aria_snapshot()


def test_contents_are_uploaded(page):
    page.locator("input[type=file]").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"content"})
    assert page.evaluate("document.querySelector('input[type=file]').files[0].text()") == "content"


def test_requests_are_routed_and_dialogs_answered(page):
    page.route("**/other", lambda route: route.fulfill(body="mine"))
    assert page.evaluate("fetch('/other').then(r => r.text())") == "mine"
    page.on("dialog", lambda dialog: dialog.accept("yes"))
    assert page.evaluate("prompt('?')") == "yes"


def test_popups_and_cookies_are_seen(page):
    with page.expect_popup() as popup:
        page.get_by_role("link").click()
    expect(popup.value).to_have_title("Other")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["seen"]
    page.context.add_cookies([{"name": "more", "value": "1", "url": page.url}])
    assert {cookie["name"] for cookie in page.context.storage_state()["cookies"]} == {"seen", "more"}


def test_a_local_file_is_not_read(page):
    with pytest.raises(Exception, match=r"needs the permission \*"):
        page.goto("file:///etc/passwd")
    picture = base64.b64encode(page.screenshot())
    assert picture
