"""`preflight permissions` run on a promise file."""

import json

import pytest
from permission_shapes import outputs


@pytest.fixture
def promises(tmp_path):
    """Writes a promise file: the program's own outputs, changed so."""

    def write(change=lambda made: None):
        made = outputs()
        change(made)
        path = tmp_path / "promises.json"
        path.write_text(json.dumps(made))
        return path

    return write


@pytest.fixture
def shown(preflight):
    def run(*arguments, form="json"):
        code, out, err = preflight("permissions", *arguments, "--format", form)
        assert (code, err) == (0, "")
        return out if form != "json" else json.loads(out)

    return run
