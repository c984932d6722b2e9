"""What is wanted: YAML files in, one immutable and located declaration out.

repository    which files there are; a path says what a file is
reader        hostile text → a document in which every value knows its place
model, units, paths, patterns, templating, variables
              the vocabulary of the models
operator, tenant, source, template, presets, pipeline, override, settings
              one model per kind of file; `settings` are the sections they share
tree          documents and models by place, sound or not
complaints    what pydantic found, in our words and at its place
checks, overlaps, proof, thumbnails
              what no single file can know
assembly      sound files → the Declaration
lasting       whether a run here could remember what it did
merge, effective
              the layers of settings, and what holds for one recording
schema, reference
              the models as JSON Schemas for editors, and as a page for people
"""

from __future__ import annotations

from leap.config.declaration import Declaration
from leap.config.effective import Effective, PublicationSettings, effective
from leap.config.lasting import require_lasting
from leap.config.load import Checked, by_place, check, check_files, load, override_for
from leap.config.merge import Origin
from leap.config.tenant import TenantDeclaration

__all__ = [
    "Checked",
    "Declaration",
    "Effective",
    "Origin",
    "PublicationSettings",
    "TenantDeclaration",
    "by_place",
    "check",
    "check_files",
    "effective",
    "load",
    "override_for",
    "require_lasting",
]
