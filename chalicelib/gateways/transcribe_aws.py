"""Recordings written down by Amazon Transcribe, beside the recording in its own bucket: no address is ever fetched."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.recording import Transcript
from chalicelib.errors import SendFailed, StorageUnavailable
from chalicelib.gateways.ports import FileStore
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS

LANGUAGES = {"vi": "vi-VN", "en": "en-US"}
"""Language of a call → as Transcribe names it (Amazon Transcribe developer guide, "Supported languages")."""

_LATER = ("LimitExceededException", "InternalFailureException", "ThrottlingException", "ServiceUnavailable")
_UNKNOWN = ("BadRequestException", "NotFoundException")
"""What asking for a job that was never begun is answered with."""


class AmazonTranscribe:
    """A `Transcriber` on Amazon Transcribe."""

    name = "amazon"

    def __init__(
        self, bucket: str, files: FileStore, jobs: str, region: str, endpoint_url: str | None = None
    ) -> None:
        """
        Remember where recordings are; nothing is opened before the first.

        Args:
            bucket: Name of the bucket of recordings.
            files: The same bucket as a store.
            jobs: What the names of its jobs begin with.
            region: Of the service; the bucket must be there too.
            endpoint_url: Another address for it (the simulator).
        """
        self._bucket = bucket
        self._files = files
        self._jobs = jobs
        self._region = region
        self._endpoint_url = endpoint_url
        self._opened: Any = None

    def start(self, recording: str, key: str, language: str) -> None:
        """
        Begin to write down the file *key*; nothing when it was begun before.

        Raises:
            SendFailed: It was refused or not reached.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client().start_transcription_job(
                TranscriptionJobName=self._job(recording),
                LanguageCode=LANGUAGES.get(language, LANGUAGES["vi"]),
                Media={"MediaFileUri": f"s3://{self._bucket}/{key}"},
                OutputBucketName=self._bucket,
                OutputKey=self._output(recording),
            )
        except ClientError as problem:
            code = _code(problem)
            if code == "ConflictException":
                return
            raise SendFailed(f"transcribe: {code}", retry=True, alarm=code not in _LATER) from problem
        except BotoCoreError as problem:
            raise SendFailed(f"transcribe not reached: {type(problem).__name__}", retry=True) from problem

    def result(self, recording: str) -> Transcript:
        """
        Return how far it has come, with the words once it is done.

        Raises:
            SendFailed: It cannot be asked now.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            job = self._client().get_transcription_job(TranscriptionJobName=self._job(recording))
        except ClientError as problem:
            if _code(problem) in _UNKNOWN:
                return Transcript("unknown")
            raise SendFailed(f"transcribe: {_code(problem)}", retry=True, alarm=True) from problem
        except BotoCoreError as problem:
            raise SendFailed(f"transcribe not reached: {type(problem).__name__}", retry=True) from problem
        status = job["TranscriptionJob"]["TranscriptionJobStatus"]
        if status == "FAILED":
            reason = str(job["TranscriptionJob"].get("FailureReason", ""))[:200]
            return Transcript("failed", reason=f"transcription failed: {reason}")
        if status != "COMPLETED":
            return Transcript("running")
        return Transcript("done", self._words(recording))

    def _words(self, recording: str) -> str:
        try:
            found = json.loads(self._files.get(self._output(recording)))
            return " ".join(part["transcript"] for part in found["results"]["transcripts"])
        except StorageUnavailable as problem:
            raise SendFailed("transcript cannot be read now", retry=True) from problem
        except (KeyError, TypeError, ValueError) as problem:
            raise SendFailed(f"transcript cannot be read: {type(problem).__name__}", retry=True) from problem

    def _job(self, recording: str) -> str:
        return f"{self._jobs}-{recording}"

    def _output(self, recording: str) -> str:
        return f"transcripts/{recording}.json"

    def _client(self) -> Any:
        if self._opened is None:
            import boto3
            from botocore.config import Config

            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": 2, "mode": "standard"},
            )
            self._opened = boto3.client(
                "transcribe", region_name=self._region, endpoint_url=self._endpoint_url, config=config
            )
        return self._opened


def _code(problem: Any) -> str:
    return str(problem.response.get("Error", {}).get("Code", ""))
