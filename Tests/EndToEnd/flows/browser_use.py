"""browser-use: its browser, its page interface, and what its agent's actions do, without a model.

Flows: open, history, click, keys, scroll, upload, screenshot, evaluate, page state, download, popup, dialog, headers, \
cookies, storage state, tabs, close.
"""

import asyncio
import contextlib
import os

from browser_use import Browser
from browser_use.browser.events import ClickElementEvent, ScrollEvent, TypeTextEvent, UploadFileEvent

SITE, UPLOAD = os.environ["SITE"], os.environ["UPLOAD"]
HAS_ROLE = "ROLE" in os.environ


async def move(page, moving):
    """Waits for the document that a move leads to, which browser-use does not: until then no other move works."""
    await page.evaluate("() => { window.isOld = true }")
    await moving
    while True:
        # Documents come and go meanwhile.
        with contextlib.suppress(RuntimeError):
            if await page.evaluate("() => window.isOld ? 'old' : document.readyState") == "complete":
                return


async def drive(page):
    await move(page, page.goto(SITE))
    await page.press("Enter")
    await page.screenshot()
    assert await page.evaluate("() => 1 + 1") == "2"
    await page.set_viewport_size(700, 500)
    await move(page, page.reload())
    await move(page, page.goto(f"{SITE}popup"))
    await move(page, page.go_back())
    await move(page, page.go_forward())


async def act(browser):
    await browser.navigate_to(SITE)
    await browser.get_browser_state_summary()
    nodes = {node.attributes.get("id"): node for node in (await browser.get_selector_map()).values()}
    actions = [
        ClickElementEvent(node=nodes["press"]),
        TypeTextEvent(node=nodes["text"], text="typed"),
        UploadFileEvent(node=nodes["file"], file_path=UPLOAD),
        ScrollEvent(direction="down", amount=10),
        ClickElementEvent(node=nodes["ask"]),
        *([] if HAS_ROLE else [ClickElementEvent(node=nodes["download"])]),
        ClickElementEvent(node=nodes["popup"]),
    ]
    for event in actions:
        await browser.event_bus.dispatch(event)


async def main():
    browser = Browser(cdp_url=f"http://{os.environ['CDP']}")
    await browser.start()
    page = await browser.new_page()
    await drive(page)
    await act(browser)
    await browser.set_extra_headers({"x-a": "b"})
    await browser.cookies()
    await browser.export_storage_state()
    await browser.clear_cookies()
    await browser.take_screenshot(full_page=True)
    await browser.close_page(page)
    await browser.stop()


asyncio.run(main())
