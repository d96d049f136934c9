"""Vertex AI: publisher models, and batch prediction jobs with the few refusals given at once."""

import random
import re
import time
from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, request

from preflight.sandbox.gcp.errors import ApiError, denied, no_project
from preflight.sandbox.gcp.incoming import json_body
from preflight.sandbox.gcp.jobs import TERMINAL, Job, JobRunner, Place, model_path, wire
from preflight.sandbox.gcp.names import NUMBER, PROJECT, VERTEX_AGENT, VERTEX_API, is_ours
from preflight.sandbox.gcp.regions import MODELS, SERVED
from preflight.sandbox.gcp.world import World

_LOCATION = "/v1/projects/<project>/locations/<location>"
_JOBS = f"{_LOCATION}/batchPredictionJobs"
_JOB = f"{_JOBS}/<job_id>"
_MODEL = "publishers/google/models/<model>"
_RIGHT = "aiplatform.batchPredictionJobs."
_MODEL_NAME = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/google/models/([^/@]+)")
_FILTER = re.compile(r"""(display_?[nN]ame|state)\s*=\s*["']?([^"']*)["']?""")
_PAGE = 100


class VertexApi:
    """The routes of Vertex AI."""

    def __init__(self, world: World, runner: JobRunner, agent_seconds: float) -> None:
        """Serve jobs run by `runner`; `agent_seconds` is how long a first use makes its agent."""
        self._world = world
        self._runner = runner
        self._agent_seconds = agent_seconds
        self._agent_ready = 0.0
        self._jobs: dict[str, Job] = {}

    def register(self, app: Flask) -> None:
        """Add the routes to the application."""
        routes = Blueprint("vertex", __name__)
        route = routes.add_url_rule
        route("/v1/projects/<project>/locations", view_func=self.locations, methods=["GET"])
        route(_JOBS, view_func=self.create, methods=["POST"])
        route(_JOBS, view_func=self.list, methods=["GET"])
        route(_JOB, view_func=self.get, methods=["GET"])
        route(f"{_JOB}:cancel", view_func=self.cancel, methods=["POST"])
        route(f"{_LOCATION}/{_MODEL}", view_func=self.model, methods=["GET"])
        route(f"/v1/{_MODEL}", "model_anywhere", self.model, methods=["GET"])
        app.register_blueprint(routes)

    def create(self, project: str, location: str) -> Response:
        """batchPredictionJobs.create: looks at the caller and the model, and at no bucket."""
        self._need(project, location, "create")
        spec = json_body()
        model = self._model(str(spec.get("model", "")), location)
        source, target = _places(spec)
        with self._world.lock:
            self._need_agent()
            job_id = str(random.randint(10**18, 10**19 - 1))  # noqa: S311 - a name, not a secret
            job = Job(job_id, location, model, spec, source, target, time.time())
            self._jobs[job_id] = job
        return jsonify(wire(job, NUMBER))

    def get(self, project: str, location: str, job_id: str) -> Response:
        """batchPredictionJobs.get."""
        self._need(project, location, "get")
        with self._world.lock:
            return jsonify(self._updated(location, job_id))

    def list(self, project: str, location: str) -> Response:
        """batchPredictionJobs.list: newest first, by `filter` on displayName or state, in pages."""
        self._need(project, location, "list")
        with self._world.lock:
            jobs = [one for one in self._jobs.values() if one.location == location]
            shown = [self._updated(location, one.id) for one in reversed(jobs)]
        wanted = _FILTER.fullmatch(request.args.get("filter", ""))
        if wanted:
            key = "state" if wanted[1] == "state" else "displayName"
            shown = [one for one in shown if one[key] == wanted[2]]
        start = int(request.args.get("pageToken") or 0)
        end = start + min(int(request.args.get("pageSize") or _PAGE), _PAGE)
        more = {"nextPageToken": str(end)} if end < len(shown) else {}
        return jsonify(batchPredictionJobs=shown[start:end], **more)

    def cancel(self, project: str, location: str, job_id: str) -> Response:
        """batchPredictionJobs.cancel: best effort, so an ended job stays as it ended."""
        self._need(project, location, "cancel")
        with self._world.lock:
            state = self._updated(location, job_id)["state"]
            if state not in TERMINAL:
                self._jobs[job_id].cancelled = time.time()
        return jsonify({})

    def model(self, model: str, project: str = PROJECT, location: str = "") -> Response:
        """publishers.models.get; without a location in the path, anywhere."""
        self._world.need_api(VERTEX_API)
        if not is_ours(project):
            raise no_project()
        offered = MODELS.get(model, frozenset())
        if not offered or (location and location not in offered):
            raise _no_model(location or "us-central1", model)
        return jsonify(
            name=f"publishers/google/models/{model}",
            versionId="default",
            openSourceCategory="PROPRIETARY",
            launchStage="GA",
        )

    def locations(self, project: str) -> Response:
        """projects.locations.list: those that Vertex AI serves, in pages."""
        self._world.need_api(VERTEX_API)
        permission = "aiplatform.locations.list"
        if not is_ours(project) or not self._world.may_on_project(g.caller, permission):
            raise denied(permission, f"//{VERTEX_API}/projects/{project}")
        start = int(request.args.get("pageToken") or 0)
        end = start + int(request.args.get("pageSize") or _PAGE)
        names = sorted(SERVED)
        more = {"nextPageToken": str(end)} if end < len(names) else {}
        shown = [
            {"name": f"projects/{NUMBER}/locations/{name}", "locationId": name}
            for name in names[start:end]
        ]
        return jsonify(locations=shown, **more)

    def _need(self, project: str, location: str, verb: str) -> None:
        self._world.need_api(VERTEX_API)
        self._world.need_inside(g.caller)
        permission = f"{_RIGHT}{verb}"
        if not is_ours(project) or not self._world.may_on_project(g.caller, permission):
            raise denied(permission, f"//{VERTEX_API}/projects/{project}/locations/{location}")

    def _model(self, name: str, location: str) -> str:
        match = _MODEL_NAME.fullmatch(name)
        if match is None or location not in MODELS.get(match[1], frozenset()):
            raise _no_model(location, match[1] if match else name)
        return match[1]

    def _need_agent(self) -> None:
        """Raise ApiError 400 until the service agent exists; the first to ask has it made."""
        now = time.time()
        if VERTEX_AGENT not in self._world.service_agents and 0 < self._agent_ready <= now:
            self._world.add_service_agent(with_role=True)
        if VERTEX_AGENT in self._world.service_agents:
            self._agent_ready = 0.0
            return
        self._agent_ready = self._agent_ready or now + self._agent_seconds
        raise ApiError(
            400,
            f"Service agents are being provisioned ({VERTEX_AGENT}). Service agents are needed to "
            "read the Cloud Storage file provided. So please try again in a few minutes.",
            "FAILED_PRECONDITION",
        )

    def _updated(self, location: str, job_id: str) -> dict[str, Any]:
        job = self._jobs.get(job_id)
        if job is None or job.location != location:
            name = f"projects/{NUMBER}/locations/{location}/batchPredictionJobs/{job_id}"
            raise ApiError(404, f"The BatchPredictionJob does not exist: {name}")
        self._runner.update(job)
        return wire(job, NUMBER)


def _no_model(location: str, model: str) -> ApiError:
    return ApiError(
        404,
        f"Publisher Model `{model_path(location, model)}` was not found or your project does not "
        "have access to it. Please ensure you are using a valid model version.",
    )


def _places(spec: dict[str, Any]) -> tuple[Place, Place]:
    """Where a job reads and writes. Raises ApiError 400 for a body that lacks it."""
    try:
        if spec["inputConfig"]["instancesFormat"] != "jsonl":
            raise ApiError(400, "input_config.instances_format must be jsonl.")
        if spec["outputConfig"]["predictionsFormat"] != "jsonl":
            raise ApiError(400, "output_config.predictions_format must be jsonl.")
        spec["displayName"] = str(spec["displayName"])
        (uri,) = spec["inputConfig"]["gcsSource"]["uris"]
        target = spec["outputConfig"]["gcsDestination"]["outputUriPrefix"]
        return Place.parse(uri), Place.parse(target)
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError(400, f"The BatchPredictionJob is not complete: {error}") from error
