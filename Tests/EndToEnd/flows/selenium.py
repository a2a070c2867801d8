"""Selenium through ChromeDriver's `debuggerAddress`.

Flows: open, history, click, keys, select, drag, upload, screenshot, print, evaluate, popup, iframe, alert, cookies, \
windows, CDP command, close.
"""

import contextlib
import os

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

SITE = os.environ["SITE"]
# How a role is refused a file of the browser's machine.
REFUSED = [WebDriverException] if "ROLE" in os.environ else []


def find(driver, identity):
    return driver.find_element(By.ID, identity)


options = webdriver.ChromeOptions()
options.debugger_address = os.environ["CDP"]
driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
driver.switch_to.new_window("tab")
driver.get(SITE)
driver.get(f"{SITE}popup")
driver.back()
driver.forward()
driver.get(SITE)
driver.refresh()
find(driver, "press").click()
find(driver, "text").send_keys("typed")
assert find(driver, "text").get_attribute("value") == "typed"
Select(find(driver, "choice")).select_by_value("2")
with contextlib.suppress(*REFUSED):
    find(driver, "file").send_keys(os.environ["UPLOAD"])
webdriver.ActionChains(driver).drag_and_drop(find(driver, "from"), find(driver, "to")).perform()
webdriver.ActionChains(driver).move_to_element(find(driver, "text")).double_click().scroll_by_amount(0, 5).perform()
driver.get_screenshot_as_png()
assert find(driver, "press").screenshot_as_png
driver.print_page()
assert driver.execute_script("return 1 + 1") == 2
driver.execute_async_script("arguments[0]()")
driver.switch_to.frame(driver.find_element(By.TAG_NAME, "iframe"))
driver.find_element(By.TAG_NAME, "button").click()
driver.switch_to.default_content()
find(driver, "ask").click()
driver.switch_to.alert.accept()
driver.add_cookie({"name": "a", "value": "b"})
driver.get_cookies()
driver.delete_all_cookies()
driver.set_window_size(700, 500)
driver.get_window_rect()
before = set(driver.window_handles)
find(driver, "popup").click()
WebDriverWait(driver, 30).until(lambda driver: len(driver.window_handles) > len(before))
(popup,) = set(driver.window_handles) - before
driver.switch_to.window(popup)
driver.execute_cdp_cmd("Browser.getVersion", {})
driver.get_log("browser")
driver.close()
driver.quit()
