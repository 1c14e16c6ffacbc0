"""The report form in a real browser: what it proposes, keeps, and sends, once, on good networks, bad ones and none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.running import Province, start_province

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request

__all__ = ["start_province"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

POTHOLE = "Đường Nguyễn Huệ trước chợ Sa Đéc có ổ gà lớn, xe té hoài"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORKER_READY = "navigator.serviceWorker.ready.then(() => caches.keys()).then(names => names.length)"
CASE_PAGE = re.compile(r"/case/\d{9}")
IN_MS = 30_000

PHONES = count(200)
"""Each test is a person with a phone of their own, so that a limit or an earlier case never meets another test."""

# A photo as a camera makes it: 3000 by 2000 pixels and a note of where it was taken.
PHOTO = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 3000, height: 2000});
  const brush = canvas.getContext('2d');
  brush.fillStyle = '#4477aa';
  brush.fillRect(0, 0, 3000, 2000);
  brush.fillStyle = '#aa4411';
  brush.fillRect(500, 500, 900, 700);
  const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.9));
  return [...new Uint8Array(await blob.arrayBuffer())];
}"""
EXIF = b"\xff\xe1\x00\x1eExif\x00\x00GPSLatitude 10.2899 N"


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    """A province on an ordinary working morning."""
    return start_province(START="2026-03-02T08:00")


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers nobody has used before; a script that fails fails the test."""
    opened: list[BrowserContext] = []
    problems: list[str] = []

    def open_one(**wanted: object) -> BrowserContext:
        usual = {"viewport": {"width": 360, "height": 740}, "service_workers": "block"}
        context = browser.new_context(**{**usual, **wanted})
        context.set_default_timeout(IN_MS)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert problems == []


@pytest.fixture
def context(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    """A phone with JavaScript, on its first visit: no worker stands between it and the hotline."""
    return open_context()


@pytest.fixture
def returning(open_context: Callable[..., BrowserContext], province: Province) -> BrowserContext:
    """A phone that has been here before: the form opens without network too."""
    context = open_context(service_workers="allow")
    page = open_form(context, province)
    page.evaluate(WORKER_READY)
    page.close()
    return context


@pytest.fixture
def phone() -> str:
    """A number nobody else reports with."""
    return f"0900000{next(PHONES)}"


def open_form(context: BrowserContext, province: Province) -> Page:
    """Open the form."""
    page = context.new_page()
    page.goto(f"{province.hotline}/report")
    return page


def write(page: Page, text: str, phone: str) -> None:
    """Fill in what a short report needs."""
    page.get_by_label("Nội dung", exact=True).fill(text)
    page.get_by_label("Số điện thoại hoặc email").fill(phone)


def send(page: Page) -> None:
    """Press the one button."""
    page.get_by_role("button", name="Gửi", exact=True).click()


def codes_told(province: Province, phone: str) -> set[str]:
    """The case codes a phone was told by text: one for each case it filed."""
    texts = province.texts(f"+84{phone[1:]}")
    return {
        re.sub(r"\s", "", code) for text in texts for code in re.findall(r"\b\d{3} ?\d{3} ?\d{3}\b", text)
    }


def code_of(page: Page) -> str:
    """The code of the case whose page is open."""
    found = re.search(r"/case/(\d{9})", page.url)
    assert found, page.url
    return found[1]


def photo(page: Page) -> dict[str, object]:
    """A large picture with a place in it, as a file to choose."""
    plain = bytes(page.evaluate(PHOTO))
    return {"name": "duong.jpg", "mimeType": "image/jpeg", "buffer": plain[:2] + EXIF + plain[2:]}


# -- while one types ----------------------------------------------------------------------------------------


def test_typing_shows_who_will_handle_it_and_the_button_sends(context, province, phone):
    page = open_form(context, province)
    write(page, POTHOLE, phone)
    page.get_by_role("heading", name="Tổng đài hiểu như sau").wait_for()
    assert page.get_by_label("Lĩnh vực").input_value() == "giao_thong"
    assert "phường Sa Đéc" in page.locator("#proposal").inner_text()
    send(page)
    page.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(page)}


def test_a_few_letters_are_not_asked_about(context, province):
    page = open_form(context, province)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Nội dung", exact=True).press_sequentially("ổ gà lớn")
    page.get_by_label("Nội dung", exact=True).press_sequentially(" trên đường Nguyễn Huệ")
    page.get_by_role("heading", name="Tổng đài hiểu như sau").wait_for()
    assert len([url for url in asked if url.endswith("/report/proposal")]) == 1


def test_what_cannot_be_taken_is_said_beside_its_field_with_the_entry_kept(context, province):
    page = open_form(context, province)
    write(page, POTHOLE, "0900")
    send(page)
    page.locator("#contact[aria-invalid=true]").wait_for()
    assert page.evaluate("document.activeElement.id") == "summary"
    told = page.locator("#contact").get_attribute("aria-describedby")
    assert "số điện thoại" in page.locator(f"#{told.split()[-1]}").inner_text()
    assert page.locator("#text").input_value() == POTHOLE
    page.locator("#summary a").click()
    assert page.evaluate("document.activeElement.id") == "contact"
    assert not page.locator("section.waiting").is_visible()


# -- once ---------------------------------------------------------------------------------------------------


def test_a_double_click_makes_one_case(context, province, phone):
    page = open_form(context, province)
    posted: list[Request] = []
    page.on("request", lambda request: posted.append(request) if is_report(request) else None)
    write(page, POTHOLE, phone)
    page.get_by_role("button", name="Gửi", exact=True).dblclick()
    page.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(page)}
    assert len(posted) == 1


def test_two_tabs_with_the_same_words_make_one_case(context, province, phone):
    first = open_form(context, province)
    write(first, POTHOLE, phone)
    first.get_by_text("được giữ tạm trên máy này").wait_for()
    second = open_form(context, province)
    assert second.get_by_label("Nội dung", exact=True).input_value() == POTHOLE
    second.get_by_label("Số điện thoại hoặc email").fill(phone)  # no draft keeps it
    send(first)
    first.wait_for_url(CASE_PAGE)
    send(second)
    second.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(first)} == {code_of(second)}


def is_report(request: Request) -> bool:
    """Whether a request hands the report in."""
    return request.method == "POST" and request.url.split("?")[0].endswith("/report")


# -- without network ----------------------------------------------------------------------------------------


def test_a_report_written_without_network_is_sent_once_with_its_photo_when_there_is_one(
    returning, province, phone
):
    page = open_form(returning, province)
    picture = photo(page)
    returning.set_offline(True)
    page.reload()
    write(page, POTHOLE, phone)
    page.set_input_files("#photos", picture)
    page.locator(".photos .wrong").wait_for()
    send(page)
    page.get_by_role("heading", name="Chưa gửi được, đang giữ trên máy này").wait_for()
    assert (
        "Tổng đài chưa biết việc này"
        in page.get_by_role("status").filter(has_text="Chưa gửi được, đang giữ").inner_text()
    )
    waiting = page.locator("section.waiting li")
    assert "Kèm 1 ảnh" in waiting.inner_text()
    assert re.search(r"Chờ gửi: \d{2}:\d{2}", waiting.inner_text())
    assert "Sa Đéc" not in waiting.inner_text()
    assert codes_told(province, phone) == set()
    assert page.get_by_label("Nội dung", exact=True).input_value() == ""
    assert page.evaluate(SIDEWAYS) == 0
    returning.set_offline(False)
    link = waiting.get_by_role("link", name="Mã hồ sơ")
    link.wait_for()
    assert "Sa Đéc" not in waiting.inner_text()
    assert (POTHOLE in kept(page), phone in kept(page), "/case/" in kept(page)) == (False, False, False)
    link.click()
    page.get_by_label("6 số cuối").fill(phone[-6:])
    page.get_by_role("button", name="Xem hồ sơ").click()
    page.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(page)}
    province.advance(minutes=2)
    page.reload()
    pictures = page.get_by_role("link", name=re.compile(r"\.jpg|ảnh|Ảnh"))
    assert pictures.count() == 1


def test_what_waits_is_sent_by_the_next_visit_of_another_page(returning, province, phone):
    page = open_form(returning, province)
    returning.set_offline(True)
    write(page, POTHOLE, phone)
    send(page)
    page.locator("section.waiting li").wait_for()
    page.close()
    returning.set_offline(False)
    page = returning.new_page()
    page.goto(f"{province.hotline}/offline")
    page.locator("section.waiting").get_by_role("link", name="Mã hồ sơ").wait_for()
    assert len(codes_told(province, phone)) == 1
    page.get_by_role("button", name="xóa khỏi máy").click()
    page.locator("section.waiting").wait_for(state="hidden")


def test_what_the_hotline_could_not_store_is_kept_and_sent_by_its_button(context, province, phone):
    # Without a worker nothing but the button sends: the browser's own background try could come first.
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = open_form(context, province)
    page.route(
        lambda url: url.endswith("/report"),
        lambda route: (
            route.fulfill(status=503, json={"problem": "-"})
            if is_report(route.request)
            else route.continue_()
        ),
    )
    write(page, POTHOLE, phone)
    send(page)
    page.get_by_role("heading", name="Chưa gửi được, đang giữ trên máy này").wait_for()
    page.unroute_all()
    page.get_by_role("button", name="Gửi ngay").click()
    page.locator("section.waiting").get_by_role("link", name="Mã hồ sơ").wait_for()
    assert len(codes_told(province, phone)) == 1


def test_a_report_that_waits_can_be_deleted_and_is_never_sent(returning, province, phone):
    page = open_form(returning, province)
    returning.set_offline(True)
    write(page, POTHOLE, phone)
    send(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("section.waiting").get_by_role("button", name="Xóa:").click()
    page.locator("section.waiting").wait_for(state="hidden")
    returning.set_offline(False)
    page.reload()
    assert page.evaluate("reports.all().then(found => found.length)") == 0
    assert codes_told(province, phone) == set()


def test_going_back_and_sending_the_same_words_again_is_the_same_case(context, province, phone):
    page = open_form(context, province)
    write(page, POTHOLE, phone)
    send(page)
    page.wait_for_url(CASE_PAGE)
    code = code_of(page)
    page.go_back()
    assert page.locator("#text").input_value() == ""
    write(page, POTHOLE, phone)
    page.get_by_text("vừa gửi nội dung này, mã").wait_for()
    send(page)
    page.wait_for_url(CASE_PAGE)
    assert code_of(page) == code
    assert codes_told(province, phone) == {code}


def test_everything_can_be_removed_from_a_machine_others_use(returning, province, phone):
    page = open_form(returning, province)
    returning.set_offline(True)
    for text in (POTHOLE, POTHOLE + " nữa"):
        write(page, text, phone)
        send(page)
        expect(page.locator("#text")).to_have_value("")  # kept, and the form is free
        page.locator("section.waiting li").filter(has_text="Chờ gửi").first.wait_for()
    page.get_by_label("Nội dung", exact=True).fill("còn viết dở")
    page.get_by_text("được giữ tạm trên máy này").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xóa hết khỏi máy này").click()
    page.locator("section.waiting").wait_for(state="hidden")
    assert page.get_by_label("Nội dung", exact=True).input_value() == ""
    assert kept(page) == "[][]"
    returning.set_offline(False)
    page.reload()
    assert (kept(page), codes_told(province, phone)) == ("[][]", set())


def kept(page: Page) -> str:
    """All this device keeps of reports and drafts."""
    return page.evaluate(
        "reports.all().then(found => JSON.stringify(found) + JSON.stringify(Object.values(localStorage)))"
    )


def test_what_cannot_be_taken_is_shown_to_nobody_who_comes_later_unasked(returning, province):
    page = open_form(returning, province)
    returning.set_offline(True)
    write(page, POTHOLE, "0900")
    send(page)
    page.locator("section.waiting li").wait_for()
    page.close()
    returning.set_offline(False)
    page = returning.new_page()
    page.goto(f"{province.hotline}/offline")
    page.locator("section.waiting").get_by_text("cần sửa").wait_for()
    page.goto(f"{province.hotline}/report")
    page.get_by_role("button", name="Sửa rồi gửi lại").wait_for()
    assert page.locator("#text").input_value() == ""
    page.get_by_role("button", name="Sửa rồi gửi lại").click()
    page.locator("#contact[aria-invalid=true]").wait_for()
    assert page.locator("#text").input_value() == POTHOLE


def test_what_waited_and_cannot_be_taken_comes_back_into_the_form(returning, province):
    page = open_form(returning, province)
    returning.set_offline(True)
    write(page, POTHOLE, "0900")
    send(page)
    page.locator("section.waiting li").wait_for()
    returning.set_offline(False)
    page.locator("#contact[aria-invalid=true]").wait_for()
    assert page.locator("#text").input_value() == POTHOLE
    assert not page.locator("section.waiting").is_visible()


def test_a_page_there_is_no_network_for_leads_to_the_form(returning, province):
    page = open_form(returning, province)
    returning.set_offline(True)
    page.goto(f"{province.hotline}/hotlines")
    page.get_by_role("heading", name="Không có mạng").wait_for()
    page.get_by_role("link", name="Viết phản ánh").click()
    page.get_by_label("Nội dung", exact=True).wait_for()


def test_nothing_personal_is_kept_by_the_worker(returning, province, phone):
    page = open_form(returning, province)
    write(page, POTHOLE, phone)
    send(page)
    page.wait_for_url(CASE_PAGE)
    page.reload()
    page.goto(f"{province.hotline}/report?text=bi+mat")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(one => one.keys()))))"
        ".then(found => found.flat().map(one => one.url))"
    )
    assert kept
    assert [url for url in kept if CASE_PAGE.search(url) or "bi+mat" in url] == []
    assert page.evaluate("reports.all().then(found => found.length)") == 0


# -- drafts -------------------------------------------------------------------------------------------------


def test_a_draft_comes_back_and_can_be_cleared(context, province, phone):
    page = open_form(context, province)
    write(page, POTHOLE, phone)
    page.get_by_label("Ở đâu").fill("chợ Sa Đéc")
    page.goto(f"{province.hotline}/offline")
    page.goto(f"{province.hotline}/report")
    assert page.locator("#text").input_value() == POTHOLE
    assert page.locator("#place").input_value() == "chợ Sa Đéc"
    assert page.locator("#contact").input_value() == ""
    assert (POTHOLE in kept(page), phone in kept(page)) == (True, False)
    page.get_by_role("button", name="Xóa, viết lại từ đầu").click()
    page.reload()
    assert (page.locator("#text").input_value(), page.locator("#contact").input_value()) == ("", "")


def test_a_draft_older_than_a_week_is_forgotten(context, province):
    page = open_form(context, province)
    page.evaluate(
        "localStorage.setItem('hotline-draft', JSON.stringify("
        "{form: 'a'.repeat(32), at: Date.now() - 8 * 86400e3, fields: {text: 'cũ'}}))"
    )
    page.reload()
    assert page.locator("#text").input_value() == ""
    assert page.evaluate("localStorage.getItem('hotline-draft')") is None


# -- the place ----------------------------------------------------------------------------------------------


def test_units_are_suggested_and_chosen_by_keyboard(context, province):
    page = open_form(context, province)
    place = page.get_by_role("combobox", name="Ở đâu")
    place.press_sequentially("12 Nguyễn Huệ, cao lanh")
    page.get_by_role("option").first.wait_for()
    assert place.get_attribute("aria-expanded") == "true"
    place.press("ArrowDown")
    marked = page.locator(f"#{place.get_attribute('aria-activedescendant')}")
    assert marked.get_attribute("aria-selected") == "true"
    name = marked.evaluate("one => one.firstChild.textContent")
    place.press("Enter")
    assert place.input_value() == f"12 Nguyễn Huệ, {name}"
    assert page.locator("input[type=hidden][name=area]").input_value() != ""
    assert place.get_attribute("aria-expanded") == "false"
    place.press_sequentially(" x")
    assert page.locator("input[type=hidden][name=area]").input_value() == ""


def test_escape_closes_the_suggestions_and_keeps_the_words(context, province):
    page = open_form(context, province)
    place = page.get_by_role("combobox", name="Ở đâu")
    place.press_sequentially("sa dec")
    page.get_by_role("option").first.wait_for()
    place.press("Escape")
    assert page.get_by_role("option").count() == 0
    assert place.input_value() == "sa dec"


def test_the_map_works_without_tiles_and_by_keyboard(context, province):
    page = open_form(context, province)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Chọn trên bản đồ").press("Enter")
    page.locator("#map .commune").first.wait_for(state="attached")
    assert "xã" in page.locator("#map").inner_text()
    page.locator("#map").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Đặt ghim vào giữa bản đồ").press("Enter")
    page.get_by_text("Đã đặt ghim. Gần").wait_for()
    lat = float(page.locator("input[name=lat]").input_value())
    long = float(page.locator("input[name=long]").input_value())
    assert 9.9 < lat < 11.1
    assert 104.9 < long < 107.2
    assert [url for url in asked if not url.startswith((province.hotline, "data:"))] == []
    page.get_by_role("button", name="Bỏ vị trí").click()
    assert page.locator("input[name=lat]").input_value() == ""
    assert page.evaluate(SIDEWAYS) == 0


def test_a_province_with_tiles_shows_them_and_says_whose_they_are(context, province):
    tiles = f"{province.hotline}/tiles/{{z}}/{{x}}/{{y}}.png"  # only a source named in the pack may be asked (CSP)
    facts = {"tiles": tiles, "attribution": "Sở Bản đồ", "centres": [["1", "phường Sa Đéc", 10.29, 105.76]]}
    asked: list[str] = []
    context.route("**/report/centres", lambda route: route.fulfill(json=facts))
    context.route("**/tiles/**", lambda route: (asked.append(route.request.url), route.fulfill(body=""))[1])
    page = open_form(context, province)
    page.get_by_role("button", name="Chọn trên bản đồ").click()
    page.get_by_text("Sở Bản đồ").wait_for()
    page.get_by_role("button", name="Đặt ghim vào giữa bản đồ").click()
    page.get_by_text("Gần phường Sa Đéc").wait_for()
    assert asked


def test_the_position_is_asked_for_on_a_click_only(open_context, province):
    context = open_context(
        geolocation={"latitude": 10.2899, "longitude": 105.756}, permissions=["geolocation"]
    )
    page = open_form(context, province)
    assert page.locator("input[name=lat]").input_value() == ""
    page.get_by_role("button", name="Dùng vị trí của tôi").click()
    page.get_by_text("Gần phường Sa Đéc").wait_for()
    assert page.locator("input[name=lat]").input_value() == "10.28990"


# -- photos -------------------------------------------------------------------------------------------------


def test_a_photo_is_made_small_and_forgets_where_it_was_taken(context, province):
    page = open_form(context, province)
    page.evaluate(
        "const old = URL.createObjectURL.bind(URL); window.shown = [];"
        "URL.createObjectURL = (blob) => { window.shown.push(blob); return old(blob); }; null"
    )
    page.set_input_files("#photos", photo(page))
    page.locator(".photos img").wait_for()
    size = page.evaluate(
        "(async () => { const one = document.querySelector('.photos img'); await one.decode();"
        " return [one.naturalWidth, one.naturalHeight]; })()"
    )
    assert size == [1600, 1067]
    chosen, sent = page.evaluate("Promise.all(window.shown.map(blob => blob.slice(0, 4000).text()))")
    assert ("GPS" in chosen, "GPS" in sent) == (True, False)


@pytest.mark.parametrize(
    "name, kind, content, told",
    [
        ("ghi-am.mp3", "audio/mpeg", b"ID3", "chỉ nhận ảnh và PDF"),
        ("hong.jpg", "image/jpeg", b"\xff\xd8\xff no picture", "Không đọc được hong.jpg"),
    ],
)
def test_a_file_that_cannot_go_is_refused_on_the_device(context, province, name, kind, content, told):
    page = open_form(context, province)
    page.set_input_files("#photos", {"name": name, "mimeType": kind, "buffer": content})
    page.locator("#photos-wrong").filter(has_text=told).wait_for()
    assert page.locator(".photos li").count() == 0


def test_a_pdf_larger_than_the_store_takes_is_refused_on_the_device(context, province):
    page = open_form(context, province)
    page.evaluate(
        """() => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(10 * 2 ** 20 + 1)], 'to.pdf', {type: 'application/pdf'}));
          const field = document.getElementById('photos');
          field.files = files.files;
          field.dispatchEvent(new Event('change'));
        }"""
    )
    page.locator("#photos-wrong").filter(has_text="to.pdf quá lớn").wait_for()


def test_at_most_five_files_go_along(context, province):
    page = open_form(context, province)
    pdf = {"mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.set_input_files("#photos", [{"name": f"{number}.pdf", **pdf} for number in range(1, 7)])
    page.locator("#photos-wrong").filter(has_text="Chỉ gửi kèm được 5").wait_for()
    assert page.locator(".photos li").count() == 5
    page.get_by_role("button", name="Bỏ: 2.pdf").click()
    assert page.locator(".photos li").count() == 4


def test_a_file_store_that_is_down_holds_up_no_report(context, province, phone):
    page = open_form(context, province)
    context.route("**/report/uploads", lambda route: route.abort())
    write(page, POTHOLE, phone)
    page.set_input_files("#photos", photo(page))
    page.locator(".photos .wrong").wait_for()
    send(page)
    page.get_by_role("heading", name="Đã gửi. Mã hồ sơ").wait_for()
    assert "thêm lại ở trang hồ sơ" in page.locator("main").inner_text()
    assert len(codes_told(province, phone)) == 1


# -- without what a browser may lack ------------------------------------------------------------------------


def test_without_javascript_the_form_goes_through_its_check(open_context, province, phone):
    page = open_form(open_context(java_script_enabled=False), province)
    write(page, POTHOLE, phone)
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("heading", name="Tổng đài hiểu như sau").wait_for()
    province.advance(seconds=5)  # nobody reads it faster
    send(page)
    page.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(page)}


@pytest.mark.parametrize(
    "missing",
    [
        "Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('no', 'SecurityError'); }})",
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})",
        "delete Navigator.prototype.serviceWorker",
    ],
    ids=["no database", "no storage", "no worker"],
)
def test_a_browser_that_keeps_nothing_still_sends(open_context, province, phone, missing):
    context = open_context()
    context.add_init_script(missing)
    page = open_form(context, province)
    write(page, POTHOLE, phone)
    send(page)
    page.wait_for_url(CASE_PAGE)
    assert codes_told(province, phone) == {code_of(page)}


def test_everything_can_be_done_by_keyboard(context, province, phone):
    page = open_form(context, province)
    page.get_by_label("Nội dung", exact=True).focus()
    page.keyboard.type(POTHOLE)
    page.get_by_role("heading", name="Tổng đài hiểu như sau").wait_for()
    reached = []
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.name || document.activeElement.innerText || document.activeElement.id"
            )
        )
        if reached[-1] == "contact":
            page.keyboard.type(phone)
        if reached[-1] == "Gửi":
            break
    for expected in (
        "place",
        "Dùng vị trí của tôi",
        "Chọn trên bản đồ",
        "service",
        "photos",
        "contact",
        "Gửi",
    ):
        assert expected in reached
    page.keyboard.press("Enter")
    page.wait_for_url(CASE_PAGE)


# -- what it weighs -----------------------------------------------------------------------------------------


def test_the_form_without_its_map_weighs_little(province):
    import gzip

    from tests.running import http

    page = http(f"{province.hotline}/report").text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("report." in name for name in files)
    texts = [page, *(http(province.hotline + name).text for name in files)]
    assert sum(len(gzip.compress(text.encode())) for text in texts) <= 60_000


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_has_to_be_scrolled_sideways(open_context, province, width):
    page = open_form(open_context(viewport={"width": width, "height": 740}), province)
    page.get_by_label("Nội dung", exact=True).fill(POTHOLE)
    page.get_by_role("heading", name="Tổng đài hiểu như sau").wait_for()
    page.set_input_files("#photos", photo(page))
    page.get_by_role("button", name="Chọn trên bản đồ").click()
    page.locator("#map .commune").first.wait_for(state="attached")
    assert page.evaluate(SIDEWAYS) == 0


def test_what_scripts_add_can_be_read_by_everybody(returning, province, phone):
    page = open_form(returning, province)
    write(page, POTHOLE, phone)
    page.set_input_files("#photos", photo(page))
    page.get_by_role("button", name="Chọn trên bản đồ").click()
    page.locator("#map .commune").first.wait_for(state="attached")
    page.get_by_role("combobox", name="Ở đâu").press_sequentially("sa dec")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert hindrances(page) == []
    page.keyboard.press("Escape")
    returning.set_offline(True)
    send(page)
    page.locator("section.waiting li").wait_for()
    assert hindrances(page) == []


def hindrances(page: Page) -> list[str]:
    """What axe finds that shuts somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
