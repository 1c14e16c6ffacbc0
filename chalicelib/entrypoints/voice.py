"""What Twilio posts during a call: each step, its end, its recordings, an officer's phone. Signed, taken once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chalice import Blueprint, Response

from chalicelib import settings, wiring
from chalicelib.entrypoints.http import XML, answers_webhook, protected_by
from chalicelib.entrypoints.twilio import SIGNED, signed_form
from chalicelib.errors import MalformedRequest, StorageUnavailable
from chalicelib.gateways.twilio_voice_webhooks import (
    ACCEPT,
    CALL_OUT_PATH,
    QUIT,
    RECORDING_PATH,
    SCREEN,
    VOICE_PATH,
    VOICE_STATUS_PATH,
    WAIT,
    accepts,
    read_turn,
    read_twilio_call,
    read_twilio_call_end,
    read_twilio_call_report,
    read_twilio_leg,
    read_twilio_recording,
    step_path,
)

_log = logging.getLogger("hotline.voice")

if TYPE_CHECKING:
    from chalicelib.domain.call import Came

routes = Blueprint(__name__)


@routes.route(VOICE_PATH, methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_new_call() -> Response:
    return _step(0)


@routes.route(f"{VOICE_PATH}/{{turn}}", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_call_step(turn: str) -> Response:
    return _step(read_turn(turn))


@routes.route(f"{VOICE_PATH}/{{turn}}/{{where}}", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_call_step_elsewhere(turn: str, where: str) -> Response:
    number = read_turn(turn)
    if where in (SCREEN, ACCEPT):
        return _officer(number, where)
    if where not in (WAIT, QUIT):
        raise MalformedRequest("step")
    return _step(number, where)


@routes.route(f"{CALL_OUT_PATH}/{{message_id}}", methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_placed_call(message_id: str) -> Response:
    from dataclasses import replace

    params = signed_form(routes, f"{CALL_OUT_PATH}/{message_id}")
    return _answer(replace(read_twilio_call(params, 0), about=message_id))


@routes.route(VOICE_STATUS_PATH, methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_call_end() -> Response:
    from dataclasses import replace

    from chalicelib.usecases.take_call import take_call
    from chalicelib.usecases.take_delivery import take_delivery

    # The id is our own and URL-safe: the address that was signed can be built again exactly (docs/providers.md).
    message_id = str(dict(routes.current_request.query_params or {}).get("id", ""))
    params = signed_form(routes, VOICE_STATUS_PATH, f"?id={message_id}" if message_id else "")
    ended = read_twilio_call_end(params)
    if ended is not None:
        take_call(replace(ended, about=message_id), **wiring.taking())
    report = read_twilio_call_report(params, message_id) if message_id else None
    if report is not None:
        take_delivery(report, sending=wiring.sending(), now=wiring.now())
    return Response(body="", status_code=200, headers=XML)


@routes.route(RECORDING_PATH, methods=["POST"], content_types=["*/*"])
@protected_by(SIGNED)
@answers_webhook
def take_call_recording() -> Response:
    from chalicelib.usecases.take_recording import take_recording

    report = read_twilio_recording(signed_form(routes, RECORDING_PATH))
    if report.ready:
        take_recording(
            report.recording,
            report.call_id,
            seconds=report.seconds,
            outbox=wiring.outbox_store(),
            **wiring.taking(),
        )
    return Response(body="", status_code=200, headers=XML)


def _step(turn: int, where: str = "") -> Response:
    return _answer(
        read_twilio_call(signed_form(routes, step_path(turn, where)), turn, where), waiting=where == WAIT
    )


def _answer(came: Came, *, waiting: bool = False) -> Response:
    from chalicelib.domain.ivr import tree_of
    from chalicelib.gateways.voice_twiml import to_twiml
    from chalicelib.usecases.take_call import take_call

    taking = wiring.taking()
    script, turn = take_call(came, **taking)
    said = to_twiml(
        script,
        turn=turn,
        public_url=settings.public_url(),
        voices=tree_of(taking["directory"]).voices,
        caller_id=_shown(),
        waiting=waiting,
    )
    return Response(body=said, headers=XML)


def _officer(turn: int, where: str) -> Response:
    """An officer's phone was picked up: who calls is whispered, and a key takes the call."""
    from chalicelib.domain.ivr import tree_of
    from chalicelib.domain.script import Ring
    from chalicelib.gateways.voice_twiml import accepted_twiml, screen_twiml

    params = signed_form(routes, step_path(turn, where))
    if where == ACCEPT:
        if accepts(params):
            _accepted(params)
        return Response(body=accepted_twiml(accepts(params)), headers=XML)
    call_id = read_twilio_leg(params)
    _, call = wiring.inbox_store().read_call(f"{call_id}#", call_id)
    if call is None:
        return Response(body=accepted_twiml(False), headers=XML)
    said = screen_twiml(
        Ring((), whisper=str(call.notes.get("whisper", ""))),
        language="vi",
        turn=turn,
        public_url=settings.public_url(),
        voices=tree_of(wiring.directory()).voices,
    )
    return Response(body=said, headers=XML)


def _accepted(params: dict[str, str]) -> None:
    """Free the other officers who rang; whatever happens to that, the two are connected."""
    from chalicelib.storage.commit import commit
    from chalicelib.usecases.call_person import accepted

    try:
        phone = params.get("To", "")
        accepted(read_twilio_leg(params), phone, inbox=wiring.inbox_store(), commit=commit, now=wiring.now())
    except (StorageUnavailable, MalformedRequest):
        _log.exception("officer not noted")


def _shown() -> str:
    """The number officers see, where the sender is one: a name cannot ring."""
    sender = settings.voice_number()
    return sender if sender.startswith("+") else ""
