"""Chalice's construct with the zips of `infra.zips` in place of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import chalice.cdk
from constructs import Construct

from infra.zips import ARCHITECTURE, package


class Packaged(chalice.cdk.Chalice):
    """The functions and the REST API of app.py."""

    def __init__(
        self, scope: Construct, id: str, *, source_dir: str, region: str, stage_config: dict[str, Any]
    ) -> None:
        """
        Package app.py and take its template into the stack.

        Args:
            scope: The stack.
            id: Name below it.
            source_dir: Folder of app.py.
            region: Of the stack; nothing in the environment has to name one.
            stage_config: Chalice's settings of a stage.

        Raises:
            PackagingFailed: A library cannot be fetched or does not exist for Lambda.
        """
        self._region = region
        super().__init__(scope, id, source_dir=source_dir, stage_config=stage_config)
        made = Path(self._sam_package_dir)  # staged by now, and made anew by each synth
        shutil.rmtree(made)
        made.with_name(f"{made.name}.sam_with_assets.json").unlink()

    @property
    def version(self) -> str:
        """Changes with any content of the zips, and with nothing else."""
        return self._package.version

    def _package_app(self) -> None:
        config = dict(self.stage_config or {})
        self._package = package(
            self._region,
            Path(self._sam_package_dir),
            config.get("lambda_architecture", ARCHITECTURE),
            stage=self.stage_name,
            config=config,
            source=Path(self.source_dir),
        )
