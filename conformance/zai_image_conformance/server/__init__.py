"""The embedded reference server: the documented endpoint, with real images behind its links."""

from zai_image_conformance.server.app import application
from zai_image_conformance.server.faults import FAULTS, Fault, FaultError, Switchboard
from zai_image_conformance.server.recording import RecordedRequest, Recording
from zai_image_conformance.server.running import RunningServer, listening, running, serve

__all__ = [
    "FAULTS",
    "Fault",
    "FaultError",
    "RecordedRequest",
    "Recording",
    "RunningServer",
    "Switchboard",
    "application",
    "listening",
    "running",
    "serve",
]
