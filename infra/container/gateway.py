"""Serves the hotline over HTTP as API Gateway does, events, limits and all, requests side by side. `make run` too."""

from __future__ import annotations

import base64
import gzip
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from chalice import Chalice
from chalice.local import RouteMatcher
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response

from infra.container.refusals import REFUSALS, body_of, headers_of

log = logging.getLogger("gateway")

MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's payload limit
COMPRESSED_FROM_BYTES = 1024  # minimum_compression_size in .chalice/config.json


class Context:
    """What a Lambda function is told about its own run."""

    memory_limit_in_mb = 512
    function_version = "$LATEST"
    log_group_name = log_stream_name = ""
    identity = client_context = None

    def __init__(self, function_name: str, seconds: float = 28) -> None:
        self.function_name = function_name
        self.invoked_function_arn = f"arn:aws:lambda:local:000000000000:function:{function_name}"
        self.aws_request_id = str(uuid.uuid4())
        self._ends = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left before the run would be cut off."""
        return max(0, int((self._ends - time.monotonic()) * 1000))


def keep_requests_apart(app: Chalice) -> None:
    """
    Let *app* serve several requests at a time in one process.

    Chalice keeps the current request and context on the app object, which is right on Lambda, where a process
    serves one request at a time. Here threads share the app, so each gets its own.
    """
    if getattr(type(app), "keeps_requests_apart", False):
        return
    threads = threading.local()

    def per_thread(name: str) -> property:
        return property(
            lambda self: getattr(threads, name, None), lambda self, value: setattr(threads, name, value)
        )

    app.__class__ = type(
        "ThreadedChalice",
        (type(app),),
        {
            "keeps_requests_apart": True,
            "current_request": per_thread("current_request"),
            "lambda_context": per_thread("lambda_context"),
        },
    )


class HotlineServer:
    """A WSGI application in front of a Chalice app."""

    def __init__(self, app: Chalice, *, after_request: Callable[[], None] = lambda: None) -> None:
        """
        Args:
            app: The hotline.
            after_request: Called after each request, e.g. to look at the streams at once.
        """
        keep_requests_apart(app)
        self._app = app
        self._after_request = after_request
        self._routes = RouteMatcher(list(app.routes))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI entry."""
        request = Request(environ)
        started = time.perf_counter()
        resource, response = self._answer(request)
        took_ms = (time.perf_counter() - started) * 1000
        # The route's pattern, not the path: a path may carry a case code or a token.
        log.info("%s %s %s %.0f ms", request.method, resource, response.status_code, took_ms)
        try:
            return response(environ, start_response)
        finally:
            self._after_request()

    def _answer(self, request: Request) -> tuple[str, Response]:
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return "-", _refused("REQUEST_TOO_LARGE")
        raw_path = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path
        try:
            # Path parameters stay percent-encoded, as API Gateway hands them on.
            match = self._routes.match_route("/" + raw_path.split("?", 1)[0].lstrip("/"))
        except ValueError:
            return "-", _refused("MISSING_AUTHENTICATION_TOKEN")
        methods = self._app.routes[match.route]
        if request.method == "OPTIONS" and request.method not in methods:
            return match.route, self._preflight(match.route)
        if request.method not in methods:
            return match.route, _refused("MISSING_AUTHENTICATION_TOKEN")
        event = self._event(request, match.route, match.captured)
        answer = self._app(event, Context("api_handler"))
        return match.route, self._response(request, answer)

    def _event(self, request: Request, resource: str, captured: dict[str, str]) -> dict[str, Any]:
        query = parse_qs(request.query_string.decode("latin-1"), keep_blank_values=True) or None
        body = request.get_data(cache=False)
        binary = bool(body) and _matches(request.content_type or "", self._app.api.binary_types)
        many = {name.lower(): request.headers.getlist(name) for name in dict(request.headers)}
        # As API Gateway does: who called is the last of those who handed the request on.
        many["x-forwarded-for"] = [
            ", ".join([*many.get("x-forwarded-for", ()), request.remote_addr or "127.0.0.1"])
        ]
        path = request.path
        return {
            "resource": resource,
            "path": path,
            "httpMethod": request.method,
            "headers": {name: values[-1] for name, values in many.items()},
            "multiValueHeaders": many,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
            "multiValueQueryStringParameters": query,
            "pathParameters": captured or None,
            "stageVariables": None,
            "requestContext": {
                "httpMethod": request.method,
                "resourcePath": resource,
                "path": path,
                "stage": "local",
                "protocol": "HTTP/1.1",
                "requestId": str(uuid.uuid4()),
                "identity": {
                    "sourceIp": request.remote_addr or "127.0.0.1",
                    "userAgent": request.headers.get("User-Agent", ""),
                },
            },
            "body": (base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace"))
            if body
            else None,
            "isBase64Encoded": binary,
        }

    def _response(self, request: Request, answer: dict[str, Any]) -> Response:
        headers = Headers()
        for name, value in (answer.get("headers") or {}).items():
            headers[name] = value
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers.setlist(name, values)
        body: str | bytes = answer.get("body") or b""
        first_accepted = request.headers.get("Accept", "").split(",")[0]
        if answer.get("isBase64Encoded") and _matches(first_accepted, self._app.api.binary_types):
            body = base64.b64decode(body)
        if "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        body = body.encode() if isinstance(body, str) else body
        if len(body) >= COMPRESSED_FROM_BYTES and not answer.get("isBase64Encoded"):
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = gzip.compress(body, compresslevel=6)
        return Response(body, status=answer["statusCode"], headers=headers)

    def _preflight(self, resource: str) -> Response:
        shared = [entry.cors for entry in self._app.routes[resource].values() if entry.cors]
        if not shared:
            return _refused("MISSING_AUTHENTICATION_TOKEN")
        headers = dict(shared[0].get_access_control_headers())
        headers["Access-Control-Allow-Methods"] = ",".join([*self._app.routes[resource], "OPTIONS"])
        return Response(b"", status=200, headers=headers)


def _matches(content_type: str, binary_types: Iterable[str]) -> bool:
    plain = content_type.split(";")[0].strip().lower()
    kind = plain.split("/")[0]
    return bool(plain) and any(known in (plain, "*/*", f"{kind}/*") for known in binary_types)


def _refused(kind: str) -> Response:
    """What API Gateway says by itself, to an unknown path or a method a path does not have for one."""
    status, vietnamese, english = REFUSALS[kind]
    return Response(body_of(status, vietnamese, english), status=status, headers=headers_of(status))
