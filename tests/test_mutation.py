"""Mutation testing: the changes it makes, the mutants that may live, the tests that judge them."""

import tomllib

import pytest
from mutation import run
from mutation.mutants import mutants, plain
from mutation.trial import Trial, copied

LISTED = tomllib.loads((run.HERE / "listed.toml").read_text())["mutant"]
JUDGED = ("checks", "iam", "catalog")
ALONE = ("limits.py", "runner.py", "report.py", "waivers.py")


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['module']}: {row['was'][:40]}")
def test_a_mutant_that_may_live_changes_what_its_module_says_and_tells_why(row):
    source = (run.ROOT / row["module"]).read_text()
    assert plain(source).count(row["was"]) == 1
    assert plain(plain(source).replace(row["was"], row["becomes"])) != plain(source)
    assert len(row["why"]) > 20


def test_no_mutant_is_listed_twice():
    rows = [(row["module"], row["was"], row["becomes"]) for row in LISTED]
    assert len(set(rows)) == len(rows)


def test_each_module_that_decides_is_judged_by_tests():
    folders = (run.ROOT / "preflight" / name for name in JUDGED)
    modules = [path for folder in folders for path in folder.glob("*.py")]
    modules += [run.ROOT / "preflight" / name for name in ALONE]
    names = [str(path.relative_to(run.ROOT)) for path in modules if path.name != "__init__.py"]
    assert {name for name in names if not run.judges(name)} == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a <= b"}),
        ("a and b", {"a or b", "a", "b"}),
        ("not a", {"a"}),
        (
            "x = 1 if a else b",
            {"x = 2 if a else b", "x = 1 if True else b", "x = 1 if False else b"},
        ),
        ("[a for a in b if a]", {"[a for a in b]"}),
        ("x = 7", {"x = 8", "x = 6"}),
        ("x = True", {"x = False"}),
        ("x = a in {'b', 'c'}", {"x = a not in {'b', 'c'}", "x = a in {'b'}", "x = a in {'c'}"}),
        ("x = any(a)", {"x = all(a)"}),
        ("x = a.lower()", {"x = a.upper()", "x = a"}),
        ("x = Unknown('a', 'b')", {}),
        ("'words'", set()),
        ("x: int | str", set()),
        ("if TYPE_CHECKING:\n    from a import b", set()),
    ],
)
def test_a_small_wrong_change_is_made_to_each_element(source, expected):
    assert {mutant.text for mutant in mutants(source)} >= set(expected)
    assert all(plain(source) != mutant.text for mutant in mutants(source))
    if not expected and "Unknown" not in source:
        assert list(mutants(source)) == []


def test_an_outcome_is_turned_into_the_others():
    texts = [mutant.text for mutant in mutants("def f():\n    return Failed('a', 'b')")]
    assert sum("outcomes.Passed('a')" in text for text in texts) == 1
    assert sum("outcomes.Unknown('a', 'x')" in text for text in texts) == 1


def test_a_mutant_is_killed_where_a_test_fails_and_lives_where_none_does(tmp_path):
    for folder in ("odd_package", "tests"):
        (tmp_path / "tree" / folder).mkdir(parents=True)
    files = {
        "odd_package/odd_name.py": "def least(a, b):\n    return a if a < b else b\n",
        "tests/test_it.py": "from odd_package.odd_name import least\n\n\n"
        "def test_it():\n    assert least(1, 2) == 1 and least(3, 2) == 2\n",
    }
    for name, text in files.items():
        (tmp_path / "tree" / name).write_text(text)
    copied(tmp_path / "tree", files, tmp_path / "copy")
    trial = Trial(tmp_path / "copy", "odd_package/odd_name.py", ["tests/test_it.py"])
    source = files["odd_package/odd_name.py"]
    lives = [mutant.becomes for mutant in mutants(source) if not trial.kills(mutant.text)]
    assert lives == ["a <= b"]
    assert (tmp_path / "tree/odd_package/odd_name.py").read_text() == source
