"""The real Pulumi engine on a stack of its own: offline, with the stand-ins for its plugins."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from engine.standin import serving

NEEDS_ENGINE = [pytest.mark.engine, pytest.mark.timeout(280)]
"""The marks of every test that drives the real engine."""

if shutil.which("pulumi") is None:
    # Not as a condition: then pytest would say so in a line for each test.
    NEEDS_ENGINE.append(pytest.mark.skip(reason="pulumi is not on the PATH"))

ROOT = Path(__file__).parents[2]
PACKAGES = ("aws", "gcp", "azure-native")
NAME = "dev"
PATIENCE_SECONDS = 120

ATTACHED = "PULUMI_DEBUG_PROVIDERS"
"""The engine's own variable: PACKAGE:PORT of each provider that runs already."""

_KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Step:
    """One thing that the engine does to a resource; `paths` are the inputs that differ."""

    op: str
    kind: str
    name: str
    paths: tuple = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a command: the exit code, how many of what, each step but "same", what it said.

    `counts` is as Pulumi's own summary has it, the stack and the components included.
    """

    code: int
    counts: dict
    steps: tuple
    said: str

    def of(self, op):
        """(type, name) of what was done that to, without the stack, components and providers."""
        return {
            (step.kind, step.name)
            for step in self.steps
            if step.op == op and not step.kind.startswith(("pulumi:", "batch-preflight:"))
        }


class Stack:
    """A stack in a project folder like a checkout's, with the state in a folder beside it."""

    def __init__(self, folder, clouds, settings=None):
        """`clouds` are the environment variables that the plugins find the clouds by.

        `settings` is a stack file to begin with; it is put in place before the stack is made.
        """
        self.project = folder / "project"
        for made in (self.project, folder / "state", folder / "home", folder / "plugins"):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "Pulumi.yaml", self.project)
        (self.project / "infra").symlink_to(ROOT / "infra")
        (self.project / ".venv").symlink_to(sys.prefix)
        for package in PACKAGES:
            _install(folder / "plugins", package)
        self.env = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            **clouds,
            "PATH": f"{folder / 'plugins'}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_CREDENTIAL_STORE": "plaintext",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
            "PULUMI_DISABLE_CI_DETECTION": "true",
            # One event a line for every command, also for a preview.
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
            # No plugin asks a proxy for loopback.
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        if settings is not None:
            shutil.copy(settings, self.project / f"Pulumi.{NAME}.yaml")
        self.plainly("stack", "init", NAME)

    @contextmanager
    def attached(self):
        """In the block the engine asks stand-ins that run here, and starts none for each command.

        To load the clouds' clients takes longer than most commands take.
        """
        with ExitStack() as started:
            self.env[ATTACHED] = ",".join(
                f"{package}:{started.enter_context(serving(package, dict(self.env)))}"
                for package in PACKAGES
            )
            yield
            del self.env[ATTACHED]

    def plainly(self, *words):
        """Run a command that is expected to succeed; its standard output."""
        done = self._run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def set(self, **settings):
        """Set what the stack is configured with."""
        words = []
        for key, value in settings.items():
            if isinstance(value, list | tuple):
                self.set_list(key, value)
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            words += ["--plaintext", f"{key}={text}"]
        if words:
            self.plainly("config", "set-all", "--stack", NAME, *words)

    def set_list(self, key, entries):
        """Set a list, entry by entry: there is no other way at the command line."""
        self._run("config", "rm", "--stack", NAME, key)  # it may have been longer, or not there
        words = []
        for index, entry in enumerate(entries):
            words += ["--plaintext", f"{key}[{index}]={entry}"]
        self.plainly("config", "set-all", "--stack", NAME, "--path", *words)

    @contextmanager
    def as_it_was(self):
        """Settings changed in the block are as before after it."""
        file = self.project / f"Pulumi.{NAME}.yaml"
        before = file.read_bytes()
        try:
            yield
        finally:
            file.write_bytes(before)

    def preview(self, *flags):
        return self._act("preview", *flags)

    def up(self, *flags):
        return self._act("up", "--yes", "--skip-preview", *flags)

    def refresh(self, *flags):
        return self._act("refresh", "--yes", "--skip-preview", *flags)

    def destroy(self):
        return self._act("destroy", "--yes", "--skip-preview")

    def urn(self, component, kind, name):
        """Of a resource in a component of the program, as the engine calls it."""
        return f"urn:pulumi:{NAME}::batch-preflight::batch-preflight:{component}${kind}::{name}"

    def outputs(self):
        return json.loads(self.plainly("stack", "output", "--json", "--stack", NAME))

    def _act(self, command, *flags):
        done = self._run(command, "--stack", NAME, "--json", *flags)
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        counts, steps, said = {}, [], [done.stderr]
        for event in events:
            if "summaryEvent" in event:
                counts = event["summaryEvent"].get("resourceChanges") or {}
            elif "resourcePreEvent" in event:
                about = event["resourcePreEvent"]["metadata"]
                name = about["urn"].split("::")[3]
                paths = tuple(sorted(about.get("detailedDiff") or {}))
                steps.append(Step(about["op"], about["type"], name, paths))
            elif event.get("diagnosticEvent", {}).get("severity") in {"error", "warning"}:
                said.append(event["diagnosticEvent"]["message"])
        kept = tuple(step for step in steps if step.op not in {"same", "refresh"})
        return Outcome(done.returncode, counts, kept, "".join(said))

    def _run(self, *words):
        return subprocess.run(  # no shell; a fixed command
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.project,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )


def _install(folder, package):
    """Put the stand-in on the PATH under the plugin's name."""
    launcher = folder / f"pulumi-resource-{package}"
    launcher.write_text(
        "#!/bin/sh\n"
        f'PYTHONPATH="{ROOT / "tests"}" exec "{sys.executable}" -m engine.plugin {package} "$@"\n'
    )
    launcher.chmod(0o755)
