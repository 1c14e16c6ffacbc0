"""Where the measurements run: settings that reach nobody, and the real engine where it can be had."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from local.database import EngineMissing, create_tables, start_dynamodb_local, start_moto_server

SETTINGS = {
    "PROVINCE": "dong-thap",
    "AWS_DEFAULT_REGION": "ap-southeast-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "PUBLIC_URL": "http://127.0.0.1:8022",
    "SECRET_KEY": "a-secret-for-measurements-that-no-province-may-use",
    "TWILIO_ACCOUNT_SID": "ACbench",
    "TWILIO_AUTH_TOKEN": "bench",
    "SMS_SENDER": "+840000001022",
    "EMAIL_SENDER": "1022@bench.example",
    "EMAIL_REPLY_DOMAIN": "reply.bench.example",
}


@contextmanager
def database() -> Iterator[str]:
    """Fresh tables named in the settings; yields the engine's name. Only Amazon's own engine tells true units."""
    os.environ.update(SETTINGS)
    try:
        endpoint, stop = start_dynamodb_local()
        engine = "DynamoDB Local (Amazon)"
    except EngineMissing as missing:
        print(f"{missing}\nMeasuring on moto: calls are true, units are not.")
        endpoint, stop = start_moto_server()
        engine = "moto"
    os.environ["DYNAMODB_ENDPOINT"] = endpoint
    try:
        create_tables(endpoint, "dong-thap")
        yield engine
    finally:
        stop()
