"""What of a TOML text would be dear to parse; which lines belong to a value begun before."""

from dataclasses import dataclass

LONGEST_LINE, MOST_DOTS = 4_000, 4
"""Of one line; ``tomllib`` takes quadratic time for a dotted key. ``clause.duty.applies_to`` has
two dots."""


def too_dear(text: str) -> tuple[int, str] | None:
    """Number of the first line that would be dear to parse, and what to do.

    TOML's own line ends, so that what stands inside a string is what ``tomllib`` takes for it.
    """
    inside = Inside()
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            return number, f"这一行超过 {LONGEST_LINE} 字，请分成几行。"
        inside.dots = 0
        inside.read(line)
        if inside.dots > MOST_DOTS:
            return number, "这一行引号之外的点太多，请检查键名和引号。"
    return None


@dataclass(slots=True)
class Inside:
    """Whether the next line still belongs to a value begun before: brackets or a long string."""

    depth: int = 0
    quote: str = ""
    dots: int = 0

    @property
    def value(self) -> bool:
        """Whether a value is still open."""
        return self.depth > 0 or bool(self.quote)

    def read(self, line: str) -> None:
        """Go over the next line."""
        place = 0
        while place < len(line):
            place = self._in_string(line, place) if self.quote else self._outside(line, place)
        if len(self.quote) == 1:
            self.quote = ""  # a short string ends with its line

    def _in_string(self, line: str, place: int) -> int:
        if line[place] == "\\" and '"' in self.quote:
            return place + 2
        if line.startswith(self.quote, place):
            place += len(self.quote)
            self.quote = ""
            return place
        return place + 1

    def _outside(self, line: str, place: int) -> int:
        letter = line[place]
        if letter == "#":
            return len(line)
        if letter in "\"'":
            self.quote = letter * 3 if line.startswith(letter * 3, place) else letter
            return place + len(self.quote)
        self.dots += letter == "."
        self.depth += (letter in "[{") - (letter in "]}")
        return place + 1
