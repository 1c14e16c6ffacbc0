"""Lets a command on a terminal use the hotline's own stores on the tables of one stack."""

from __future__ import annotations

import os

from chalicelib.settings import TABLES
from infra.plan import Plan


def use(plan: Plan) -> None:
    """
    Point this process at the tables of *plan*: from here on every store reads and writes those.

    Everything the settings know of a place is set anew, so that what a terminal has in its environment from
    another province cannot lead a command there. `DYNAMODB_ENDPOINT` is left: it says whose engine it is.
    """
    os.environ["PROVINCE"] = plan.slug
    os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = plan.region
    for table in TABLES:
        os.environ[f"{table.upper()}_TABLE"] = plan.table(table)
