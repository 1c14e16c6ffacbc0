"""Programs that others wrote speak Open311 with the hotline over HTTP; its description fits its answers."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import schemathesis
from civicbot.http import HttpTransport, RateLimiter
from civicbot.open311 import Open311Client, ValidationError
from civicbot.registry import Endpoint
from georeport import GeoReport
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib.domain.limits import LIMITS, Limit
from local.client_system import KEY
from tests.functional.open311_room import PIN, application, province, served, shared

__all__ = ["shared"]

ADDRESS = "số 5 đường Nguyễn Huệ, phường Sa Đéc"


@pytest.fixture(scope="module")
def url(shared):
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def civicbot(url):
    endpoint = Endpoint("dong-thap", "Đồng Tháp", f"{url}/open311/v2", write=True)
    transport = HttpTransport(rate_limiter=RateLimiter(min_interval=0))
    return Open311Client(endpoint, transport, jurisdiction_id="1022.dong-thap.example")


@pytest.fixture(scope="module")
def filed(civicbot):
    """Two requests filed by civicbot, which looks up services and definition first; their ids."""
    sent = [
        civicbot.create_request(
            "chieu_sang",
            lat=float(PIN["lat"]),
            lng=float(PIN["long"]),
            description="Ba bóng đèn đường không sáng.",
            attributes={"topic": "den_hong", "so_den": 3},
            first_name="Nguyễn",
            last_name="Văn An",
            **_for_good(),
        ),
        civicbot.create_request(
            "giao_thong",
            address_string=ADDRESS,
            description="Mặt đường có ổ gà lớn.",
            attributes={"dau_hieu": ["o_ga", "vat_can"]},
            **_for_good(),
        ),
    ]
    return [str(one.response[0]["service_request_id"]) for one in sent]


def _for_good():
    return {"validate_remote": True, "dry_run": False, "confirm": "SEND", "api_key": KEY}


def test_civicbot_files_and_follows(civicbot, filed, shared):
    lights, roads = (shared.case(code) for code in filed)
    assert (lights.service, lights.topic, lights.area) == ("chieu_sang", "den_hong", "29905")
    assert lights.reporter_name == "Nguyễn Văn An" and "Khoảng bao nhiêu đèn?: 3" in lights.text
    assert roads.events[0].data["attributes"] == {"dau_hieu": ["o_ga", "vat_can"]}
    assert civicbot.get_request(filed[0])["status"] == "open"
    assert civicbot.get_token(filed[0])[0]["service_request_id"] == filed[0]
    assert [one["service_request_id"] for one in civicbot.list_requests(status="open")] == sorted(filed)[::-1]
    assert [one["service_request_id"] for one in civicbot.list_requests(service_code="chieu_sang")] == filed[
        :1
    ]
    assert len(civicbot.list_requests(service_request_ids=filed, page_size=200)) == 2


def test_civicbot_finds_with_our_definition_what_we_would_refuse(civicbot):
    with pytest.raises(ValidationError, match="attribute 'topic'"):
        civicbot.create_request(
            "chieu_sang",
            address_string=ADDRESS,
            attributes={"topic": "nothing"},
            validate_remote=True,
        )


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_georeport_reads_in_either_format(url, filed, ending):
    client = GeoReport(f"{url}/open311/v2/", jurisdiction="dong-thap", output_format=ending)
    services = client.get_service_list()
    assert len(services) == len(province().services) and services[0]["service_code"] == "giao_thong"
    asked = client.get_service_definition("chieu_sang")
    assert asked["service_code"] == "chieu_sang"
    listed = client.get_service_requests(status="open", start_date="2026-03-01T00:00:00+07:00")
    assert {one["service_request_id"] for one in listed} == set(filed)
    assert client.get_service_request(filed[1])["service_name"] == "Giao thông"


# -- the description ------------------------------------------------------------------------------------


READ = ("discovery", "services", "services/{service_code}", "requests", "requests/{id}", "tokens/{token}")
OPERATIONS = [(f"/{name}.{ending}", "GET") for name in READ for ending in ("json", "xml")]
OPERATIONS += [(f"/requests.{ending}", "POST") for ending in ("json", "xml")]


@pytest.fixture(scope="module")
def described(shared):
    """The description of the test address, where nothing is stored, before the app itself."""
    return schemathesis.openapi.from_wsgi("/open311/test/openapi.json", application())


def test_every_operation_is_described_and_tried(described):
    paths = described.raw_schema["paths"].items()
    assert {(path, method.upper()) for path, methods in paths for method in methods} == set(OPERATIONS)


CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("path, method", OPERATIONS, ids=lambda part: part.strip("/"))
def test_answers_are_as_described(described, filed, path, method, monkeypatch):
    monkeypatch.setitem(LIMITS, "client", Limit(10_000, 3600))

    @settings(
        max_examples=10,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described[path][method].as_strategy())
    def holds(case):
        # over WSGI nobody unpacks what the gateway compresses
        key = {"X-Api-Key": KEY} if method == "POST" else {}
        response = case.call(headers={"Accept-Encoding": "identity", **key})
        case.validate_response(response, checks=CHECKS)
        if path.endswith(".xml"):
            ET.fromstring(response.content)

    holds()
