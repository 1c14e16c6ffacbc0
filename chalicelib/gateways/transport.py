"""What a broken connection tells: whether a request may have reached the provider or certainly did not."""

from __future__ import annotations

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
"""Twilio and SES answer a send in well under a second; ten leave room and stay below the job's time limit."""

_NEVER_LEFT = {
    # urllib3, also inside requests' and botocore's own errors: no connection, so no request
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    # requests and botocore say the same in their words
    "ConnectTimeout",
    "EndpointConnectionError",
    "ProxyConnectionError",
    "NoCredentialsError",
    # a handshake refused because of the certificate ends before the first byte of the request
    "SSLCertVerificationError",
    "CertificateError",
}


def never_left(error: BaseException) -> bool:
    """
    Tell whether a failed request certainly did not reach the provider.

    Only then may it be sent again without asking: a time-out while reading or a connection cut after the
    request went out leaves the outcome open. Unknown errors count as open. Looks through the wrappers of
    requests, urllib3 and botocore by name, so that none of them has to be imported here.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        if any(base.__name__ in _NEVER_LEFT for base in type(item).__mro__):
            return True
        waiting += [
            item.__cause__,
            getattr(item, "reason", None),
            getattr(item, "original_error", None),
            *item.args,
        ]
        waiting += (
            [getattr(item, "kwargs", {}).get("error")]
            if isinstance(getattr(item, "kwargs", None), dict)
            else []
        )
    return False
