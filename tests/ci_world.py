"""A repository with request files of any name, and a GitHub that keeps what it is told."""

import base64
import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from cli_world import request
from flask import Flask, jsonify
from flask import request as asked

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
NAMES = (
    "plain.jsonl",
    "with blanks.jsonl",
    'it\'s "quoted".jsonl',
    "-leading-dash.jsonl",
    "--provider=azure.jsonl",
    "$(touch owned) `touch owned`;&.jsonl",
    "\u00fcml\u00e4ut \U0001f600.jsonl",
    "deep/er/one.jsonl",
    "[x]*?.jsonl",
    "a|b<script>.jsonl",
)
TOKEN = "a-token-of-the-workflow"


def lines(*ids):
    return "".join(f"{json.dumps(request(id_))}\n" for id_ in ids)


GOOD, BAD = lines("a", "b"), lines("a", "a")


class Repository:
    """A git repository that no configuration of the user's reaches."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        # As of any server that a shallow clone asks for one commit.
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, **files):
        """Commit all that is there; the commit's id."""
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=a change")
        return self.git("rev-parse", "HEAD")


@dataclass
class GitHub:
    """Its REST API, as far as the action uses it. `refuses` names parts of paths that get a 403."""

    refuses: tuple = ()
    comments: list = field(default_factory=list)
    logs: list = field(default_factory=list)
    seen: list = field(default_factory=list)

    def app(self):
        app = Flask(__name__)
        repository = "/repos/o/r"

        @app.before_request
        def look():
            self.seen.append(f"{asked.method} {asked.path}")
            if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
                return jsonify(message="Bad credentials"), 401
            if asked.method != "GET" and any(part in asked.path for part in self.refuses):
                return jsonify(message="Resource not accessible by integration"), 403
            return None

        @app.get(f"{repository}/issues/<int:number>/comments")
        def listed(number):
            page, each = int(asked.args["page"]), int(asked.args["per_page"])
            return jsonify(self.comments[(page - 1) * each : page * each])

        @app.post(f"{repository}/issues/<int:number>/comments")
        def made(number):
            self.say(asked.json["body"])
            return jsonify(self.comments[-1]), 201

        @app.patch(f"{repository}/issues/comments/<int:number>")
        def changed(number):
            (known,) = [one for one in self.comments if one["id"] == number]
            known["body"] = asked.json["body"]
            return jsonify(known)

        @app.post(f"{repository}/code-scanning/sarifs")
        def scanned():
            packed = base64.b64decode(asked.json["sarif"])
            self.logs.append(asked.json | {"sarif": json.loads(gzip.decompress(packed))})
            return jsonify(id="1"), 202

        return app

    def say(self, text, kind="Bot"):
        number = len(self.comments) + 1
        self.comments.append({"id": number, "body": text, "user": {"type": kind}})


def pull_request(base, *, fork=False, number=7):
    """The event's file."""
    head = "somebody/r" if fork else "o/r"
    return {
        "pull_request": {
            "number": number,
            "base": {"sha": base, "repo": {"full_name": "o/r"}},
            "head": {"sha": "0" * 40, "repo": {"full_name": head}},
        }
    }


def installed(folder):
    """What the action's first step leaves, without the installation."""
    program = folder / "batch-preflight" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
