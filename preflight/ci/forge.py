"""GitHub's REST API: the comment on a pull request, and code scanning.

https://docs.github.com/rest, version 2022-11-28. What a token may not do is told and passed over:
the verdict is the exit code's, and a pull request of a fork has a token that may only read.
"""

import base64
import gzip
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from preflight.render.printable import printable

SECONDS = 30.0
_PAGE, _PAGES = 100, 30
_ACCEPTED = 300


class Refused(Exception):
    """GitHub said no, or nothing; in one sentence."""


@dataclass(frozen=True, slots=True)
class Forge:
    """One repository, and the token that the job has."""

    url: str
    repository: str
    token: str

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> "Forge":
        """The one that the job runs for. Raises Refused where it has no token."""
        token = environ.get("GITHUB_TOKEN", "")
        repository = environ.get("GITHUB_REPOSITORY", "")
        if not token or not repository:
            raise Refused("there is no GITHUB_TOKEN")
        url = environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(url.rstrip("/"), repository, token)

    def comment(self, number: int, text: str, mark: str) -> None:
        """Put the comment on the pull request, in the place of an earlier one. Raises Refused."""
        issue = f"/repos/{self.repository}/issues"
        for known in self._comments(f"{issue}/{number}/comments"):
            # Whoever comments can copy the mark: only what a job wrote is written over.
            ours = (known.get("user") or {}).get("type") == "Bot"
            if ours and str(known.get("body", "")).startswith(mark):
                self._call("PATCH", f"{issue}/comments/{int(known['id'])}", {"body": text})
                return
        self._call("POST", f"{issue}/{number}/comments", {"body": text})

    def scanned(self, log: Mapping[str, Any], commit: str, ref: str) -> None:
        """Upload a SARIF log to code scanning. Raises Refused."""
        packed = base64.b64encode(gzip.compress(json.dumps(log).encode())).decode()
        shape = {"commit_sha": commit, "ref": ref, "sarif": packed}
        self._call("POST", f"/repos/{self.repository}/code-scanning/sarifs", shape)

    def _comments(self, path: str) -> Iterator[Mapping[str, Any]]:
        for page in range(1, _PAGES + 1):
            found = self._call("GET", f"{path}?per_page={_PAGE}&page={page}")
            if not isinstance(found, list):
                raise Refused("GitHub's list of comments is no list")
            yield from found
            if len(found) < _PAGE:
                return

    def _call(self, method: str, path: str, shape: Mapping[str, Any] | None = None) -> Any:
        import httpx2  # noqa: PLC0415 - only where GitHub is called

        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        try:
            answer = httpx2.request(
                method, f"{self.url}{path}", headers=headers, json=shape, timeout=SECONDS
            )
            told = answer.json() if answer.content else None
        except (httpx2.HTTPError, ValueError) as error:
            raise Refused(f"GitHub gave no answer ({type(error).__name__})") from None
        if answer.status_code >= _ACCEPTED:
            words = told.get("message", "") if isinstance(told, Mapping) else ""
            said = printable(str(words))[:200].replace(self.token, "***")
            raise Refused(f"GitHub answers HTTP {answer.status_code} ({said or 'no reason given'})")
        return told
