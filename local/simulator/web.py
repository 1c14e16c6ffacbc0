"""The simulator as one Flask application: the providers' stand-ins, the JSON API and the page."""

from __future__ import annotations

from flask import Flask, Response, render_template, request

from local.demo_texts import PHONE, sample_place
from local.simulator.api import Api
from local.simulator.calls_api import CallsApi
from local.simulator.file_door import FileDoor
from local.simulator.ses_api import SesApi
from local.simulator.transcribe_api import TranscribeApi
from local.simulator.twilio_api import TwilioApi
from local.simulator.voice_api import VoiceApi


def build(
    api: Api,
    twilio: TwilioApi,
    ses: SesApi,
    voice: VoiceApi,
    calls: CallsApi,
    transcribe: TranscribeApi,
    door: FileDoor,
) -> Flask:
    """Put the parts together."""
    app = Flask("local.simulator", root_path=__file__.rpartition("/")[0])
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    voice.join(twilio.routes)
    app.register_blueprint(twilio.routes)
    app.register_blueprint(ses.routes)
    app.register_blueprint(transcribe.routes)
    app.register_blueprint(door.routes)
    app.register_blueprint(api.blueprint())
    app.register_blueprint(calls.blueprint())

    @app.get("/")
    def page() -> str:
        return render_template(
            "page.html", about=api.about, phone=PHONE, place=sample_place(api.about["province"])
        )

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.before_request
    def only_from_here() -> Response | None:
        """Refuse what another site's page tries to make a browser do here."""
        origin = request.headers.get("Origin")
        if origin and origin.rstrip("/") not in (request.host_url.rstrip("/"), api.about["hotline"], "null"):
            return Response("Only this machine's own page may do that.", 403)
        return None

    return app
