"""What is answered before the hotline is asked: by API Gateway in the cloud, by the container's gateway elsewhere."""

from __future__ import annotations

import json

ERROR_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Access-Control-Allow-Origin": "*",  # a program in a browser has to see why a public read failed
}

REFUSALS: dict[str, tuple[int, str, str]] = {
    "DEFAULT_4XX": (400, "Yêu cầu không hợp lệ.", "The request is not valid."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "Không có trang này.", "There is no such page."),
    "RESOURCE_NOT_FOUND": (404, "Không có trang này.", "There is no such page."),
    "ACCESS_DENIED": (403, "Không được phép.", "Not allowed."),
    "UNSUPPORTED_MEDIA_TYPE": (
        415,
        "Kiểu dữ liệu không được hỗ trợ.",
        "This type of content is not supported.",
    ),
    "REQUEST_TOO_LARGE": (413, "Nội dung gửi quá lớn.", "What was sent is too large."),
    "THROTTLED": (429, "Quá nhiều yêu cầu, xin thử lại sau.", "Too many requests; please try again later."),
    "QUOTA_EXCEEDED": (
        429,
        "Quá nhiều yêu cầu, xin thử lại sau.",
        "Too many requests; please try again later.",
    ),
    "WAF_FILTERED": (
        429,
        "Quá nhiều yêu cầu, xin thử lại sau.",
        "Too many requests; please try again later.",
    ),
    "DEFAULT_5XX": (
        500,
        "Hệ thống đang gặp sự cố, xin thử lại sau.",
        "Something went wrong; please try again later.",
    ),
    "INTEGRATION_FAILURE": (
        503,
        "Hệ thống đang bận, xin thử lại sau.",
        "The hotline is busy; please try again later.",
    ),
    "INTEGRATION_TIMEOUT": (
        504,
        "Hệ thống đang bận, xin thử lại sau.",
        "The hotline is busy; please try again later.",
    ),
}
"""What API Gateway answers without asking the hotline: kind → status, in Vietnamese, in English.

An unknown path is "missing authentication token" to API Gateway, and 403; to everybody else it is a 404.
"""


def headers_of(status: int) -> dict[str, str]:
    """Return the headers of a refusal; when it is worth trying again, it says so."""
    return {**ERROR_HEADERS, **({"Retry-After": "60"} if status in (429, 503, 504) else {})}


def body_of(status: int, vietnamese: str, english: str) -> str:
    """Return the body: what Open311 wants of an error (GeoReport v2, "Errors") does for everybody else as well."""
    return json.dumps([{"code": str(status), "description": f"{vietnamese} / {english}"}], ensure_ascii=False)
