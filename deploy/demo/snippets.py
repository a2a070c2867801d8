"""What can be pasted to use the connectUrl."""

SNIPPETS = """
connectUrl (signed for one hour):

{url}

Playwright, Python:

from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    browser = playwright.chromium.connect_over_cdp("{url}")
    page = browser.contexts[0].new_page()
    page.goto("{site}")
    print(page.inner_text("h1"))

Playwright, Node:

import {{ chromium }} from "playwright";
const browser = await chromium.connectOverCDP("{url}");
const page = await browser.contexts()[0].newPage();
await page.goto("{site}");
console.log(await page.innerText("h1"));
await browser.close();

Puppeteer:

import puppeteer from "puppeteer-core";
const browser = await puppeteer.connect({{ browserWSEndpoint: "{url}" }});
const page = await browser.newPage();
await page.goto("{site}");
console.log(await page.$eval("h1", (heading) => heading.innerText));
await browser.disconnect();

Plain CDP (Python, websockets):

import asyncio, json, websockets
async def main():
    async with websockets.connect("{url}", max_size=None) as socket:
        await socket.send(json.dumps({{"id": 1, "method": "Target.createTarget", "params": {{"url": "{site}"}}}}))
        print(await socket.recv())
        await socket.send(json.dumps({{"id": 2, "method": "Storage.getCookies"}}))
        print(len(json.loads(await socket.recv())["result"]["cookies"]), "cookie of the stored session")
asyncio.run(main())
"""


def text(url, site):
    return SNIPPETS.format(url=url, site=site)
