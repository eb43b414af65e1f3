"""Opens pages in a browser and writes down what they must not do: log an error, or ask for anything elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

_AXE = Axe()


class Visitor:
    """Opens pages in one browser, each in a context of its own, and watches them.

    Args:
        browser: Where the pages are opened.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.trouble: list[str] = []
        """What a page did that it must not, in words."""

    def open(self, address: str, **options: Any) -> Page:
        """Open a page.

        Args:
            address: An http or file address.
            options: Those of a browser context, such as `color_scheme="dark"` or `java_script_enabled=False`.

        Returns:
            The page, once it is loaded.
        """
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._note(message.type == "error", f"logged: {message.text}"))
        page.on("pageerror", lambda error: self._note(True, f"raised: {error}"))
        page.on("request", lambda request: self._note(_strays(request.url, address), f"asked for {request.url}"))
        page.goto(address)
        return page

    def close(self) -> None:
        """Close the pages."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _note(self, wrong: bool, words: str) -> None:
        if wrong:
            self.trouble.append(words)


def barriers(page: Page) -> list[str]:
    """What keeps people from using the page, contrast included, as axe-core finds it."""
    violations = _AXE.run(page).response["violations"]
    return [f"{each['id']}: {node['html']}: {node['failureSummary']}" for each in violations for node in each["nodes"]]


def _strays(url: str, page: str) -> bool:
    """Whether a request leaves the page: its own file, or the server it came from."""
    asked, own = urlsplit(url), urlsplit(page)
    if asked.scheme in ("data", "blob"):
        return False
    if own.scheme == "file":
        return (asked.scheme, asked.path) != (own.scheme, own.path)
    return (asked.scheme, asked.netloc) != (own.scheme, own.netloc)
