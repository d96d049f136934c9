"""The picture of who trusts whom: boxes and numbered arrows, as wide as a phone.

Each arrow has the sign of how it stands and a line of its own look: no colour is needed to read it.
"""

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from preflight.render.elements import tag
from preflight.render.findings import MARKS, Kind
from preflight.render.html_findings import ANCHORS
from preflight.render.trust import Party, Trust

WIDE, HIGH, GAP, PITCH = 116, 46, 62, 82
"""Of a party's box, between the columns, and from row to row; in pixels."""

LONGEST = 16
"""Characters of a name that fit into a box; the words beside the picture have all of it."""

STANDS: Mapping[Kind | None, str] = {
    Kind.FAILED: "fails",
    Kind.UNKNOWN: "is not known",
    Kind.WAIVED: "is waived",
    Kind.SKIPPED: "was not asked",
    Kind.PASSED: "holds",
    None: "was not asked",
}


def look_of(kind: Kind | None) -> str:
    """The class that has the colour of how it stands."""
    return "skipped" if kind is None else ANCHORS[kind]


def sign_of(kind: Kind | None) -> str:
    """The sign of how it stands."""
    return MARKS[kind or Kind.SKIPPED]


def picture(
    trust: Trust, steps: Sequence[Kind | None], parties: Mapping[str, Kind | None]
) -> ET.Element:
    """The drawing.

    Args:
        trust: what is drawn.
        steps: how each stands.
        parties: how each stands, by its short name.
    """
    rows = max(party.row for party in trust.parties.values())
    high = int(rows * PITCH + HIGH + 4)
    wide = 2 * WIDE + GAP + 4
    wrong = [f"{n} {STANDS[kind]}" for n, kind in enumerate(steps, 1) if kind is not Kind.PASSED]
    states = f"step {', '.join(wrong)}" if wrong else "every step holds"
    chain = ", ".join(party.kind for party in trust.parties.values())
    lines = [
        _arrow(number, trust.parties[step.source], trust.parties[step.target], kind)
        for number, (step, kind) in enumerate(zip(trust.steps, steps, strict=True), 1)
    ]
    made = tag(
        "svg",
        (line for line, _ in lines),
        (_box(party, parties[name]) for name, party in trust.parties.items()),
        (pill for _, pill in lines),
        viewBox=f"-2 -2 {wide} {high}",
        width=f"{wide}",
        height=f"{high}",
        role="img",
        aria_label=f"Who trusts whom at {trust.title}: {chain}; {states}. The list has the same.",
        focusable="false",
    )
    made.set("class", "picture")
    return made


def _box(party: Party, kind: Kind | None) -> ET.Element:
    """A drawing within the drawing: what is too wide for it is cut off at its edge."""
    wrong = kind if kind not in {None, Kind.PASSED, Kind.SKIPPED} else None
    look = f"party {look_of(wrong)}" if wrong else "party"
    sign = f"{sign_of(wrong)} " if wrong else ""
    return tag(
        "svg",
        tag(
            "rect",
            x="1",
            y="1",
            width=f"{WIDE - 2}",
            height=f"{HIGH - 2}",
            rx="7",
            class_="own" if party.column else "who",
        ),
        tag("text", f"{sign}{party.kind}", x="8", y="20", class_="kind"),
        tag("text", short(party.name), x="8", y="35", class_="called"),
        x=f"{party.column * (WIDE + GAP)}",
        y=f"{party.row * PITCH:g}",
        width=f"{WIDE}",
        height=f"{HIGH}",
        class_=look,
    )


def short(name: str) -> str:
    """The part of a long name that tells it from others, as long as a box is wide."""
    if len(name) > LONGEST:
        if name.startswith("arn:"):
            name = re.split(r"[/:]", name)[-1] or name
        elif (found := _ADDRESS.match(name)) is not None:
            name = found[1]
        name = name.partition("@")[0] or name
        name = name.partition(" (of ")[0] or name
    if len(name) <= LONGEST:
        return name
    # Names that a program makes begin alike, and differ at their ends.
    return f"{name[:HEAD]}\u2026{name[HEAD + 1 - LONGEST :]}"


HEAD = 7
"""Of what is kept of a name, the characters before the cut."""

_ADDRESS = re.compile(r"https?://([^/]+)")


def _arrow(
    number: int, source: Party, target: Party, kind: Kind | None
) -> tuple[ET.Element, ET.Element]:
    """The arrow with its head, and the pill with its number and sign."""
    (x1, y1), (x2, y2) = _ends(source, target)
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    along, across = (x2 - x1) / length, (y2 - y1) / length
    x2, y2 = x2 - along, y2 - across
    back = (x2 - 7 * along, y2 - 7 * across)
    sides = [(back[0] + turn * 4 * across, back[1] - turn * 4 * along) for turn in (1, -1)]
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x2, y2), *sides))
    look = look_of(kind)
    arrow = tag(
        "g",
        tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{back[0]:.1f}", y2=f"{back[1]:.1f}"),
        tag("polygon", points=head),
        class_=f"arrow {look}",
    )
    middle, height = (x1 + x2) / 2, (y1 + y2) / 2
    pill = tag(
        "g",
        tag("rect", x=f"{middle - 14:.1f}", y=f"{height - 9:.1f}", width="28", height="18", rx="9"),
        tag("text", f"{number} {sign_of(kind)}", x=f"{middle:.1f}", y=f"{height + 4:.1f}"),
        class_=f"pill {look}",
    )
    return arrow, pill


def _ends(source: Party, target: Party) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where an arrow leaves one box and reaches the other."""
    above, below = source.row * PITCH, target.row * PITCH
    if source.column == target.column:
        middle = source.column * (WIDE + GAP) + WIDE / 2
        down = below > above
        return (middle, above + HIGH * down), (middle, below + HIGH * (not down))
    start = min(max(below + HIGH / 2, above + 12), above + HIGH - 12)
    end = min(max(above + HIGH / 2, below + 12), below + HIGH - 12)
    right = target.column > source.column
    left_edge, right_edge = WIDE, WIDE + GAP
    return (
        (left_edge if right else right_edge, start),
        (right_edge if right else left_edge, end),
    )
