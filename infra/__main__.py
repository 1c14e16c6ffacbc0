"""`python -m infra COMMAND PROVINCE`: make a province's stack and keep it (docs/ops/first-province.md)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from chalicelib.errors import HotlineError
from infra.plan import ENVIRONMENTS, make_plan
from packs import PackError, slugs

COMMANDS = {
    "synth": "infra.commands.synth",
    "diff": "infra.commands.diff",
    "secrets": "infra.commands.secrets",
    "deploy": "infra.commands.deploy",
    "deploy-all": "infra.commands.deploy_all",
    "connect-twilio": "infra.commands.connect_twilio",
    "publish": "infra.commands.publish",
    "rollback": "infra.commands.rollback",
    "rollback-code": "infra.commands.rollback_code",
    "status": "infra.commands.status",
    "redrive": "infra.commands.redrive",
    "backup-drill": "infra.commands.backup_drill",
    "destroy": "infra.commands.destroy",
}
"""Command → its module (infra/commands/__init__.py says what a module has)."""

OF_MANY = ("deploy-all",)
"""Commands of several provinces: they take the list themselves, and no plan."""


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run the command named first; 0 = done, 1 = refused or failed and why, 2 = not understood."""
    given, out = list(sys.argv[1:] if arguments is None else arguments), out or sys.stdout
    name = given[0] if given else ""
    if name not in COMMANDS:
        print(f"Name a command: {', '.join(COMMANDS)}.", file=out)
        return 2
    command = import_module(COMMANDS[name])
    parser = argparse.ArgumentParser(prog=f"python -m infra {name}", description=command.__doc__)
    if name not in OF_MANY:
        parser.add_argument("province", nargs="?", metavar="PROVINCE", help="folder name below provinces/")
    parser.add_argument("--environment", choices=ENVIRONMENTS, default="production")
    command.add_arguments(parser)
    args = parser.parse_args(given[1:])
    if name not in OF_MANY and not args.province:
        print(f"Which province? PROVINCE=… with one of: {', '.join(slugs())}.", file=out)
        return 2
    try:
        plan = None if name in OF_MANY else make_plan(args.province, args.environment)
        done: int = command.run(plan, args, out)
    except (PackError, HotlineError) as refused:
        print(refused, file=out)
        return 1
    except NoCredentialsError:
        print(
            "There are no credentials of an AWS account here. Sign in (aws sso login) or set AWS_PROFILE.",
            file=out,
        )
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS answered: {error}", file=out)
        return 1
    return done


if __name__ == "__main__":
    sys.exit(main())
