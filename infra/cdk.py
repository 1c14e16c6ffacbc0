"""The CDK's command-line tool: fetched from npm in the pinned version, and called quietly.

The template is made once, into `.local/cdk/<stack>`; whatever follows (diff, deploy) takes it from there, so that what
was looked at is what is deployed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.plan import URGENT, Plan
from infra.tools import ROOT, Ended, Runner, run

FOLDER = ROOT / "infra"
TOOL = FOLDER / "node_modules" / "aws-cdk" / "bin" / "cdk"
NPM_INSTALL = "npm install --no-package-lock --no-audit --no-fund --loglevel=error --prefix".split()

QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "true",
    "NODE_NO_WARNINGS": "1",  # about Node's age: infra/tools.py says it in one line
}

FLAGS = ("--no-notices", "--no-version-reporting", "--no-path-metadata", "--no-asset-metadata")

BOOTSTRAP_STACK = "CDKToolkit"
"""What the CDK needs once in an account and region: a bucket for packages and roles to deploy with."""


class CdkFailed(Exception):
    """The tool could not be fetched, or made no template; carries what it printed."""


@dataclass(frozen=True, slots=True)
class Cdk:
    """The tool on this machine."""

    runner: Runner = run
    made: Path = ROOT / ".local" / "cdk"
    """Folder of what is made, a folder for each stack in it."""
    urgent: bool = False
    """Change everything at once: an alarm that already rings would stop the deploy that cures it."""

    def template_of(self, plan: Plan) -> Path:
        """Return where the template of *plan* is once it is made; what is uploaded with it lies beside it."""
        return self.made / plan.stack_name / f"{plan.stack_name}.template.json"

    def synth(self, plan: Plan) -> dict[str, Any]:
        """
        Make the template of *plan* and what is uploaded with it; return the template.

        Raises:
            CdkFailed: The tool could not be fetched, or the stack could not be made; carries what was printed.
        """
        path = self.template_of(plan)
        done = self._call(
            *("--app", f"{sys.executable} -m infra.cdk_app", "--output", str(path.parent), "--no-lookups"),
            *("-c", f"province={plan.slug}", "-c", f"environment={plan.environment}"),
            *(("-c", f"{URGENT}=true") if self.urgent else ()),
            *("synth", "--quiet"),
            # No account is needed for a template; without this the tool looks for a machine's role for some seconds.
            env={"AWS_EC2_METADATA_DISABLED": "true"},
        )
        if done.code:
            raise CdkFailed(done.output)
        template: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return template

    def bootstrap(self, plan: Plan, account: str) -> Ended:
        """Prepare an account's region for the CDK; once for all provinces in it."""
        return self._call("bootstrap", f"aws://{account}/{plan.region}", shown=True)

    def deploy(self, plan: Plan) -> Ended:
        """Deploy the template made last; a failure rolls back to what was there."""
        made = ("--app", str(self.template_of(plan).parent))
        how = ("--require-approval", "never", "--progress", "events")
        return self._call(*made, "deploy", plan.stack_name, *how, shown=True)

    def diff(self, plan: Plan) -> Ended:
        """Show how the template made last differs from the deployed one."""
        made = ("--app", str(self.template_of(plan).parent))
        return self._call(*made, "diff", plan.stack_name, "--method", "template", shown=True)

    def _call(self, *arguments: str, shown: bool = False, env: Mapping[str, str] | None = None) -> Ended:
        self._fetch()
        return self.runner(["node", str(TOOL), *FLAGS, *arguments], shown=shown, env={**QUIET, **(env or {})})

    def _fetch(self) -> None:
        """Put the pinned tool into infra/node_modules unless it is there."""
        wanted = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]["aws-cdk"]
        package = TOOL.parents[1] / "package.json"
        if package.exists() and json.loads(package.read_text(encoding="utf-8"))["version"] == wanted:
            return
        print(f"Fetching the CDK's command-line tool {wanted} from npm …", file=sys.stderr)
        done = self.runner([*NPM_INSTALL, str(FOLDER)])
        if done.code:
            raise CdkFailed(f"{done.output}\nnpm could not fetch aws-cdk {wanted} (infra/package.json).")
