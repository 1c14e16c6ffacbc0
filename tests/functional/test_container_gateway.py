"""The hotline served on one machine as API Gateway serves it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from threading import Barrier

import pytest
from chalice import Chalice, Response
from werkzeug.test import Client

from infra.container.gateway import HotlineServer

PARALLEL = 5


@pytest.fixture
def app() -> Chalice:
    chalice = Chalice(app_name="gateway-test")
    together = Barrier(PARALLEL)

    @chalice.route("/echo/{name}", methods=["GET", "POST"], content_types=["*/*"])
    def echo(name: str) -> Response:
        request = chalice.current_request
        return Response(
            body={
                "name": name,
                "query": {key: request.query_params.getlist(key) for key in request.query_params or {}},
                "body": request.raw_body.decode(),
                "path": request.context["path"],
                "agent": request.headers["user-agent"],
            },
            headers={"X-One": "1", "Set-Cookie": ["a=1", "b=2"]},
        )

    @chalice.route("/together", methods=["POST"], content_types=["*/*"])
    def meet() -> Response:
        before = chalice.current_request.raw_body
        together.wait(timeout=10)  # every request is under way before any goes on
        assert chalice.current_request.raw_body == before
        return Response(
            body=chalice.current_request.raw_body.decode(), headers={"Content-Type": "text/plain"}
        )

    @chalice.route("/picture", methods=["GET"])
    def picture() -> Response:
        return Response(body=b"\x89PNG\r\n\xff", headers={"Content-Type": "image/png"})

    @chalice.route("/upload", methods=["POST"], content_types=["*/*"])
    def upload() -> Response:
        return Response(body={"length": len(chalice.current_request.raw_body)})

    return chalice


@pytest.fixture
def client(app: Chalice) -> Client:
    return Client(HotlineServer(app))


def test_path_query_body_and_headers_arrive_as_through_api_gateway(client: Client) -> None:
    answer = client.post(
        "/echo/a%20b?x=1&x=2&empty=",
        data="Body=ch%C3%A0o",
        headers={"User-Agent": "test", "Content-Type": "text/x"},
    )
    assert answer.status_code == 200
    said = answer.json
    assert said["name"] == "a%20b"  # path parameters stay encoded
    assert said["query"] == {"x": ["1", "2"], "empty": [""]}
    assert said["body"] == "Body=ch%C3%A0o"
    assert said["agent"] == "test"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_requests_side_by_side_do_not_mix(client: Client, at_once: Callable[..., list[object]]) -> None:
    bodies = [f"text {number}" for number in range(PARALLEL)]
    answers = at_once(*[lambda body=body: client.post("/together", data=body).text for body in bodies])
    assert answers == bodies


@pytest.mark.parametrize(
    "method, path",
    [
        pytest.param("GET", "/nowhere", id="an unknown path"),
        pytest.param("DELETE", "/echo/x", id="a method the path does not have"),
        pytest.param("HEAD", "/echo/x", id="HEAD"),
        pytest.param("OPTIONS", "/echo/x", id="a preflight where no sharing is allowed"),
    ],
)
def test_what_is_not_routed_gets_api_gateways_own_refusal(client: Client, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if method != "HEAD":
        assert answer.json == [{"code": "404", "description": "Không có trang này. / There is no such page."}]


def test_binary_goes_out_as_bytes_when_it_is_asked_for(client: Client) -> None:
    assert client.get("/picture", headers={"Accept": "image/png"}).data == b"\x89PNG\r\n\xff"
    assert client.get("/picture", headers={"Accept": "text/html"}).status_code == 400


def test_binary_comes_in_as_bytes(client: Client) -> None:
    answer = client.post("/upload", data=b"\xff\xfe\x00", headers={"Content-Type": "image/png"})
    assert answer.json == {"length": 3}


def test_more_than_ten_megabytes_never_reach_the_hotline(client: Client) -> None:
    assert client.post("/upload", data=b"x" * (10 * 1024 * 1024 + 1)).status_code == 413


def test_a_trailing_slash_is_taken_off(client: Client) -> None:
    assert client.get("/echo/x/", headers={"User-Agent": "test"}).json["name"] == "x"


def test_a_long_text_goes_out_compressed_to_whom_takes_it(client: Client) -> None:
    long = "ô" * 600
    post = {"data": long, "content_type": "text/plain"}
    plain = client.post("/echo/x", **post, headers={"User-Agent": "test"})
    packed = client.post("/echo/x", **post, headers={"User-Agent": "test", "Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
