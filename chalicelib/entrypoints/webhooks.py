"""What providers post: text messages and delivery reports. Signed, taken once, answered at once."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.entrypoints.http import JSON, XML, answers_webhook, protected_by
from chalicelib.entrypoints.twilio import SIGNED, bounded_body, signed_form
from chalicelib.gateways.ports import DeliveryReport
from chalicelib.gateways.twilio_webhooks import read_twilio_sms, read_twilio_status, twiml_reply

routes = Blueprint(__name__)

GATEWAY = "gateway signature"


@routes.route("/twilio/sms", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_twilio_sms() -> Response:
    from chalicelib.usecases.take_sms import take_sms

    params = signed_form(routes, "/twilio/sms")
    reply = take_sms(read_twilio_sms(params), **wiring.taking())
    return Response(body=twiml_reply(reply), headers=XML)


@routes.route("/twilio/sms-status", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_twilio_status() -> Response:
    from chalicelib.usecases.take_delivery import take_delivery

    # The id is our own and URL-safe: the address that was signed can be built again exactly (docs/providers.md).
    message_id = str(dict(routes.current_request.query_params or {}).get("id", ""))
    params = signed_form(routes, "/twilio/sms-status", f"?id={message_id}" if message_id else "")
    report = read_twilio_status(params, message_id)
    if report is not None:
        take_delivery(report, sending=wiring.sending(), now=wiring.now())
    return Response(body="", status_code=200, headers=XML)


@routes.route("/gateway/sms", methods=["POST"], content_types=["*/*"])
@protected_by(GATEWAY)
@answers_webhook
def take_gateway_sms() -> Response:
    from chalicelib.gateways.sms_json import check_gateway_signature, read_gateway, reply_body
    from chalicelib.usecases.take_delivery import take_delivery
    from chalicelib.usecases.take_sms import take_sms

    request = routes.current_request
    body = bounded_body(routes)
    check_gateway_signature(
        body=body, headers=request.headers, secrets=settings.gateway_secrets(), now=wiring.wall_clock()
    )
    came = read_gateway(body)
    if came is None:
        return Response(body=reply_body(""), headers=JSON)
    if isinstance(came, DeliveryReport):
        take_delivery(came, sending=wiring.sending(), now=wiring.now())
        return Response(body=reply_body(""), headers=JSON)
    return Response(body=reply_body(take_sms(came, **wiring.taking())), headers=JSON)
