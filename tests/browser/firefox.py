"""A Firefox that is installed, driven by its own Marionette; no other program is needed."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.browser.pages import eventually
from tests.support.needs import unable

PATIENCE: Final = 60.0
PREFERENCES: Final[Mapping[str, object]] = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # With these, what looks like no network is a proxy that is not there.
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.type": 0,
    "browser.safebrowsing.update.enabled": False,
    "services.settings.server": "data:,",
    "extensions.update.enabled": False,
    "ui.prefersReducedMotion": 1,
}
RESIZE: Final = """
const [width, height] = arguments;
for (const [side, size] of [["width", width], ["height", height]]) {
  for (const name of [side, `min-${side}`, `max-${side}`]) {
    gBrowser.selectedBrowser.style.setProperty(name, `${size}px`, "important");
  }
}
"""
PREFER: Final = """
const [name, value] = arguments;
if (typeof value === "number") Services.prefs.setIntPref(name, value);
else Services.prefs.setStringPref(name, value);
"""
MESSAGES: Final = """
const found = Services.console.getMessageArray()
  .filter(message => message instanceof Ci.nsIScriptError)
  .filter(message => message.sourceName.startsWith(arguments[0])
    || message.errorMessage.includes("Content-Security-Policy"))
  .map(message => message.errorMessage);
Services.console.reset();
return found;
"""
KEYS: Final = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Space": " ",
    "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014",
}


class FirefoxError(Exception):
    """Firefox could not do what a test asked for."""


@dataclass
class Firefox:
    """A window of Firefox with one page in it."""

    line: socket.socket
    rest: bytes = b""
    number: int = field(default=0)

    def ask(self, command: str, **values: object) -> Any:
        """Return Firefox's answer to a command."""
        self.number += 1
        text = json.dumps([0, self.number, command, values])
        self.line.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, problem, answer = self.receive()
        if problem:
            message = f"{command}: {problem['message']}"
            raise FirefoxError(message)
        return answer["value"] if isinstance(answer, dict) and "value" in answer else answer

    def receive(self) -> Any:
        """Return the next message: its length, a colon, and JSON."""
        while b":" not in self.rest:
            self.rest += self._more()
        size, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(size):
            self.rest += self._more()
        text, self.rest = self.rest[: int(size)], self.rest[int(size) :]
        return json.loads(text)

    def _more(self) -> bytes:
        if not (more := self.line.recv(65536)):
            message = "Firefox has ended"
            raise FirefoxError(message)
        return more

    def run(self, script: str, *arguments: object) -> Any:
        """Return the value of an expression in the page."""
        return self.ask("WebDriver:ExecuteScript", script=f"return {script}", args=arguments)

    def inside(self, script: str, *arguments: object) -> Any:
        """Run a script in Firefox itself."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return self.ask("WebDriver:ExecuteScript", script=script, args=arguments)
        finally:
            self.ask("Marionette:SetContext", value="content")

    def go(self, url: str) -> None:
        """Open an address."""
        self.ask("WebDriver:Navigate", url=url)

    def wait(self, script: str, *arguments: object) -> Any:
        """Return the value of an expression once it is truthy."""
        found = eventually(lambda: self.run(script, *arguments), PATIENCE)
        assert found, script
        return found

    def press(self, *keys: str) -> None:
        """Press keys one after another, as a hand does."""
        actions = [
            {"type": kind, "value": KEYS.get(key, key)}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        self._perform("key", actions)

    def _perform(self, kind: str, actions: list[dict[str, Any]], **about: object) -> None:
        source = {"id": kind, "type": kind, "actions": actions, **about}
        self.ask("WebDriver:PerformActions", actions=[source])
        self.ask("WebDriver:ReleaseActions")

    def drag(self, selector: str, start: float, end: float) -> None:
        """Drag the mouse over an element, from a share of its width to another."""
        left, top, width, height = self.run(
            """(() => {
              const element = document.querySelector(arguments[0]);
              element.scrollIntoView({block: "center"});
              const {left, top, width, height} = element.getBoundingClientRect();
              return [left, top, width, height];
            })()""",
            selector,
        )
        steps = [round(left + width * (start + (end - start) * i / 4)) for i in range(5)]
        y = round(top + height / 2)
        moves = [{"type": "pointerMove", "duration": 20, "x": x, "y": y} for x in steps]
        down = {"type": "pointerDown", "button": 0}
        up = {"type": "pointerUp", "button": 0}
        self._perform("pointer", [moves[0], down, *moves[1:], up])

    def click(self, selector: str) -> None:
        """Click on an element where it is seen."""
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)
        self.ask("WebDriver:ElementClick", id=next(iter(found.values())))

    def resize(self, width: int, height: int = 800) -> None:
        """Give the page another size, also one that no window of Firefox has."""
        self.inside(RESIZE, width, height)
        self.wait("innerWidth === arguments[0]", width)

    def prefer(self, name: str, value: str | int) -> None:
        """Change a setting."""
        self.inside(PREFER, name, value)

    def offline(self, *, is_off: bool) -> None:
        """Take the network away, or give it back."""
        self.prefer("network.proxy.type", int(is_off))

    def faults(self, url: str) -> list[str]:
        """Return the errors of a site's scripts since the last time."""
        found: list[str] = self.inside(MESSAGES, url)
        return found


@contextmanager
def started(profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and end it."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if not program:
        unable(
            "the dashboard's tests in a second browser need Firefox: apt-get install firefox-esr"
        )
    profile.mkdir(parents=True)
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines))
    command = (program, "--headless", "--marionette", "--remote-allow-system-access")
    process = subprocess.Popen(
        [*command, "--no-remote", "--profile", str(profile)],
        env={**os.environ, "HOME": str(profile), "MOZ_DISABLE_AUTO_SAFE_MODE": "1", "TZ": "UTC"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with socket.create_connection(("127.0.0.1", port_of(profile, process)), PATIENCE) as line:
            firefox = Firefox(line)
            firefox.receive()
            firefox.ask("WebDriver:NewSession", capabilities={})
            yield firefox
    finally:
        process.terminate()
        process.wait(PATIENCE)


def port_of(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Return the port on which Firefox listens, once it does."""
    told = profile / "MarionetteActivePort"
    deadline = time.monotonic() + PATIENCE
    while not told.is_file() or not told.read_text().strip():
        if process.poll() is not None or time.monotonic() > deadline:
            message = "Firefox did not start"
            raise FirefoxError(message)
        time.sleep(0.05)
    return int(told.read_text())
