"""Plans as files: strict TOML in and out, Excel in and out, and what two of them differ in."""

from pathlib import Path

from anxiao.foundation.kernel.errors import Invalid
from anxiao.loop.duties.catalog.checking import checked, duty_faults, plan_faults
from anxiao.loop.duties.catalog.data import (
    ClauseData,
    DutyData,
    Fault,
    HeadData,
    Located,
    PlanData,
    RawPlan,
)
from anxiao.loop.duties.catalog.differences import Change, differences, label_of
from anxiao.loop.duties.catalog.lines import read_toml
from anxiao.loop.duties.catalog.workbook import read_workbook, write_workbook
from anxiao.loop.duties.catalog.writing import write_toml

__all__ = [
    "SHIPPED",
    "Change",
    "ClauseData",
    "DutyData",
    "Fault",
    "HeadData",
    "Located",
    "PlanData",
    "RawPlan",
    "check_toml",
    "checked",
    "differences",
    "duty_faults",
    "label_of",
    "parse_toml",
    "parse_workbook",
    "plan_faults",
    "read_workbook",
    "shipped_plan",
    "write_toml",
    "write_workbook",
]

SHIPPED = Path(__file__).parent
MOST_SHOWN = 50


def check_toml(text: str) -> tuple[PlanData | None, list[Fault]]:
    """The plan of a TOML text, or every fault in it with its line."""
    raw, faults = read_toml(text)
    return checked(raw) if raw is not None else (None, faults)


def parse_toml(text: str) -> PlanData:
    """The plan of a TOML text; ``Invalid`` names every fault with its line."""
    return _or_invalid(*check_toml(text))


def parse_workbook(content: bytes) -> PlanData:
    """The plan of a workbook; ``Invalid`` names every fault with its sheet and row."""
    raw, faults = read_workbook(content)
    return _or_invalid(*(checked(raw) if raw is not None else (None, faults)))


def shipped_plan(name: str = "fourth_quarter") -> str:
    """The TOML text of a plan that comes with the program."""
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def _or_invalid(plan: PlanData | None, faults: list[Fault]) -> PlanData:
    if plan is not None:
        return plan
    shown = {f"{number}": str(fault) for number, fault in enumerate(faults[:MOST_SHOWN], 1)}
    raise Invalid(f"方案里有 {len(faults)} 处需要修改：{faults[0]}", fields=shown)
