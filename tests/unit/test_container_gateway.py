"""The hotline's door on this machine."""

import pytest
from chalice import Chalice, Response
from werkzeug.test import Client

from infra.container.gateway import HotlineServer

PAGE = "<p>Đã xong</p>"


@pytest.fixture
def browser() -> Client:
    app = Chalice("tiny")

    @app.route("/a/{token}", methods=["GET", "HEAD"])
    def page(token: str) -> Response:
        return Response(PAGE, headers={"Content-Type": "text/html; charset=utf-8", "X-Token": token})

    return Client(HotlineServer(app))


def test_head_is_answered_with_the_headers_of_get_and_no_body(browser: Client) -> None:
    got, asked = browser.get("/a/abc"), browser.head("/a/abc")
    assert got.text == PAGE
    assert (asked.status_code, asked.data) == (200, b"")
    assert dict(asked.headers) == dict(got.headers)
    assert asked.headers["X-Token"] == "abc"


def test_a_method_or_path_that_is_not_there_is_refused_as_api_gateway_does(browser: Client) -> None:
    assert browser.post("/a/abc").status_code == 404
    assert browser.head("/favicon.ico").status_code == 404
