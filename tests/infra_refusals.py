"""What the program says of settings that it refuses; nothing is asked or made before."""

import pytest
from infra_world import Recorder, run

from infra.config import SettingsError


def refusal(config):
    recorder = Recorder()
    with pytest.raises(SettingsError) as refused:
        run(config, recorder)
    assert not recorder.resources
    assert not recorder.calls
    return str(refused.value)
