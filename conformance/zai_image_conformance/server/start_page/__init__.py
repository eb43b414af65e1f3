"""The page that a browser finds at `/`: the rules, the valid sizes drawn, a form, the last requests."""

from zai_image_conformance.server.start_page.serving import StartPage

__all__ = ["StartPage"]
