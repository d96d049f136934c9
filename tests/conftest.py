"""What many tests share: an environment that points at no real cloud, and whole sandboxes."""

import os
import re
from datetime import date

import certifi
import pytest

from preflight.catalog import source, yours
from preflight.cli import main

ONLY_WHEN_ASKED = {
    "airflow": "needs an environment of its own, see make test-airflow",
    "browser": "takes a minute",
    "contract": "installs other gateways",
    "exhaustive": "takes minutes",
    "fuzz": "takes minutes",
    "oracle": "installs an outside evaluator",
    "scale": "takes minutes",
    "tools": "installs tools",
}
"""Why the tests of a marker are no part of the normal run."""

CLOUD_VARIABLES = ("AWS_", "GOOGLE_", "AZURE_", "IDENTITY_", "PREFLIGHT_", "TFY_", "CLOUDSDK_")


def pytest_collection_modifyitems(config, items):
    """Leave out what takes long or installs something, unless its marker is asked for."""
    asked = re.findall(r"\w+", config.getoption("markexpr"))
    for item in items:
        for name, why in ONLY_WHEN_ASKED.items():
            if item.get_closest_marker(name) and name not in asked:
                item.add_marker(pytest.mark.skip(reason=f"{why}: pytest -m {name}"))


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory):
    """A file with one certificate authority: loopback needs none, and to read all takes a while."""
    end = "-----END CERTIFICATE-----\n"
    file = tmp_path_factory.mktemp("authorities") / "one.pem"
    file.write_text(certifi.contents().partition(end)[0] + end)
    return file


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch, tmp_path_factory, one_authority):
    """No test finds credentials, endpoints or a configuration of whoever runs it."""
    for name in list(os.environ):
        if name.startswith(CLOUD_VARIABLES):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSL_CERT_FILE", str(one_authority))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    # What is drawn goes by the terminal, and so must not go by the one that runs the tests.
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def the_day_of_the_tables(monkeypatch):
    """Tables do not age under the tests, no model of theirs ends, and nobody's own tables rule."""
    monkeypatch.setattr(source, "today", lambda: date(2026, 9, 1))
    yours.use(None)
    yield
    yours.use(None)


@pytest.fixture
def tables(tmp_path):
    """Put rows of the user's own in force: `(text)`."""

    def rule(text):
        path = tmp_path / "tables.toml"
        path.write_text(text)
        yours.use(str(path))

    return rule


@pytest.fixture
def preflight(capsys):
    """Run a command in this process: `(arguments) -> (exit code, stdout, stderr)`."""

    def run(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse's own way out
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
