"""Nobody is told to repair what is well: each variation is READY, and its job completes.

Where the verdict must be CANNOT TELL, the row says why; its job completes all the same.
"""

import pytest

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from worlds import by_world, judged, sandbox, worlds

from preflight.sandbox.variations import VARIATIONS

__all__ = ["sandbox", "worlds"]


@pytest.mark.parametrize("case", by_world(VARIATIONS), ids=lambda case: case.name)
def test_what_is_well_is_ready_and_completes(case, preflight, sandbox, worlds, tmp_path):
    provider = case.provider
    if case.apply:
        case.apply(sandbox)
    code, report, by_outcome = judged(preflight, sandbox, provider, *case.options)
    wrong = {kind: by_outcome.get(kind, {}) for kind in ("failed", "unknown")}
    assert not wrong["failed"], wrong
    assert set(wrong["unknown"]) == case.blinds, wrong
    expected = (3, "CANNOT TELL") if case.blinds else (0, "READY")
    assert (code, report["verdict"]) == expected
    requests = sandbox.request_file(provider)
    count = len(requests.read_bytes().splitlines())
    # The verdict is known: forced and offline, the run asks the clouds for none of it again.
    run = ("run", requests, "--provider", provider, "--out", tmp_path / "run", *case.options)
    code, out, err = preflight(*run, *(() if case.asks else ("--force", "--offline")))
    assert code == 0, out + err
    assert f"{count} results, 0 errors, 0 missing" in out
    worlds.known_good = True


def test_a_variation_that_cannot_be_told_says_why():
    assert all(bool(case.blinds) == bool(case.why) for case in VARIATIONS)
    assert len({case.name for case in VARIATIONS}) == len(VARIATIONS)
