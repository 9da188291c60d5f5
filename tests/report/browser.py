"""A headless Chromium driven over its DevTools protocol, as far as the tests need it."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


class Page:
    """One open page: commands, and everything it asked for or said."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.number = 0
        self.requests: list[str] = []
        self.said: list[str] = []
        self.loaded = False

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; events on the way are noted."""
        self.number += 1
        await self.socket.write_message(
            json.dumps({"id": self.number, "method": method, "params": params})
        )
        while True:
            message = await self._next()
            if message.get("id") == self.number:
                assert "error" not in message, message
                return dict(message["result"])

    async def _next(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.socket.read_message(), 30)
        message: dict[str, Any] = json.loads(text)
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.said.append(str(params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.said.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.said.append("dialog")
        elif method == "Page.loadEventFired":
            self.loaded = True
        return message

    async def open(self, url: str) -> None:
        """Open a page and wait until it is loaded and still."""
        for domain in ("Network", "Runtime", "Log", "Page"):
            await self.call(f"{domain}.enable")
        self.loaded = False
        await self.call("Page.navigate", url=url)
        while not self.loaded:
            await self._next()
        await asyncio.sleep(0.3)
        await self.value("1")  # events that came meanwhile are noted on the way

    async def value(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        found = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def picture(self, path: Path, width: int, height: int = 900, dark: bool = False) -> None:
        """Save the whole page as a PNG, as wide as a screen of ``width``."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        found = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))


def browse(visit: Callable[[Page], Awaitable[None]], *, scripts: bool = True) -> None:
    """Start Chromium, hand its page to ``visit``, and end it."""
    assert CHROMIUM is not None
    profile = tempfile.mkdtemp(prefix="chromium-")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--remote-debugging-port=0",
        "--remote-allow-origins=*",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(_visit(Path(profile, "DevToolsActivePort"), visit, scripts))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(profile, ignore_errors=True)


async def _visit(announced: Path, visit: Callable[[Page], Awaitable[None]], scripts: bool) -> None:
    from tornado.httpclient import AsyncHTTPClient
    from tornado.websocket import websocket_connect

    end = time.monotonic() + 60
    while not announced.exists() or not announced.read_text().strip():
        assert time.monotonic() < end, "Chromium did not start"
        await asyncio.sleep(0.1)
    port = announced.read_text().split()[0]
    targets: list[dict[str, str]] = []
    while not targets:
        answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/json/list")
        targets = [one for one in json.loads(answer.body) if one["type"] == "page"]
        await asyncio.sleep(0.05)
    socket = await websocket_connect(targets[0]["webSocketDebuggerUrl"], max_message_size=2**28)
    try:
        page = Page(socket)
        if not scripts:
            await page.call("Emulation.setScriptExecutionDisabled", value=True)
        await visit(page)
    finally:
        socket.close()
        await asyncio.sleep(0.05)
