"""What the checks of one CI job come to, in one comment and one exit code."""

from preflight.ci.checking import Checked, worst
from preflight.ci.comment import body, marked
from preflight.render.markdown import LONGEST, MARK


def test_a_comment_stays_within_what_github_takes_and_bad_files_find_room_first(tmp_path):
    done = []
    for number in range(30):
        base = tmp_path / f"{number:04}"
        code = 1 if number >= 20 else 0
        (tmp_path / f"{number:04}.md").write_text(
            f"{MARK}\n{'bad' if code else 'good'} {'x' * 4000}\n"
        )
        done.append(Checked(f"{number}.jsonl", code, "", base))
    text = body(done, ["a note"], "1a2b")
    assert LONGEST - 5000 < len(text) < LONGEST + 200
    assert text.startswith(marked("1a2b"))
    assert text.count(MARK) == 1
    assert text.count("\nbad ") == 10
    left_out = 20 - text.count("\ngood ")
    assert f"There is no room here for {left_out} more" in text


def test_the_worst_verdict_counts_and_what_broke_off_is_no_verdict(tmp_path):
    def came_out(*codes):
        return worst([Checked("a", code, "", tmp_path) for code in codes])

    assert [came_out(), came_out(0), came_out(0, 3), came_out(3, 2), came_out(2, 1, 3)] == [
        *(0, 0, 3, 2, 1)
    ]
    assert came_out(0, -9) == 3
    assert Checked("a", -9, "", tmp_path).verdict == "BROKE OFF"
