"""Hazards for programs: the ledger, one hazard, and every step of its road."""

from anxiao.loop.hazards.api.routes import hazard_router

__all__ = ["hazard_router"]
