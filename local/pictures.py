"""`make pictures`: the README's pictures, taken from a running province, so that they show what is so now."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
PORT, SIM_PORT = 8122, 8123
HOTLINE = f"http://127.0.0.1:{PORT}"
SIMULATOR = f"http://127.0.0.1:{SIM_PORT}"
CITIZEN = "0900000123"
MATTERS = (
    ("0900000123", "Duong vao cho Sa Dec o ga nhieu qua, xe hay te"),
    ("0900000124", "Cho hoi thu tuc lam giay khai sinh o phuong Cao Lanh can giay to gi"),
    ("0900000125", "Den duong xa Tan Hong hu ca tuan nay"),
    ("0900000126", "Toi muon hoi tro cap that nghiep nop ho so o dau"),
    ("0900000127", "De nghi lap them thung rac o cho Cai Be"),
)
FORM_MATTER = "Den duong truoc cho Sa Dec hu ca tuan nay, toi om nguy hiem"
FORM_SECONDS = 3
PHONE_SIZE: Any = {"width": 360, "height": 640}
DESK_SIZE: Any = {"width": 1100, "height": 800}
LETTER_SIZE: Any = {"width": 640, "height": 760}


def main() -> int:
    """Start a province, live through a few days, take the pictures."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with _province(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for sender, words in MATTERS:
            _call("/api/sms", {"from": sender, "body": words})
        letter = _mail(lambda mail: "sa-dec" in mail["to"])
        link = re.findall(r"http://\S+/a/[\w.\-]+", letter["text"])[0]
        page = browser.new_page(viewport=PHONE_SIZE)
        page.goto(link)
        page.screenshot(path=FOLDER / "agency.png")
        _form(link, {"act": "answer", "text": "Đã vá xong các ổ gà trên đường vào chợ Sa Đéc sáng nay."})
        _wait(
            lambda: len([sms for sms in _messages("sms") if "vá" in sms["text"] or " va xong" in sms["text"]])
        )
        _call("/api/sms", {"from": CITIZEN, "body": "3"})
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.goto(SIMULATOR)
        page.fill("#phone", CITIZEN)
        page.keyboard.press("Enter")
        page.wait_for_selector("#chat li:nth-child(4)")
        page.locator(".phone").screenshot(path=FOLDER / "phone.png")
        _paper(browser, letter, "mail.png")
        _website(browser)
        _call("/api/clock", {"to": "2026-07-01T07:05:00+07:00"})
        _paper(
            browser,
            _mail(lambda mail: "6 tháng" in mail["subject"] and "van-phong" in mail["to"]),
            "report.png",
        )
        _page(browser, "/stats", DESK_SIZE, "web-stats.png")
        browser.close()
    print(f"Pictures are in {FOLDER}")
    return 0


def _website(browser: Any) -> None:
    """The form as one fills it in, the case it becomes, and what everybody may look up."""
    _page(browser, "/", PHONE_SIZE, "web-home.png")
    page = browser.new_page(viewport=PHONE_SIZE)
    page.goto(f"{HOTLINE}/report")
    page.fill("#text", FORM_MATTER)
    page.wait_for_selector("#proposal :text('Sa Đéc')")
    page.locator("#proposal").evaluate("one => one.scrollIntoView({block: 'end'})")
    page.screenshot(path=FOLDER / "web-report.png")
    page.wait_for_timeout(FORM_SECONDS * 1000)  # who is faster is taken for a program
    page.click("form button:not([type=button])")
    page.wait_for_url("**/case/*")
    page.screenshot(path=FOLDER / "web-case.png")
    page.close()
    _page(browser, "/hotlines?q=thanh+pho+sa+dec", DESK_SIZE, "web-hotlines.png")
    _page(browser, "/answers?q=giay+khai+sinh", PHONE_SIZE, "web-answers.png")


def _page(browser: Any, path: str, size: Any, name: str) -> None:
    page = browser.new_page(viewport=size)
    page.goto(HOTLINE + path)
    page.screenshot(path=FOLDER / name)
    page.close()


def _paper(browser: Any, letter: dict[str, Any], name: str) -> None:
    page = browser.new_page(viewport=LETTER_SIZE)
    page.set_content(letter["html"])
    page.screenshot(path=FOLDER / name)


@contextmanager
def _province() -> Iterator[None]:
    settings = {
        "START": "2026-06-23T08:30",
        "PORT": str(PORT),
        "SIM_PORT": str(SIM_PORT),
        "PROVINCE": "dong-thap",
    }
    running = subprocess.Popen([sys.executable, "-m", "local.run"], env={**os.environ, **settings})
    try:
        _wait(_is_up)
        yield
    finally:
        running.terminate()
        running.wait(timeout=20)


def _is_up() -> bool:
    try:
        return bool(_call("/api/clock"))
    except OSError:
        return False


def _wait(ready: Callable[[], Any], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise SystemExit("The province did not get there in time.")
        time.sleep(0.2)


def _call(path: str, body: Any = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(SIMULATOR + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def _form(url: str, fields: dict[str, str]) -> None:
    urllib.request.urlopen(url, urllib.parse.urlencode(fields).encode(), timeout=60).close()


def _messages(channel: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _call(f"/api/messages?channel={channel}")
    return found


def _mail(wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    _wait(lambda: any(wanted(mail) for mail in _messages("email")))
    return next(mail for mail in _messages("email") if wanted(mail))


if __name__ == "__main__":
    sys.exit(main())
