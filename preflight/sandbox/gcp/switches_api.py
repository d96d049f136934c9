"""Doors of the sandbox's own: what nobody can do to a project of Google's by a call."""

from flask import Flask, Response, jsonify, request

from preflight.sandbox.gcp.world import World


class SwitchesApi:
    """The service agent's end, and a perimeter around Vertex AI."""

    def __init__(self, world: World) -> None:
        """Change this world."""
        self._world = world

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        app.add_url_rule("/sandbox/agent", view_func=self.delete_agent, methods=["DELETE"])
        app.add_url_rule("/sandbox/perimeter", view_func=self.close, methods=["POST"])

    def delete_agent(self) -> Response:
        """Delete Vertex AI's service agent."""
        with self._world.lock:
            self._world.delete_service_agent()
        return jsonify({})

    def close(self) -> Response:
        """Let only these identities use Vertex AI."""
        with self._world.lock:
            self._world.perimeter = frozenset(request.get_json()["inside"])
        return jsonify({})
