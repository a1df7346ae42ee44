"""The byte-exact copy of what arrived, and which files each import last landed.

Everything later reads these copies and never the source again, so a run can be repeated and explained.
"""

from cdp_pipelines.landing.landing import Landing
from cdp_pipelines.landing.opening import open_landing
from cdp_pipelines.landing.records import Landed

__all__ = ["Landed", "Landing", "open_landing"]
