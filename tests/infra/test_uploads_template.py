"""Where browsers put files: who hears what became of an upload, and how soon all of it is forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest


def files_bucket(made: Any) -> Any:
    return made.resources["FilesBucket"]["Properties"]


@pytest.mark.parametrize("slug", ["dong-thap", "dong-nai"])
def test_scripts_of_the_hotline_s_own_pages_alone_hear_of_an_upload(template, slug):
    made = template(slug)
    (rule,) = files_bucket(made)["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["POST"], [made.plan.public_url])
    assert "CorsConfiguration" not in made.resources["RecordingsBucket"]["Properties"]


def test_a_pilot_s_bucket_names_the_host_as_far_as_it_is_known(template):
    made = template("dong-thap", "pilot")
    (rule,) = files_bucket(made)["CorsConfiguration"]["CorsRules"]
    (origin,) = rule["AllowedOrigins"]
    assert "https://*.execute-api.ap-southeast-1." in json.dumps(origin)


def test_what_was_uploaded_is_forgotten_and_what_was_deleted_of_it_too(template):
    rules = files_bucket(template("dong-thap"))["LifecycleConfiguration"]["Rules"]
    own = [rule for rule in rules if rule.get("Prefix") == "uploads/"]
    assert [rule["ExpirationInDays"] for rule in own if "ExpirationInDays" in rule] == [2]
    forgotten = [rule["NoncurrentVersionExpiration"] for rule in own if "NoncurrentVersionExpiration" in rule]
    assert forgotten == [{"NoncurrentDays": 1}]


def test_what_is_joined_to_a_case_does_not_expire(template):
    rules = files_bucket(template("dong-thap"))["LifecycleConfiguration"]["Rules"]
    assert [
        rule
        for rule in rules
        if "ExpirationInDays" in rule and rule.get("Prefix", "") in ("", "attachments/")
    ] == []
