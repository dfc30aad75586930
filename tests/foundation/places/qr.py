"""A small reader of QR codes, apart from the library that draws them: byte mode, no repair.

It takes the picture as it is printed (a data URL of an SVG) and goes the way of ISO/IEC 18004:
modules, format and mask, the zigzag of codewords, the blocks they are dealt from, the text.
"""

import re
from urllib.parse import unquote

FINDER = 7
ALIGNMENT = {1: None, 2: 18, 3: 22, 4: 26, 5: 30}
L, M, Q, H = 0b01, 0b00, 0b11, 0b10
BLOCKS = {
    (2, M): (28,),
    (2, Q): (22,),
    (3, L): (55,),
    (3, M): (44,),
    (3, Q): (17, 17),
    (4, L): (80,),
    (4, M): (32, 32),
    (4, Q): (24, 24),
}
"""Data words of each block by version and level."""
FORMAT_MASK = 0b101010000010010
MASKS = (
    lambda r, c: (r + c) % 2,
    lambda r, c: r % 2,
    lambda r, c: c % 3,
    lambda r, c: (r + c) % 3,
    lambda r, c: (r // 2 + c // 3) % 2,
    lambda r, c: r * c % 2 + r * c % 3,
    lambda r, c: (r * c % 2 + r * c % 3) % 2,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2,
)


def read(data_url: str) -> str:
    """The text that a scanner reads from a printed label."""
    dark, size = modules(unquote(data_url))
    version = (size - 17) // 4
    level, mask = _format(dark)
    bits = [
        ((r, c) in dark) ^ (MASKS[mask](r, c) == 0)
        for r, c in _zigzag(size)
        if not _function(r, c, size, version)
    ]
    blocks = BLOCKS[version, level]
    dealt = [_number(bits[at : at + 8]) for at in range(0, 8 * sum(blocks), 8)]
    words = [word for first in range(len(blocks)) for word in dealt[first :: len(blocks)]]
    stream = [bit for word in words for bit in _bits(word)]
    assert _number(stream[:4]) == 0b0100, "byte mode"
    length = _number(stream[4:12])
    body = stream[12 : 12 + 8 * length]
    return bytes(_number(body[at : at + 8]) for at in range(0, len(body), 8)).decode()


def modules(svg: str) -> tuple[set[tuple[int, int]], int]:
    """Dark modules as (row, column) without the quiet zone, and the symbol's size."""
    path = re.search(r"<path[^>]* d=(['\"])(.+?)\1", svg)[2]
    x, y, found = 0.0, 0.0, set()
    for move, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        given = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if move == "M":
            x, y = given
        elif move == "m":
            x, y = x + given[0], y + given[1]
        else:
            found |= {(int(y), int(x) + step) for step in range(int(given[0]))}
            x += given[0]
    top, left = min(row for row, _c in found), min(column for _r, column in found)
    dark = {(row - top, column - left) for row, column in found}
    return dark, max(row for row, _c in dark) + 1


def _format(dark):
    """Level and mask from the fifteen bits around the upper left finder."""
    cells = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    value = _number([cell in dark for cell in cells]) ^ FORMAT_MASK
    return value >> 13, value >> 10 & 0b111


def _function(r, c, size, version):
    """Whether a module belongs to the symbol and not to the data."""
    corner = (r <= FINDER + 1 and (c <= FINDER + 1 or c >= size - 8)) or (
        r >= size - 8 and c <= FINDER + 1
    )
    centre = ALIGNMENT[version]
    near = centre is not None and abs(r - centre) <= 2 and abs(c - centre) <= 2
    return corner or near or r == 6 or c == 6


def _zigzag(size):
    upward = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for r in range(size - 1, -1, -1) if upward else range(size):
            yield r, right
            yield r, right - 1
        upward = not upward


def _number(bits):
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _bits(word):
    return [bool(word >> shift & 1) for shift in range(7, -1, -1)]
