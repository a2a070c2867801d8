"""What the demo prints to be pasted: lines for several clients, which read `.run/env`'s variables."""

SNIPPETS = {
    "Playwright, Python": """
import os
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    browser = playwright.chromium.connect_over_cdp(os.environ["CONNECT_URL"])
    page = browser.contexts[0].new_page()
    page.goto(os.environ["SITE"])
    print(page.inner_text("h1"))
""",
    "Playwright, Node": """
import { chromium } from "playwright-core";
const browser = await chromium.connectOverCDP(process.env.CONNECT_URL);
const page = await browser.contexts()[0].newPage();
await page.goto(process.env.SITE);
console.log(await page.innerText("h1"));
await browser.close();
""",
    "Puppeteer": """
import puppeteer from "puppeteer-core";
const browser = await puppeteer.connect({ browserWSEndpoint: process.env.CONNECT_URL });
const page = await browser.newPage();
await page.goto(process.env.SITE);
console.log(await page.$eval("h1", (heading) => heading.innerText));
await browser.disconnect();
""",
    "Plain CDP (Python, websockets)": """
import asyncio, json, os, websockets
async def main():
    async with websockets.connect(os.environ["CONNECT_URL"], max_size=None) as cdp:
        await cdp.send(json.dumps({"id": 1, "method": "Storage.getCookies"}))
        print(len(json.loads(await cdp.recv())["result"]["cookies"]), "cookie of the stored session")
asyncio.run(main())
""",
}


def text():
    return "\n".join(f"{client}:\n{lines}" for client, lines in SNIPPETS.items())
