"""pyppeteer, over `connect`.

Flows: open, history, click, type, select, upload, screenshot, pdf, evaluate, request interception, popup, iframe, \
dialog, cookies, emulation, metrics, coverage, incognito context, close.
"""

import asyncio
import json
import os
import urllib.request

from pyppeteer import connect

SITE, UPLOAD, CDP = os.environ["SITE"], os.environ["UPLOAD"], os.environ["CDP"]


async def continue_request(request):
    await request.continue_()


async def accept(dialog):
    await dialog.accept()


async def drive(page):
    await page.coverage.startJSCoverage()
    await page.setViewport({"width": 800, "height": 600})
    await page.goto(SITE)
    await page.coverage.stopJSCoverage()
    await page.reload()
    await page.setUserAgent("other")
    await page.setExtraHTTPHeaders({"x-a": "b"})
    await page.evaluateOnNewDocument("() => { window.early = 1 }")
    await page.exposeFunction("outside", lambda: "called")
    assert await page.evaluate("1 + 1") == 2
    await page.click("#press")
    await page.hover("#text")
    await page.type("#text", "typed")
    await page.keyboard.press("Enter")
    await page.select("#choice", "2")
    await (await page.querySelector("#file")).uploadFile(UPLOAD)
    await page.screenshot(fullPage=True)
    await page.pdf()
    await page.frames[1].click("button")
    page.on("dialog", lambda dialog: asyncio.ensure_future(accept(dialog)))
    await page.click("#ask")
    await page.setCookie({"name": "a", "value": "b", "url": SITE})
    await page.cookies()
    await page.deleteCookie({"name": "a", "url": SITE})
    await page.metrics()
    await page.emulateMedia("print")
    await page.setCacheEnabled(False)
    await page.setContent("<h1>set</h1>")
    await page.title()


async def main():
    with urllib.request.urlopen(f"http://{CDP}/json/version") as answer:
        endpoint = json.load(answer)["webSocketDebuggerUrl"]
    browser = await connect(browserWSEndpoint=endpoint)
    page = await browser.newPage()
    await drive(page)
    await page.close()
    context = await browser.createIncognitoBrowserContext()
    await (await context.newPage()).goto(SITE)
    await context.close()
    await browser.disconnect()


asyncio.run(main())
