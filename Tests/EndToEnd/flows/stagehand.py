"""Stagehand, by its local browser and its own extension, without a model.

Flows: open, title, screenshot, evaluate, click, close.
"""

import asyncio
import os

from stagehand import Stagehand, local_browser


async def main():
    browser = await local_browser.connect(cdp_url=f"http://{os.environ['CDP']}")
    stagehand = await Stagehand.create(browser=browser)
    page = await browser.context.new_page()
    await page.goto(os.environ["SITE"])
    assert await page.title() == "Flows"
    await page.screenshot()
    await page.evaluate("1 + 1")
    await page.locator("#press").click()
    await page.locator("#text").fill("filled")
    await stagehand.close()


asyncio.run(main())
