"""A server that tells the gateway client what a test wants it told."""

import json
import time

import pytest
from flask import Flask, Response, request

from preflight.cloud import gateway
from preflight.contract import Gateway, OpenAI
from preflight.sandbox.serving import serve

KEY = "tfy-very-secret"
ROUTE = OpenAI("openai-main", "gpt-4o-mini")
BATCHES = {
    "object": "list",
    "data": [
        {"id": "batch_1", "object": "batch", "status": "in_progress"},
        {"id": "arn%3Aaws", "object": "batch", "status": "PartiallyCompleted"},
    ],
    "has_more": False,
}


class Double:
    """A server that gives one answer to everything, after its pages, and knows what was asked."""

    def __init__(self):
        self.url = ""
        self.reset()

    def reset(self):
        self.answer = BATCHES
        self.pages = []
        self.asked = []
        self.pause = 0

    def app(self):
        app = Flask("gateway-double")

        @app.get("/<path:path>")
        def answer(path):
            self.asked.append((f"/{path}", request.args.to_dict(), dict(request.headers)))
            time.sleep(self.pause)
            told = self.pages.pop(0) if self.pages else self.answer
            if isinstance(told, Response):
                return told
            return Response(json.dumps(told), 200, content_type="application/json")

        return app


def said(status, body):
    return Response(json.dumps(body), status, content_type="application/json")


@pytest.fixture(scope="module")
def served():
    double = Double()
    with serve(double.app()) as double.url:
        yield double


@pytest.fixture
def double(served, monkeypatch):
    served.reset()
    monkeypatch.setenv("TFY_API_KEY", KEY)
    monkeypatch.setattr(gateway, "_PAUSE_SECONDS", 0.01)
    return served


def look(double, method="batches", route=ROUTE):
    return getattr(gateway.connect(Gateway(double.url)), method)(route)
