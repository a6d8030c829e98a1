"""The program as a process and a service, as the flows have them."""

from tests.flows.conftest import photo, program, service, started

__all__ = ["photo", "program", "service", "started"]
