"""Elements of an HTML page, built as a tree: text in it is text, whatever it holds."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

Child = ET.Element | str | None


def tag(name: str, /, *children: Child | Iterable[Child], **attributes: str) -> ET.Element:
    """An element; an attribute that is a word of Python's ends in `_`, and `_` within is `-`.

    A child that is None is left out.
    """
    element = ET.Element(
        name, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    )
    for child in children:
        several = [child] if child is None or isinstance(child, str | ET.Element) else child
        for one in several:
            _append(element, one)
    return element


def _append(element: ET.Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, ET.Element):
        element.append(child)
    elif len(element):
        element[-1].tail = (element[-1].tail or "") + child
    else:
        element.text = (element.text or "") + child


def document(root: ET.Element) -> str:
    """The whole document, in ASCII: it reads the same in whatever encoding it is stored."""
    return f"<!DOCTYPE html>\n{ET.tostring(root, encoding='us-ascii', method='html').decode()}\n"
