"""The boards in a real browser: an officer's round, a live alarm, a phone, no complaint in the console."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as seen
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.api.conftest import PASSWORD, Board

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)

PATIENCE = 15
"""Seconds: generous, for machines that are busy."""

Browser = webdriver.Chrome
PHONE = {"width": 360, "height": 740, "pixelRatio": 2, "touch": True}


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Starts browsers with nothing in them; each must have nothing to complain about at the end."""
    opened: list[Browser] = []

    def start(*, phone: bool = False, scripts: bool = True) -> Browser:
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / f'profile-{len(opened)}'}"):
            options.add_argument(flag)
        if phone:
            options.add_experimental_option("mobileEmulation", {"deviceMetrics": PHONE})
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        opened.append(webdriver.Chrome(options=options, service=Service(str(DRIVER))))
        return opened[-1]

    yield start
    complaints = [entry for browser in opened for entry in browser.get_log("browser")]
    for browser in opened:
        browser.quit()
    assert complaints == []


def sign_in(browser: Browser, site: str, login: str) -> None:
    browser.get(f"{site}/masuk")
    browser.find_element(By.ID, "login").send_keys(login)
    browser.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
    until(browser, lambda b: "/masuk" not in b.current_url)


def until(browser: Browser, happens: Callable[[Browser], object]) -> None:
    # Between two pages an element found may be gone before it is read.
    waiting = WebDriverWait(
        browser,
        PATIENCE,
        poll_frequency=0.05,
        ignored_exceptions=(NoSuchElementException, StaleElementReferenceException),
    )
    waiting.until(happens)


def text(browser: Browser) -> str:
    return browser.find_element(By.TAG_NAME, "main").text


def click(browser: Browser, words: str) -> None:
    """Press the button or summary with these words."""
    xpath = f"//*[self::button or self::summary][normalize-space()='{words}']"
    WebDriverWait(browser, PATIENCE).until(seen.element_to_be_clickable((By.XPATH, xpath))).click()


def officers_round(browser: Browser, site: str) -> None:
    """See the desk, open the case, take it, forward it."""
    sign_in(browser, site, "api")
    assert "Kebakaran di Kebraon" in text(browser)
    browser.find_element(By.CSS_SELECTOR, ".case-title").click()
    until(browser, lambda b: "/kasus/1" in b.current_url)
    click(browser, "Ambil kasus ini")
    until(browser, lambda b: "Kasus ini sekarang Anda tangani." in text(b))
    click(browser, "Teruskan ke meja lain")
    Select(browser.find_element(By.NAME, "agency")).select_by_visible_text("Badan Penanggulangan Bencana Daerah")
    browser.find_element(By.ID, "alasan-teruskan").send_keys("perlu perahu karet")
    click(browser, "Teruskan")
    until(browser, lambda b: "Kasus sudah diteruskan." in text(b))
    assert "Tidak ada kasus terbuka" in text(browser)


def test_an_officers_round(board: Board, site: str, open_browser: Callable[..., Browser]) -> None:
    board.post("Kebakaran di Kebraon, api sudah besar")
    browser = open_browser()
    officers_round(browser, site)
    assert board.status(1) == ("new", "bpbd", 2)


def test_an_officers_round_without_scripts(board: Board, site: str, open_browser: Callable[..., Browser]) -> None:
    board.post("Kebakaran di Kebraon, api sudah besar")
    browser = open_browser(scripts=False)
    officers_round(browser, site)
    browser.get(f"{site}/meja/damkar")
    assert not browser.find_element(By.ID, "peta-bagian").is_displayed()


def test_the_map_shows_the_cases_of_the_list(board: Board, site: str, open_browser: Callable[..., Browser]) -> None:
    board.post("Kebakaran di Kebraon", "kebakaran <b>hebat</b> di Rungkut", "Pohon miring di Wiyung")
    browser = open_browser()
    sign_in(browser, site, "kota")
    until(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, "#peta .mark")) == 3)
    marks = [mark.text for mark in browser.find_elements(By.CSS_SELECTOR, "#peta .mark")]
    assert sorted(marks) == ["D", "D", "S"]
    browser.find_element(By.CSS_SELECTOR, "#peta [title^=Rungkut]").send_keys(Keys.ENTER)
    until(browser, lambda b: "<b>hebat</b>" in b.find_element(By.CSS_SELECTOR, ".leaflet-popup").text)


def test_a_live_alarm_appears_without_reloading(
    board: Board, site: str, open_browser: Callable[..., Browser]
) -> None:
    board.post("Kebakaran di Rungkut")
    browser = open_browser()
    sign_in(browser, site, "pantau")
    until(browser, lambda b: b.find_element(By.ID, "sambungan").text == "Langsung")
    browser.execute_script("window.unchanged = true")
    assert browser.title == "(1) Peringatan · Dengar"

    board.post('kebakaran <img src=x onerror="document.title=1"> di Kebraon')
    until(browser, lambda b: b.title == "(2) Peringatan · Dengar")
    first = browser.find_element(By.CSS_SELECTOR, "#daftar li")
    assert "<img src=x" in first.text
    assert "Kebraon" in browser.find_element(By.ID, "pengumuman").get_attribute("textContent")
    assert browser.execute_script("return window.unchanged")

    first.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda b: "Peringatan sudah diterima." in text(b))
    assert browser.title == "(1) Peringatan · Dengar"


def test_the_keyboard_alone_opens_the_most_urgent_case(
    board: Board, site: str, open_browser: Callable[..., Browser]
) -> None:
    board.post("Kebakaran di Kebraon")
    browser = open_browser()
    sign_in(browser, site, "api")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Langsung ke isi"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Kebakaran di Kebraon"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    until(browser, lambda b: b.current_url.endswith("/kasus/1"))


@pytest.mark.parametrize("phone", [True, False], ids=["360px", "1440px"])
def test_no_page_is_wider_than_its_window(
    board: Board, site: str, open_browser: Callable[..., Browser], phone: bool
) -> None:
    board.post("kebakaran di Kebraon " + "w" * 400, age=timedelta(hours=30))
    board.post("kebakaran di Rungkut " + "🔥" * 300 + "</bdi>", "kebakaran " + "banjir " * 500)
    browser = open_browser(phone=phone)
    for login, pages in {
        "kota": ["/meja", "/meja/damkar", "/kasus/1", "/kasus/2", "/kasus/3"],
        "pantau": ["/peringatan", "/kasus/1"],
    }.items():
        browser.delete_all_cookies()
        sign_in(browser, site, login)
        for page in pages:
            browser.get(site + page)
            browser.execute_script("document.querySelectorAll('details').forEach((part) => { part.open = true })")
            wide, window = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
            assert wide <= window, page
            sticking_out = browser.execute_script(
                "return [...document.querySelectorAll('main *:not(#peta *)')]"
                ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
                ".filter((e) => !e.closest('.post-text, .visually-hidden'))"
                ".map((e) => e.outerHTML.slice(0, 80))"
            )
            assert sticking_out == [], page
