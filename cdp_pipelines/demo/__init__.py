"""The demo: a small shop, its outlet and its tills, whose exports are made from a seed and imported through Dagster."""

from cdp_pipelines.demo.nightly import Night, nights

__all__ = ["Night", "main", "nights"]


def main() -> int:
    """Write the sample files, import them, print what became of them; returns the exit code."""
    from cdp_pipelines.demo.command import run_demo

    return run_demo()
