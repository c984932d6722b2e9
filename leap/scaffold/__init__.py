"""A team's own repository: the same tree as LEAP's, without the tool.

``files/`` holds what is written, as it is written; `leap.scaffold.tree` fills in
what the team answered, `leap.scaffold.building` adds key, credentials and
schemas, and `leap.scaffold.place` puts it all there at once, or nothing.
"""

from __future__ import annotations

from leap.scaffold.answers import Answers, Continuous
from leap.scaffold.building import Built, build
from leap.scaffold.place import Place, find_place

__all__ = ["Answers", "Built", "Continuous", "Place", "build", "find_place"]
