"""The sandbox's AI gateway: OpenAI's files and batches in front of four providers.

It answers as the documentation of TrueFoundry's gateway says; where that is silent, as the open
gateway that shares its header scheme does.
"""

from preflight.sandbox.gateway.server import SandboxGateway

__all__ = ["SandboxGateway"]
