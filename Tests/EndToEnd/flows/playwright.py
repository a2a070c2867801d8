"""Playwright and what has its interface, over `connect_over_cdp`.

Flows: open, history, click, fill, keys, select, check, drag, touch, upload, screenshot, pdf, evaluate, init script, \
function, route, headers, response body, download, popup, iframe, dialog, cookies, storage state, permissions, \
emulation, offline, accessibility, tracing, garbage, CDP session, new context, close.
"""

import contextlib
import importlib
import os
import pathlib

api = importlib.import_module(f"{os.environ['PACKAGE']}.sync_api")
SITE, UPLOAD = os.environ["SITE"], pathlib.Path(os.environ["UPLOAD"])
# With a role there are no downloads, and no sessions of the browser's own: no traces, no CDP sessions.
HAS_ROLE = "ROLE" in os.environ


def move(page):
    page.goto(SITE)
    page.goto(f"{SITE}popup")
    page.go_back()
    page.go_forward()
    page.goto(SITE)
    page.reload()
    page.set_content("<h1>set</h1>")
    page.goto(SITE)
    page.bring_to_front()


def fill(page):
    page.fill("#text", "filled")
    page.locator("#text").press_sequentially("typed")
    page.keyboard.insert_text("inserted")
    page.press("#text", "Enter")
    page.check("#check")
    page.select_option("#choice", "2")
    page.hover("#press")
    page.dblclick("#press")
    page.mouse.wheel(0, 10)
    page.drag_and_drop("#from", "#to")
    assert page.text_content("#to") == "dragged"
    page.set_input_files("#file", UPLOAD)
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    with page.expect_file_chooser() as chooser:
        page.click("#file")
    chooser.value.set_files(UPLOAD)
    page.frame_locator("iframe").locator("button").click()


def look(page):
    page.screenshot()
    page.screenshot(full_page=True)
    page.locator("#press").screenshot()
    page.pdf()
    page.locator("body").aria_snapshot()
    assert page.evaluate("1 + 1") == 2
    page.evaluate_handle("window").dispose()
    page.add_init_script("window.early = 1")
    page.expose_function("outside", lambda: "called")
    if os.environ["PACKAGE"] == "playwright":  # patchright keeps its scripts apart from the page's
        assert page.evaluate("outside()") == "called"
    page.emulate_media(color_scheme="dark", media="print")
    page.set_viewport_size({"width": 500, "height": 400})
    page.request_gc()


def network(page):
    page.route("**/fulfilled", lambda route: route.fulfill(body="fulfilled"))
    page.route("**/aborted", lambda route: route.abort())
    page.route("**/continued", lambda route: route.continue_(url=f"{SITE}data", headers={"x-a": "b"}))
    assert page.evaluate("fetch('/fulfilled').then(r => r.text())") == "fulfilled"
    assert page.evaluate("fetch('/aborted').catch(() => 'failed')") == "failed"
    assert "site" in page.evaluate("fetch('/continued').then(r => r.text())")
    page.unroute_all()
    page.set_extra_http_headers({"x-c": "d"})
    with page.expect_response("**/data") as response:
        page.evaluate("fetch('/data', {method: 'GET'}).then(r => r.text())")
    response.value.body()


def windows(page):
    if not HAS_ROLE:
        with page.expect_download() as download:
            page.click("#download")
        download.value.save_as(UPLOAD.parent / "downloaded.txt")
    with page.expect_popup() as popup:
        page.click("#popup")
    popup.value.close()
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#ask")
    assert page.text_content("#ask") == "true"


def state(context):
    context.add_cookies([{"name": "a", "value": "b", "url": SITE}])
    context.cookies()
    context.storage_state(indexed_db=True)
    context.grant_permissions(["geolocation"], origin=SITE)
    context.set_geolocation({"latitude": 1, "longitude": 2})
    context.clear_permissions()
    context.set_offline(True)
    context.set_offline(False)
    context.clear_cookies()


def drive(context):
    page = context.new_page()
    for flow in (move, fill, look, network, windows):
        flow(page)
    state(context)
    with contextlib.suppress(*([api.Error] if HAS_ROLE else [])):
        session = context.new_cdp_session(page)
        session.send("Performance.getMetrics")
        session.detach()
    page.close()


def main():
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(f"http://{os.environ['CDP']}")
        if not HAS_ROLE:
            browser.start_tracing()
        drive(browser.contexts[0])
        if not HAS_ROLE:
            browser.stop_tracing()
        phone = playwright.devices["Pixel 7"] | {"locale": "de-DE", "timezone_id": "Europe/Berlin"}
        kept = browser.contexts[0].storage_state()
        context = browser.new_context(**phone, ignore_https_errors=True, bypass_csp=True, storage_state=kept)
        page = context.new_page()
        page.goto(SITE)
        page.tap("#press")
        context.close()
        other = browser.new_context(http_credentials={"username": "a", "password": "b"}, java_script_enabled=False)
        other.new_page().goto(SITE)
        other.close()
        drive(browser.new_context())
        browser.close()


main()
