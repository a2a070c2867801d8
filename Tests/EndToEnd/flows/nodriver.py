"""nodriver and zendriver, by their tabs.

Flows: open, history, click, keys, upload, screenshot, evaluate, document, scroll, cookies, storage, window, close.
"""

import contextlib
import importlib
import os
import pathlib

driver = importlib.import_module(os.environ["PACKAGE"])
SITE, UPLOAD = os.environ["SITE"], os.environ["UPLOAD"]
# How a role is refused a file of the browser's machine.
REFUSED = [Exception] if "ROLE" in os.environ else []


async def main():
    host, _, port = os.environ["CDP"].rpartition(":")
    browser = await driver.start(host=host, port=int(port))
    tab = await browser.get(SITE, new_tab=True)
    press = await tab.select("#press", timeout=30)
    await press.click()
    await press.mouse_move()
    await press.scroll_into_view()
    text = await tab.select("#text")
    await text.send_keys("typed")
    await text.focus()
    await text.clear_input()
    with contextlib.suppress(*REFUSED):
        await (await tab.select("#file")).send_file(UPLOAD)
    await tab.find("press", best_match=True)
    await tab.select_all("option")
    await tab.xpath("//button")
    assert await tab.evaluate("1 + 1") == 2
    await tab.get_content()
    await tab.save_screenshot(pathlib.Path(UPLOAD).parent / "shot.png")
    await tab.scroll_down(10)
    await tab.set_window_size(0, 0, 700, 500)
    await tab.bring_to_front()
    await browser.cookies.get_all()
    await browser.cookies.clear()
    await tab.get_local_storage()
    await tab.set_local_storage({"a": "b"})
    await tab.reload()
    await tab.back()
    await tab.forward()
    await tab.close()


driver.loop().run_until_complete(main())
