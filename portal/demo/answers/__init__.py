"""The answer key: what is planted in the demo company, in figures counted from the company itself."""

from portal.demo.answers import data, marketing, sales
from portal.demo.world import World

__all__ = ["key"]


def key(world: World) -> str:
    """All planted stories as Markdown, one heading each."""
    parts = (
        data.size, marketing.stopped_source, sales.forecasters, sales.slow_stage, marketing.touches, marketing.campaigns,
        marketing.changed_rule, data.leak, data.drift, sales.tables, sales.orders, sales.partners, data.duplicates,
    )  # fmt: skip
    return "\n".join("\n".join([*part(world), ""]) for part in parts)
