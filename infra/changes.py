"""What a new template would do to the deployed stack: nothing, something, or something to data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra import aws
from infra.keeping import data_resources
from infra.plan import Plan


def deployed_template(plan: Plan) -> dict[str, Any]:
    """Return the template the stack was last deployed from, `as_given_back`; the stack has to exist."""
    answer = aws.client("cloudformation", plan).get_template(
        StackName=plan.stack_name, TemplateStage="Original"
    )
    body = answer["TemplateBody"]
    template: dict[str, Any] = json.loads(body if isinstance(body, str) else json.dumps(body))
    return template


def as_given_back(template: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *template* as CloudFormation gives it back: a question mark for each character that is not ASCII.

    The CDK's own diff compares in the same way. So a change of accents alone is not seen by `make diff`; a deploy makes
    it all the same.
    """
    text = re.sub(r"[^\x00-\x7f]", "?", json.dumps(template, ensure_ascii=False))
    given: dict[str, Any] = json.loads(text)
    return given


def unchanged(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether the deployed template *before* and the new one *after* say the same."""
    return as_given_back(before) == as_given_back(after)


def endangered(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each resource with data in *before* that *after* would drop or make anew."""
    before, after = as_given_back(before), as_given_back(after)
    for name in data_resources(before):
        old, new = before["Resources"][name], after["Resources"].get(name)
        if new is None or new["Type"] != old["Type"]:
            yield f"{name} ({old['Type']}) would leave the stack."
            continue
        for path in _fixed_at_birth(old["Type"]):
            if _value(old, path) != _value(new, path):
                yield f"{name} ({old['Type']}) would be replaced by an empty one: {'.'.join(path)} changes."


def _fixed_at_birth(kind: str) -> list[tuple[str, ...]]:
    """Properties whose change makes CloudFormation build a new resource, from Amazon's own schemas."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    pointers = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return [tuple(pointer.split("/")[2:]) for pointer in pointers]


def _value(resource: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = resource.get("Properties", {})
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
