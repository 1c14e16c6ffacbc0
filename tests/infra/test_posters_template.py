"""Posters in the bucket: made anew when asked for, so they need not stay."""

from infra.data import POSTER_DAYS


def test_posters_are_forgotten_after_a_month(template):
    rules = [
        rule
        for bucket in template("dong-thap").resources.values()
        if bucket["Type"] == "AWS::S3::Bucket"
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        if rule.get("Prefix") == "posters/"
    ]
    assert [(rule["Status"], rule["ExpirationInDays"]) for rule in rules] == [("Enabled", POSTER_DAYS)]
