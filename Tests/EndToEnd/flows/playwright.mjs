// Playwright for Node, over `connectOverCDP`.
//
// Flows: open, click, fill, select, upload, screenshot, pdf, evaluate, coverage, route, download, popup, iframe, dialog,
// cookies, storage state, clock, console, new context, close.
import assert from "node:assert";

const { chromium } = await import(process.env.PLAYWRIGHT_CORE);
const { CDP, ROLE, SITE, UPLOAD } = process.env;

async function drive(context) {
  const page = await context.newPage();
  page.on("console", (message) => message.args());
  await page.coverage.startJSCoverage();
  await page.coverage.startCSSCoverage();
  await page.clock.install();
  await page.goto(SITE);
  await page.coverage.stopJSCoverage();
  await page.coverage.stopCSSCoverage();
  await page.click("#press");
  await page.fill("#text", "filled");
  await page.keyboard.type("typed");
  await page.selectOption("#choice", "2");
  await page.setInputFiles("#file", UPLOAD);
  await page.frameLocator("iframe").locator("button").click();
  await page.screenshot({ fullPage: true, omitBackground: true });
  await page.pdf();
  assert.equal(await page.evaluate(() => console.log({}) ?? 1 + 1), 2);
  await page.exposeBinding("outside", () => "called");
  await page.route("**/data", (route) => route.fulfill({ json: {} }));
  assert.equal(await page.evaluate(() => fetch("/data").then((answer) => answer.text())), "{}");
  if (!ROLE) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
    await download.path();
  }
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#popup")]);
  await popup.close();
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.click("#ask");
  await context.addCookies([{ name: "a", value: "b", url: SITE }]);
  await context.storageState({ indexedDB: true });
  await context.clearCookies();
  await page.close();
}

const browser = await chromium.connectOverCDP(`http://${CDP}`);
await drive(browser.contexts()[0]);
const context = await browser.newContext({ userAgent: "other", colorScheme: "dark", offline: false });
await drive(context);
await context.close();
await browser.close();
