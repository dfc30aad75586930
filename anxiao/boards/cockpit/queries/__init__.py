"""What the board of a level shows; set-based, a fixed number of queries whatever the units."""

from anxiao.boards.cockpit.queries.asking import Asked, plans_shown, spans_for
from anxiao.boards.cockpit.queries.figures import charts, tiles
from anxiao.boards.cockpit.queries.matrix import Column, Matrix, Section, matrix
from anxiao.boards.cockpit.queries.paper import Table, tables
from anxiao.boards.cockpit.queries.posts import Vacant, VacantUnit, vacant_posts

__all__ = [
    "Asked",
    "Column",
    "Matrix",
    "Section",
    "Table",
    "Vacant",
    "VacantUnit",
    "charts",
    "matrix",
    "plans_shown",
    "spans_for",
    "tables",
    "tiles",
    "vacant_posts",
]
