"""`python docs/site.py FOLDER`: the pages as the site's builder takes them.

The pages are written to be read where the repository is: the README links into docs/, and docs/
links out of itself. Here each link leads to a page of the site: README.md is its first, and a file
of the repository that some page links to is a page with its content.
"""

import argparse
import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST = "README.md"
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages that are not in docs/, where they are there."""

PICTURES = {".png", ".svg", ".webp"}
FILES = Path("files")
"""Of the site: where the repository's files are shown."""

_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s]+)(\))")
_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_KINDS = {".json": "json", ".py": "python", ".sh": "bash", ".toml": "toml"}
_KINDS |= {".yaml": "yaml", ".yml": "yaml"}


class Site:
    """The folder that the pages go into."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty one."""
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def write(self) -> None:
        """Write every page, and what they link to."""
        for page in (ROOT / FIRST, *(ROOT / name for name in BESIDE)):
            if page.is_file():
                self._page(page)
        for path in sorted((ROOT / "docs").iterdir()):
            if path.suffix == ".md":
                self._page(path)
            elif path.suffix in PICTURES:
                shutil.copy(path, self.folder / path.name)

    def _page(self, source: Path) -> None:
        text = _LINK.sub(
            lambda found: found[1] + self._link(found[2], source) + found[3],
            source.read_text(encoding="utf-8"),
        )
        (self.folder / _name(source)).write_text(_bars(text), encoding="utf-8")

    def _link(self, link: str, source: Path) -> str:
        """Where the site has what a page links to."""
        if ":" in link or link.startswith("#"):
            return link
        path, mark, anchor = link.partition("#")
        target = (source.parent / path).resolve()
        if target.suffix in {".md", *PICTURES} and target.parent in {ROOT, ROOT / "docs"}:
            return _name(target) + mark + anchor
        return self._shown(target).as_posix() + mark + anchor

    def _shown(self, target: Path) -> Path:
        """The page of a file of the repository, or of a folder with all that is in it."""
        place = target.relative_to(ROOT)
        page = FILES / f"{place}.md"
        if (self.folder / page).exists():
            return page
        (self.folder / page).parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            files = sorted(path for path in target.iterdir() if path.is_file())
            rows = [
                f"- [{file.name}]({os.path.relpath(self._shown(file), page.parent)})"
                for file in files
            ]
            content = "\n".join(rows)
        else:
            text = target.read_text(encoding="utf-8").rstrip("\n")
            content = f"````{_KINDS.get(target.suffix, 'text')}\n{text}\n````"
        (self.folder / page).write_text(f"# {place}\n\n{content}\n", encoding="utf-8")
        return page


def _bars(text: str) -> str:
    """A bar in the code of a table's cell needs an escape at a forge, and shows it in the site."""
    return _ROW.sub(lambda row: _CODE.sub(lambda c: c[0].replace("\\|", "|"), row[0]), text)


def _name(page: Path) -> str:
    return "index.md" if page == ROOT / FIRST else page.name


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="that is made anew")
    Site(parser.parse_args().folder).write()
