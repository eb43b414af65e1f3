"""What can go wrong on the way to an image, by name, and how it is switched on."""

from zai_image_conformance.server.faults.middleware import TRANSPORT, Faulty
from zai_image_conformance.server.faults.switchboard import HEADER, Switchboard, SwitchedFault, asked_for
from zai_image_conformance.server.faults.table import FAULTS, Fault, FaultError, Target

__all__ = [
    "FAULTS",
    "HEADER",
    "TRANSPORT",
    "Fault",
    "FaultError",
    "Faulty",
    "Switchboard",
    "SwitchedFault",
    "Target",
    "asked_for",
]
