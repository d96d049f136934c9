"""The settings of Vertex AI, as one argument set for each region."""

from infra.reader import Reader
from infra.shared_settings import Shared
from infra.vertex import VertexArgs


def vertex_settings(read: Reader, shared: Shared) -> tuple[VertexArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
    account, project = read.text("vertexProviderName"), read.text("vertexProject")
    models, auditor = read.texts("vertexModels"), read.text("auditorGcpMember")
    return tuple(
        VertexArgs(
            provider_name=account,
            project=project,
            region=region,
            models=models,
            auditor_member=auditor,
            result_days=shared.result_days,
        )
        for region in read.texts("vertexRegions")
    )
