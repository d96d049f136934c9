"""The onboarding page as a parser of its markup reads it."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt


class Read(HTMLParser):
    """The page's elements, the texts of its code, and its text as a reader sees it."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.codes, self.blocks, self.text = set(), [], [], ""
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = {name for name, _ in attributes}
        self.tags.add(tag)
        assert not [name for name in names if name.startswith("on") or name == "src"]
        self._open.append((tag, dict(attributes)))
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "pre":
            self.blocks.append(self.codes.pop())

    def handle_data(self, data):
        self.text += data
        if any(tag == "code" for tag, _ in self._open):
            self.codes[-1] += data


def read(form, text):
    """Codes within lines, and blocks of code."""
    if form == "html":
        found = Read(text)
        assert not found.tags & {"script", "img", "iframe", "object", "form"}
        return found.codes, [block.rstrip("\n") for block in found.blocks]
    codes, blocks = [], []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "fence":
            blocks.append(token.content.rstrip("\n"))
        assert token.type not in {"html_block", "code_block"}, token.content
        for child in token.children or ():
            assert child.type not in {"html_inline", "link_open", "image"}, child.content
            if child.type == "code_inline":
                codes.append(child.content)
    return codes, blocks
