"""The one comment on a pull request: what all checks of a job came to."""

from collections.abc import Sequence

from preflight.ci.checking import Checked, worst
from preflight.render.findings import quotable
from preflight.render.markdown import LONGEST, MARK, code, prose

MARKS = {0: "✓", 1: "✗", 2: "✗", 3: "?"}
_HEADS = {
    0: "READY: every request file would run",
    1: "NOT READY: a job would be refused or lost",
    2: "UNREADABLE: a file or the promises cannot be read",
    3: "CANNOT TELL: a question got no answer",
}


def marked(job: str) -> str:
    """The beginning of the comment, by which the job's next run finds it."""
    return f"{MARK}\n<!-- job {job} -->\n"


def body(done: Sequence[Checked], notes: Sequence[str], job: str) -> str:
    """The comment; reports that it has no room for are counted.

    Args:
        done: all checks.
        notes: what else is to be said, such as why nobody was asked.
        job: see `marked`.
    """
    found = worst(done)
    parts = [f"{marked(job)}\n## {MARKS[found]} {_HEADS[found]}\n"]
    parts += [f"\n{prose(quotable(note))}.\n" for note in notes]
    if len(done) > 1:
        rows = "".join(f"| {_cell(one)} | {one.verdict} |\n" for one in done)
        parts.append(f"\n| Request file | Verdict |\n| --- | --- |\n{rows}")
    made, left_out = "", 0
    # What is to be repaired finds room first.
    for part in (*parts, *map(_report, sorted(done, key=lambda one: one.code == 0))):
        if len(made) + len(part) > LONGEST:
            left_out += 1
        else:
            made += part
    if left_out:
        made += f"\nThere is no room here for {left_out:,} more; the job's summary has all.\n"
    return made


def _cell(one: Checked) -> str:
    return code(quotable(one.name)).replace("|", "\\|")


def _report(one: Checked) -> str:
    text = one.report("md")
    if text is None:
        said = prose(quotable(one.said)) if one.said else "can be read"
        return f"\n### {code(quotable(one.name))}\n\n{one.verdict}: {said}\n"
    return f"\n### {code(quotable(one.name))}\n{text.removeprefix(MARK).replace(MARK, '')}"
