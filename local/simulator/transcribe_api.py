"""Amazon Transcribe as the SDK calls it: writes down of a recording what its caller was told to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

TARGET = "Transcribe."


class TranscribeApi:
    """The two calls the hotline makes. A job is done as soon as it is asked for."""

    def __init__(self, words: Callable[[str], str], put_file: Callable[[str, bytes, str], None]) -> None:
        """
        Args:
            words: What was said in a recording, by the provider's id of it; empty for a mumble.
            put_file: Stores a file (key, content, type) among the recordings.
        """
        self._words = words
        self._put_file = put_file
        self._jobs: dict[str, dict[str, Any]] = {}
        self.routes = Blueprint("transcribe", __name__)
        self.routes.add_url_rule("/", "transcribe", self.answer, methods=["POST"])

    def answer(self) -> Response:
        """POST /: the action is named in a header."""
        asked: dict[str, Any] = request.get_json(force=True, silent=True) or {}
        name = str(asked.get("TranscriptionJobName", ""))
        action = request.headers.get("X-Amz-Target", "").removeprefix(TARGET)
        if action == "StartTranscriptionJob":
            if name in self._jobs:
                return _refuse("ConflictException", "The requested job name already exists.")
            self._jobs[name] = asked
            return _job(asked, "IN_PROGRESS")
        if action != "GetTranscriptionJob" or name not in self._jobs:
            return _refuse("BadRequestException", "The requested job couldn't be found.")
        job = self._jobs[name]
        recording = str(job["Media"]["MediaFileUri"]).rpartition("/")[2]
        said = {"jobName": name, "results": {"transcripts": [{"transcript": self._words(recording)}]}}
        self._put_file(job["OutputKey"], json.dumps(said).encode(), "application/json")
        return _job(job, "COMPLETED")


def _job(asked: dict[str, Any], status: str) -> Response:
    shown = {name: asked[name] for name in ("TranscriptionJobName", "LanguageCode", "Media") if name in asked}
    return jsonify({"TranscriptionJob": {**shown, "TranscriptionJobStatus": status}})


def _refuse(code: str, message: str) -> Response:
    answer = jsonify({"__type": code, "Message": message})
    answer.status_code = 400
    return answer
