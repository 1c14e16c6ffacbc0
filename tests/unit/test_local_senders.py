"""The handlers of a simulated province: a file somebody sent is taken at once, as no text is held up by it there."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from local.clock import ZONE
from local.senders import Handlers


@pytest.mark.parametrize(
    ("channel", "called"), [("upload", ["send_outbox", "sweep_outbox"]), ("sms", ["send_outbox"])]
)
def test_a_file_in_the_stream_is_taken_by_a_sweep_that_does_not_wait_for_its_minute(channel, called):
    done: list[str] = []
    hotline = SimpleNamespace(
        send_outbox=lambda event, context: done.append("send_outbox") or {"batchItemFailures": []},
        sweep_outbox=lambda event, context: done.append("sweep_outbox") or {},
    )
    clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 8, 30, tzinfo=ZONE))
    handlers = Handlers(hotline, clock, SimpleNamespace(sms="", email="", kill=None))
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"channel": {"S": channel}}}}
    assert handlers.call("send_outbox", {"Records": [record]}) == {"batchItemFailures": []}
    assert done == called
