"""A province's own key lies over all that tells of people, logs included, and who may use it is said in its policy."""

from __future__ import annotations


def test_every_log_lies_under_the_provinces_own_key_where_it_has_one(template):
    for own_key in (True, False):
        groups = template("dong-thap", own_key=own_key).of_type("AWS::Logs::LogGroup")
        assert groups
        for name, group in groups.items():
            assert ("DataKey" in str(group["Properties"].get("KmsKeyId"))) == own_key, name


def test_the_log_service_may_use_the_key_for_the_logs_of_this_stack_only(template):
    (key,) = template("dong-thap", own_key=True).of_type("AWS::KMS::Key").values()
    statement = next(
        one for one in key["Properties"]["KeyPolicy"]["Statement"] if one["Sid"] == "LogsOfThisStack"
    )
    assert str(statement["Principal"]["Service"]) == "logs.ap-southeast-1.amazonaws.com"
    context = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    assert ":log-group:/hotline/dong-thap/*" in str(context)
