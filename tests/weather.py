"""Weather between a client and a gateway: a proxy that does one bad thing to one call.

`with Sky(gateway) as sky:` listens on `sky.url`, hands every call on and keeps a list of them
(`sky.seen`, and when: `sky.times`). `sky.bring(weather, "create", nth=2)` does something to the
second create instead; what can be done is in weather_kinds.py. A connection carries one call.
"""

import asyncio
import re
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from urllib.parse import urlsplit

CALLS = {
    "upload": ("POST", r".*/files"),
    "list of files": ("GET", r".*/files"),
    "download": ("GET", r".*/files/.+/content"),
    "deletion": ("DELETE", r".*/files/.+"),
    "create": ("POST", r".*/batches"),
    "list of batches": ("GET", r".*/batches"),
    "look": ("GET", r".*/batches/[^/]+"),
    "cancellation": ("POST", r".*/batches/[^/]+/cancel"),
}
"""Every call of a batch's life, by method and path."""

_HEAD_ENDS = b"\r\n\r\n"
_LOOPBACK = "127.0.0.1"


@dataclass
class Conversation:
    """One call, as weather sees it: what the gateway would say, and ways to misreport it."""

    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    gateway: tuple[str, int]

    async def body(self):
        """What the client sends after its head."""
        if length := _header(self.head, b"content-length"):
            return await self.reader.readexactly(int(length))
        if _header(self.head, b"transfer-encoding") == b"chunked":
            return await self.reader.readuntil(b"0" + _HEAD_ENDS)
        return b""

    async def handed_on(self):
        """The gateway carries the call out; its answer, head and body, to its end."""
        first, rest = self.head.split(b"\r\n", 1)
        rest = re.sub(rb"(?im)^connection:.*\r\n", b"", rest)
        asked = first + b"\r\nConnection: close\r\n" + rest + await self.body()
        reader, writer = await asyncio.open_connection(*self.gateway)
        try:
            writer.write(asked)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()

    async def say(self, text):
        """Some bytes to the client."""
        self.writer.write(text)
        await self.writer.drain()

    async def stall(self):
        """Say nothing until the client has had enough of it."""
        while await self.reader.read(65536):
            pass

    def reset(self):
        """End the connection as a crash or a firewall does, not as a server does."""
        linger_not = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, linger_not)
        self.writer.transport.abort()


Weather = Callable[[Conversation], Awaitable[None]]


async def fair(call):
    """Hand it on and give the answer back."""
    await call.say(await call.handed_on())


@dataclass
class _Spell:
    weather: Weather
    call: str
    wait: int
    times: int
    since: str | None

    def strikes(self, name):
        """Whether it comes over this call."""
        if self.since is not None:
            if name == self.since:
                self.since = None
            return False
        if name != self.call or not self.times:
            return False
        self.wait -= 1
        if self.wait > 0:
            return False
        self.times -= 1
        return True


@dataclass
class Sky:
    """The proxy before `gateway`, an address `http://host:port/...`."""

    gateway: str
    seen: list = field(default_factory=list)
    times: list = field(default_factory=list)
    struck: list = field(default_factory=list)
    spells: list = field(default_factory=list)
    url: str = ""

    def bring(self, weather, call, *, nth=1, times=1, since=None):
        """Do this to the nth call of that name, and `times` in a row.

        Calls are counted from now on, or from the next call named `since`.
        """
        assert call in CALLS
        self.spells.append(_Spell(weather, call, nth, times, since))

    def __enter__(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True)
        self.thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(10)
        assert not self.thread.is_alive()

    async def _serve(self, ready):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        self.at_work = set()
        server = await asyncio.start_server(self._connected, _LOOPBACK, 0)
        place = urlsplit(self.gateway)
        port = server.sockets[0].getsockname()[1]
        self.url = place._replace(netloc=f"{_LOOPBACK}:{port}").geturl()
        ready.set()
        await self.over.wait()
        server.close()
        for task in self.at_work:
            task.cancel()
        await asyncio.gather(*self.at_work, return_exceptions=True)

    async def _connected(self, reader, writer):
        task = asyncio.current_task()
        self.at_work.add(task)
        try:
            head = await reader.readuntil(_HEAD_ENDS)
            place = urlsplit(self.gateway)
            call = Conversation(head, reader, writer, (place.hostname, place.port))
            await self._weather(head)(call)
        except (OSError, EOFError):
            pass  # the client went away, which is what some weather makes it do
        finally:
            writer.close()
            self.at_work.discard(task)

    def _weather(self, head):
        """What comes over this call, which is written down."""
        name = named(head)
        self.seen.append(name)
        self.times.append(time.monotonic())
        struck = [spell.weather for spell in self.spells if spell.strikes(name)]
        self.struck += [name] * len(struck)
        return struck[0] if struck else fair


def named(head):
    """Which of CALLS this is; else its first line."""
    method, target, *_ = head.split(b" ", 2)
    path = target.decode().partition("?")[0]
    for name, (verb, pattern) in CALLS.items():
        if verb == method.decode() and re.fullmatch(pattern, path):
            return name
    return f"{method.decode()} {path}"


def _header(head, name):
    found = re.search(rb"(?im)^" + name + rb":[ \t]*([^\r]*)\r", head)
    return found and found[1].strip().lower()
