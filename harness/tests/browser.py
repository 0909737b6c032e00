# SPDX-License-Identifier: MIT
"""A headless Chromium without a network, as the tests of the report page drive it."""

import json
import shutil

import pytest

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
READY_S = 20
FLAGS = [
    "--headless=new",
    "--no-sandbox",  # Chromium's sandbox refuses to run as root; it opens our own page only
    "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
    "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1440,1000",
]
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}


class Browser:
    """One browser for a session of tests; open() starts each test afresh."""

    def __init__(self, folder):
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        for flag in [*FLAGS, f"--user-data-dir={folder / 'profile'}"]:
            options.add_argument(flag)
        options.binary_location = CHROMIUM
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.downloads = folder / "downloads"
        self.downloads.mkdir()
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", **OFFLINE)
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def size(self, width, height, mobile=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def media(self, scheme="light", kind=""):
        self.cdp("Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path, fragment="", ready=True):
        """Loads the page anew, at a desk and in light."""
        self.size(1440, 1000)
        self.media()
        self.driver.get("about:blank")
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get(f"{path.as_uri()}{fragment}")
        if ready:
            self.wait("return document.documentElement.dataset.ready === 'yes'")

    def wait(self, script, *arguments):
        """The first true answer of a script in the page."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, READY_S, 0.05).until(lambda _: self.js(script, *arguments))

    def keys(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def complaints(self):
        """What the console holds."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Every address that was asked for since open()."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def controls(self):
        """Role and name of everything that can be operated, as a screen reader gets them."""
        roles = {"button", "link", "checkbox", "combobox", "DisclosureTriangle", "textbox", "radio", "gridcell"}
        nodes = self.cdp("Accessibility.getFullAXTree")["nodes"]
        value = lambda node, key: node.get(key, {}).get("value", "")
        return [(value(n, "role"), value(n, "name")) for n in nodes
                if not n["ignored"] and value(n, "role") in roles - {"gridcell"}]

    def saved(self, name):
        """The text of a download, when it is complete."""
        from selenium.webdriver.support.ui import WebDriverWait

        path = self.downloads / name
        WebDriverWait(self.driver, READY_S, 0.05).until(lambda _: path.exists() and path.stat().st_size)
        return path.read_text(encoding="utf-8")

    def quit(self):
        self.driver.quit()


def start(folder):
    pytest.importorskip("selenium", reason="python3-selenium is not installed; harness/setup.sh check installs it")
    if not shutil.which(CHROMIUM) or not shutil.which(DRIVER):
        pytest.skip("chromium or chromium-driver is not installed; harness/setup.sh check installs them")
    return Browser(folder)


def cell(browser, method, scenario="cut"):
    """The heat map's button of that cell."""
    return next(b for b in browser.all("button.c[data-key]")
                if b.get_attribute("data-key").split("\n")[1:3] == [scenario, method])
