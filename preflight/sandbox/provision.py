"""Applies the Pulumi program once to the sandbox's clouds, through Pulumi's own test monitor.

It is the real program, and every resource is really created; but it is no `pulumi up`: there is no
engine, no state, no preview and no diff, so a second run creates everything a second time.
"""

import asyncio
import contextvars
import importlib
import logging
import runpy
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from preflight.sandbox.handlers import Create, Handler, Invoke
from preflight.sandbox.program import program_folder, stack_settings
from preflight.seams import UsageError

if TYPE_CHECKING:
    from pulumi.runtime.stack import Stack

Found = TypeVar("Found")

Progress = Callable[[str, str, str], None]
"""Called with (type token, logical name, physical id) when a resource exists."""

WORKERS = 8
"""How many resources are created at once: each waits for a cloud, none computes."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, and no secret itself
"""Key and value that mark a secret on Pulumi's wire. Source: its sdk/go/common/resource/sig."""

CLOUDS = {"aws": "aws", "gcp": "gcp", "azure-native": "azure"}
"""Package of a type token -> module in preflight.sandbox.handlers."""


class Handlers(Protocol):
    """What acts for the provider plugins."""

    def create(self, token: str) -> Create:
        """Who creates resources of this type. Raises UsageError where nobody does."""

    def invoke(self, token: str) -> Invoke:
        """Who answers this function. Raises UsageError where nobody does."""


@dataclass(frozen=True, slots=True)
class SandboxHandlers:
    """The handlers of the sandbox's clouds; each cloud's are made when they are first needed."""

    env: Mapping[str, str]
    _tables: dict[str, tuple[Mapping[str, Handler], Mapping[str, Invoke]]] = field(
        default_factory=dict
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, token: str) -> Create:
        """Who creates resources of this type. Raises UsageError where nobody does."""
        return self.handler(token).create

    def handler(self, token: str) -> Handler:
        """Who looks after resources of this type. Raises UsageError where nobody does."""
        return _known(self._cloud(token)[0], token, "resource type")

    def invoke(self, token: str) -> Invoke:
        """Who answers this function. Raises UsageError where nobody does."""
        return _known(self._cloud(token)[1], token, "function")

    def _cloud(self, token: str) -> tuple[Mapping[str, Handler], Mapping[str, Invoke]]:
        name = CLOUDS.get(token.partition(":")[0])
        if name is None:
            return {}, {}
        with self._lock:
            if name not in self._tables:
                module = importlib.import_module(f"preflight.sandbox.handlers.{name}")
                self._tables[name] = module.handlers(self.env), module.invokes(self.env)
            return self._tables[name]


def provision(
    config: Mapping[str, object],
    env: Mapping[str, str],
    *,
    program: Path | None = None,
    stack: str = "sandbox",
    handlers: Handlers | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the Pulumi program against the sandbox and return the stack's outputs as JSON values.

    Args:
        config: settings by the names they have in Pulumi.yaml; what is missing takes its default.
        env: the operator's environment variables for the clouds.
        program: the folder of Pulumi.yaml; by default looked for from here upwards.
        stack: the stack's name.
        handlers: what acts for the provider plugins; the sandbox's by default.
        progress: told of every resource that was created, one at a time, from any thread.

    Raises:
        UsageError: there is no program, a setting is unknown or missing, or a type has no handler.
        pulumi.RunError: the program refuses a setting.
        Exception: what a handler raised, as itself.
    """
    folder = program_folder(program)
    project, settings = stack_settings(folder, config)
    run = _Run(
        folder / str(project.get("main", ".")) / "__main__.py",
        str(project["name"]),
        stack,
        settings,
        SandboxHandlers(env) if handlers is None else handlers,
        progress or _say_nothing,
    )
    # Pulumi keeps its settings in context variables and its loop in the thread: with both of their
    # own nothing is left behind, and a caller with a running loop can provision too.
    with ThreadPoolExecutor(1, thread_name_prefix="provision") as thread:
        return thread.submit(contextvars.Context().run, _on_own_loop, run).result()


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a program's main file."""

    main: Path
    project: str
    stack: str
    settings: Mapping[str, str]
    handlers: Handlers
    progress: Progress


async def _apply(run: _Run) -> dict[str, Any]:
    """Run the program on the running loop. Raises what it, or a handler, raises first."""
    import pulumi  # noqa: PLC0415 - start-up stays instant
    from pulumi import runtime  # noqa: PLC0415
    from pulumi.runtime.settings import reset_options  # noqa: PLC0415
    from pulumi.runtime.stack import run_pulumi_func  # noqa: PLC0415

    telling = threading.Lock()

    class Clouds(runtime.Mocks):
        """Hands each registration and call to its handler."""

        def new_resource(self, args: runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
            if not args.custom:  # a component: nothing at any provider
                return args.name, args.inputs
            made, outputs = run.handlers.create(args.typ)(args.name, plain(args.inputs))
            with telling:
                run.progress(args.typ, args.name, made)
            return made, outputs

        def call(self, args: runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
            answer = run.handlers.invoke(args.token)
            try:
                return answer(plain(args.args)), []
            except Exception as error:  # noqa: BLE001 - it is the program's to handle, as with the engine
                return {}, [(args.token, f"{type(error).__name__}: {error}")]

    log = logging.getLogger(__name__)
    log.disabled = True  # what goes wrong is raised, and so need not be printed as well
    reset_options()  # what set_mocks leaves alone still holds the tasks of the run before
    runtime.set_mocks(Clouds(), run.project, run.stack, preview=False, logger=log)
    runtime.set_all_config(dict(run.settings))
    await run_pulumi_func(lambda: _run_file(run.main))
    outputs = cast("Stack", runtime.get_root_resource()).outputs
    found: dict[str, Any] = plain(await pulumi.Output.all(**outputs).future())
    return found


def _run_file(main: Path) -> None:
    root = str(main.parent.parent)
    if root not in sys.path:  # where the project is not installed editable
        sys.path.append(root)
    with warnings.catch_warnings():
        # The AWS SDK names its old resources when it is imported, whether they are used or not.
        warnings.filterwarnings("ignore", r".* has been deprecated in favor of", DeprecationWarning)
        runpy.run_path(str(main), run_name="pulumi_program")


def _on_own_loop(run: _Run) -> dict[str, Any]:
    """Run to the end on a new loop, and leave no task, thread or complaint behind."""
    loops = []

    def own_loop() -> asyncio.AbstractEventLoop:
        """Pulumi wants one in every thread it works in; what it makes itself, it never closes."""
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])
        return loops[-1]

    loop = own_loop()
    loop.set_default_executor(ThreadPoolExecutor(WORKERS, "provision-worker", own_loop))
    # After the first failure, which is raised, Pulumi's other tasks fail of it in turn.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        return loop.run_until_complete(_apply(run))
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        for each in loops:
            each.close()


def plain(value: Any) -> Any:
    """The value as the program gave it: Pulumi's wire knows only floats, and wraps a secret."""
    if isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET:
        return plain(value["value"])
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _known(table: Mapping[str, Found], token: str, kind: str) -> Found:
    if token not in table:
        raise UsageError(token, f"is a {kind} that the sandbox cannot make", "add a handler for it")
    return table[token]


def _say_nothing(_token: str, _name: str, _made: str) -> None:
    """The progress of whoever does not want to know."""
