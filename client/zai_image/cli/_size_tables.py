"""Lays out the size rules of several models side by side: a table, and a drawing of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rich import box
from rich.columns import Columns
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from zai_image.cli._messages import printable
from zai_image.cli._size_drawing import ASCII, UNICODE, Ink, drawing
from zai_image.sizes import SizeRule, valid_sizes

_ROWS: Final[Mapping[str, Callable[[str, SizeRule], str]]] = {
    "default": lambda model, rule: str(rule.default),
    "recommended": lambda model, rule: " ".join(map(str, rule.recommended)),
    "or sides of": lambda model, rule: f"{rule.min_side} to {rule.max_side} pixels",
    "divisible by": lambda model, rule: str(rule.step),
    "pixels in all": lambda model, rule: f"at most {rule.max_pixels:,}",
    "valid sizes": lambda model, rule: f"{len(valid_sizes(model)):,}",
}


class Overview:
    """The size rules of models, for rich to print.

    Args:
        rules: The rule of each model, by the model's name.
    """

    def __init__(self, rules: Mapping[str, SizeRule]) -> None:
        self._rules = {printable(model): rule for model, rule in rules.items()}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, the drawings and what their characters mean."""
        ink = ASCII if options.ascii_only else UNICODE
        yield self._table()
        # One scale for all, so that the drawings can be compared.
        scale = max(rule.max_side for rule in self._rules.values())
        drawings = [self._drawing(model, drawing(rule, scale, ink), ink) for model, rule in self._rules.items()]
        yield Columns(drawings, padding=(1, 1))
        yield Text(
            f"\n{ink.valid} valid   {ink.recommended} recommended   {ink.default} default   (sides in pixels)\n"
            "A recommended size is valid, whatever the limits say of it."
        )

    def _table(self) -> Table:
        table = Table("", box=box.SIMPLE_HEAD)
        for model in self._rules:
            table.add_column(Text(model))
        for name, cell in _ROWS.items():
            table.add_row(name, *(cell(model, rule) for model, rule in self._rules.items()))
        return table

    def _drawing(self, model: str, lines: str, ink: Ink) -> Text:
        text = Text(lines)
        for character, style in ((ink.valid, "green"), (ink.recommended, "bold"), (ink.default, "bold cyan")):
            text.highlight_words([character], style)
        return Text(f"{model}\n", style="bold").append_text(text)
