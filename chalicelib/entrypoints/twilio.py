"""What all of Twilio's webhooks share: a form of bounded size, truly signed for the address it was posted to."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib import settings
from chalicelib.entrypoints.http import request_body
from chalicelib.errors import MalformedRequest
from chalicelib.gateways.form import parse_form
from chalicelib.gateways.ports import MAX_BODY_BYTES
from chalicelib.gateways.twilio_webhooks import check_twilio_signature

SIGNED = "Twilio signature"
"""Name of the protection."""


def bounded_body(routes: Blueprint) -> bytes:
    """
    Return the body of a webhook.

    Raises:
        MalformedRequest: It is larger than any webhook is.
    """
    body = request_body(routes)
    if len(body) > MAX_BODY_BYTES:
        raise MalformedRequest("body too large")
    return body


def signed_form(routes: Blueprint, path: str, query: str = "") -> dict[str, str]:
    """
    Return the form of a webhook.

    Args:
        routes: Whose request it is.
        path: As the address was given to Twilio, built anew from what is known; never the one that was called.
        query: With its question mark; empty for none.

    Raises:
        SignatureNotValid: It was not posted by Twilio, or not to this address.
        MalformedRequest: It is no form, or too large.
    """
    params = parse_form(bounded_body(routes))
    check_twilio_signature(
        url=f"{settings.public_url()}{path}{query}",
        params=params,
        signature=routes.current_request.headers.get("x-twilio-signature"),
        tokens=settings.twilio_auth_tokens(),
    )
    return params
