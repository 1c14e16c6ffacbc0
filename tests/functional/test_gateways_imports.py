"""What a webhook imports stays small: SDKs come with the first message that goes out."""

import subprocess
import sys

import pytest

HEAVY = ("twilio", "requests", "urllib3", "phonenumbers", "boto3", "botocore", "email", "PIL", "pypdf")


@pytest.mark.parametrize(
    "module",
    (
        *("sms_twilio", "voice_twilio", "twilio_webhooks", "twilio_voice_webhooks", "sms_json", "email_ses"),
        *("files", "files_folder", "safe_files", "parameters", "ports"),
    ),
)
def test_a_gateway_loads_no_sdk_before_it_is_used(module):
    code = f"import sys, chalicelib.gateways.{module}; print({{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []
