"""A Dask cluster as an executor: for the user with a terabyte, beside whose files it runs.

dask.distributed is imported when an address was named, and is an extra.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from preflight import version
from preflight.requests.allocating import kept
from preflight.requests.storage import INSTALL
from preflight.requests.watched import Watch, Watching
from preflight.seams.errors import PreflightError, Unreachable, UsageError

SECONDS = 10.0
"""For the scheduler to answer, and for a first worker to be there."""

_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/@]+:\d{1,5}")

NOISY = {"distributed", "tornado", "asyncio"}
LEVEL = logging.CRITICAL + 1
"""What goes wrong is said in one sentence: Dask's own lines about it stay out of the output."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An executor, and how many tasks it works on at a time."""

    executor: Executor
    number: int


@contextmanager
def connected(address: str, seconds: float | None = None) -> Iterator[Cluster]:
    """Connect to the scheduler at this address, as in tcp://10.0.0.5:8786.

    `seconds` is how long it may take to answer, and to have a worker; None is SECONDS.

    Raises:
        UsageError: dask.distributed is not installed, the address is none, or a worker has another
            version of preflight or of Python.
        Unreachable: nobody answers there, or it has no workers; later, that it went away.
    """
    seconds = SECONDS if seconds is None else seconds
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise UsageError(
            f"--cluster {address}", "needs dask.distributed, which is not installed", INSTALL
        ) from error
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        client = stack.enter_context(_client(distributed, address, seconds))
        number = _workers(client, address, seconds)
        _same_versions(client, address)
        watch = Watch(lambda: bool(client.status == "running"), lambda: _threads(client))
        own = _versions()()
        executor = Watching(client.get_executor(pure=False), watch, lambda task: Task(task, own))
        try:
            yield Cluster(executor, number)
        except PreflightError:
            raise
        except Exception as error:
            if (told := _told(distributed, client, address, error)) is None:
                raise
            raise told from error


@contextmanager
def _quiet() -> Iterator[None]:
    # Dask gives several of its loggers a level of their own.
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISY]
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(LEVEL)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _client(distributed: Any, address: str, seconds: float) -> Iterator[Any]:
    if not _ADDRESS.fullmatch(address):
        remedy = "name one as in tcp://10.0.0.5:8786"
        raise UsageError(f"--cluster {address}", "is no address of a scheduler", remedy)
    try:
        client = distributed.Client(
            address, timeout=seconds, set_as_default=False, name="preflight"
        )
    except (OSError, TimeoutError) as error:
        raise Unreachable(
            f"--cluster {address}",
            f"no scheduler answered within {seconds:g} s",
            "start `dask scheduler`, or name the address that it prints",
        ) from error
    try:
        yield client
    finally:
        with suppress(TimeoutError, OSError):
            client.close(timeout=seconds)


def _workers(client: Any, address: str, seconds: float) -> int:
    """How many threads all workers have."""
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as error:
        raise Unreachable(
            f"--cluster {address}",
            f"had no worker within {seconds:g} s",
            f"start some, as by `dask worker {address} --nthreads 1`",
        ) from error
    return _threads(client)


def _threads(client: Any) -> int:
    threads: dict[str, int] = client.nthreads()
    return sum(threads.values())


def _same_versions(client: Any, address: str) -> None:
    """Raise UsageError where a worker has another preflight or another Python."""
    own = _versions()()
    for worker, theirs in sorted(client.run(_versions()).items()):
        if theirs != own:
            raise _mismatch(f"worker {worker} of {address}", theirs, own)


def _versions() -> Callable[[], tuple[str, str]]:
    # A function within a function travels as its code: a worker without preflight can run it.
    def versions() -> tuple[str, str]:
        import sys  # noqa: PLC0415 - as above

        try:
            from preflight.version import VERSION  # noqa: PLC0415 - as above
        except ImportError:
            VERSION = ""  # noqa: N806 - the same name for what is not there
        return VERSION, "{}.{}".format(*sys.version_info)

    return versions


def _mismatch(where: str, theirs: tuple[str, str], own: tuple[str, str]) -> UsageError:
    has = f"preflight {theirs[0]}" if theirs[0] else "no preflight"
    remedy = f"install 'batch-preflight[cluster]=={own[0]}' with Python {own[1]} on every worker"
    return UsageError(
        where, f"has {has} on Python {theirs[1]}, and this is {own[0]} on Python {own[1]}", remedy
    )


def _told(distributed: Any, client: Any, address: str, error: Exception) -> PreflightError | None:
    """What broke the cluster off, in a sentence; None: something else is wrong."""
    where = f"--cluster {address}"
    if isinstance(error, distributed.KilledWorker):
        what = "several workers in turn were ended while they read the same stretch"
        return Unreachable(where, what, "give each worker more memory (2 GB are plenty)")
    if isinstance(error, ModuleNotFoundError):
        what = f"a worker lacks what reads ({error.name})"
        return UsageError(where, what, f"{INSTALL} on every worker")
    gone = (CancelledError, ConnectionError, distributed.comm.CommClosedError)
    if isinstance(error, gone) or client.status != "running":
        return Unreachable(where, "went away while it read", "start it again, then try again")
    return None


@dataclass(frozen=True, slots=True)
class Task:
    """A task, and the versions of who gave it: a worker may join after all were asked."""

    task: Callable[..., Any]
    versions: tuple[str, str]

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Do it. Raises UsageError."""
        own = (version.VERSION, "{}.{}".format(*sys.version_info))
        if own != self.versions:
            raise _mismatch("a worker", own, self.versions)
        with kept():
            return self.task(*arguments, **options)
