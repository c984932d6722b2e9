"""Writes a page and the front page into a site's folder, each in one step."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leap.domain.ports import Progress, Publication
from leap.faults import point
from leap.providers.site import catalogue, folder, looks, page
from leap.providers.site.catalogue import PageRecord
from leap.providers.site.wording import Interface, interface

_STEMS = {"vtt": "captions", "srt": "captions", "transcript": "transcript", "topics": "topics"}
_OURS = re.compile(
    rf"(?:video|audio|search|{'|'.join(sorted(set(_STEMS.values())))})-[0-9a-f]{{8}}\.[a-z0-9]+",
    re.ASCII,
)
#: What every page of LEAP says of itself near its beginning.
_GENERATOR = b'<meta name="generator" content="LEAP">'
_HEAD = 4096
_LOCK = ".leap-site.lock"


def is_ours(name: str) -> bool:
    """Tell whether ``name`` is one that LEAP gives to a file beside a page."""
    return _OURS.fullmatch(name) is not None


def is_foreign(page: Path) -> bool:
    """Tell whether there is a page that LEAP did not write. Raises OSError."""
    try:
        with page.open("rb") as file:
            return _GENERATOR not in file.read(_HEAD)
    except FileNotFoundError:
        return False


def write_page(
    root: Path,
    slug: str,
    publication: Publication,
    settings: Mapping[str, Any],
    progress: Progress,
    *,
    listed: bool,
) -> PageRecord:
    """Write the page ``slug`` below ``root`` and its record; return the record.

    What an older page of this address needs stays until it is swept. Raises
    OSError.
    """
    there = root / catalogue.PAGES / slug
    there.mkdir(parents=True, exist_ok=True)
    words = interface(settings.get("language"), publication.language)
    point("site.page.before_files")
    files = _place_files(publication, there, progress)
    search = folder.put(there, "search", ".js", _search_script(publication, slug))
    captions = _captions(publication)
    script = folder.put(there, "captions", ".js", captions) if captions else ""
    course = page.plain(str(settings.get("course") or ""))
    html = looks.render(
        "lecture.html",
        listed=listed,
        site_title=_site_title(settings, words),
        text=words.texts,
        interface=words.code,
        style=_asset(root, "leap.css"),
        script=_asset(root, "lecture.js"),
        **page.lecture(publication, words, files, course=course, script=script),
    )
    point("site.page.before_replace")
    folder.replace(there / "index.html", html)
    outline = publication.outline
    topics = outline.topics if outline else ()
    record = PageRecord(
        slug=slug,
        recording=publication.recording,
        preset=publication.preset,
        title=page.title_of(publication, words),
        listed=listed,
        started_at=publication.started_at.isoformat(),
        duration=publication.duration,
        language=publication.language,
        interface=words.code,
        summary=page.plain(outline.summary) if outline else "",
        chapters=tuple((topic.start, page.plain(topic.title)) for topic in topics),
        search=search,
        files=(*files.values(), search, *([script] if script else [])),
        course=course,
    )
    point("site.page.before_record")
    folder.replace(there / catalogue.RECORD, record.to_json())
    return record


def write_front(root: Path, settings: Mapping[str, Any]) -> None:
    """Make the front page of ``root`` from all records, one process after another.

    A front page of somebody else is left alone. Raises OSError.
    """
    if is_foreign(root / "index.html"):
        return
    with folder.locked(root / _LOCK):
        listed = catalogue.listed(root)
        words = interface(settings.get("language"), listed[0].interface if listed else None)
        html = looks.render(
            "index.html",
            site_title=_site_title(settings, words),
            text=words.texts,
            interface=words.code,
            style=_asset(root, "leap.css"),
            script=_asset(root, "index.js"),
            count=words.lecture_count(len(listed)),
            courses=_courses(listed, words),
            data=dict(words.scripted),
        )
        point("site.index.before_replace")
        folder.replace(root / "index.html", html)
        # No web server shall list the folder of pages, where the unlisted ones are.
        away = root / catalogue.PAGES / "index.html"
        if away.parent.is_dir() and not away.exists():
            folder.replace(away, looks.render("away.html"))


def _asset(root: Path, name: str) -> str:
    """Return the name of an asset in the site; older ones stay for older pages."""
    path = Path(name)
    assets = root / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    return folder.put(assets, path.stem, path.suffix, looks.asset(name))


def _site_title(settings: Mapping[str, Any], words: Interface) -> str:
    return page.plain(str(settings.get("site_title") or "")) or words.texts["site"]


def _place_files(publication: Publication, there: Path, progress: Progress) -> dict[str, str]:
    video = publication.files["video"]
    stem = "audio" if page.is_audio(video) else "video"
    files = {"video": folder.place(video, there, stem, progress)}
    for role, stem in _STEMS.items():
        if role in publication.files:
            files[role] = folder.place(publication.files[role], there, stem, progress)
    return files


def _captions(publication: Publication) -> bytes:
    """Return the captions as a script, for pages that are opened from a folder.

    Such a page may load no ``<track>``, but scripts.
    https://html.spec.whatwg.org/multipage/media.html#sourcing-out-of-band-text-tracks
    """
    path = publication.files.get("vtt")
    if path is None:
        return b""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return f"leapCaptions({json.dumps(text, ensure_ascii=False)});\n".encode()


def _search_script(publication: Publication, slug: str) -> bytes:
    chapters, spoken = page.searched(publication)
    data = json.dumps([slug, chapters, spoken], ensure_ascii=False, separators=(",", ":"))
    return f"leapWords(...{data});\n".encode("utf-8", "replace")


def _courses(records: Sequence[PageRecord], words: Interface) -> list[dict[str, Any]]:
    """Return what the front page lists, course by course."""
    found = catalogue.by_course(records)
    nameless = words.texts["other_lectures" if len(found) > 1 else "all_lectures"]
    return [
        {
            "title": name or nameless,
            "named": bool(name),
            "anchor": f"course-{number}",
            "number": len(lectures),
            "cards": [_card(record, words) for record in lectures],
        }
        for number, (name, lectures) in enumerate(found, start=1)
    ]


def _card(record: PageRecord, words: Interface) -> dict[str, Any]:
    return {
        "slug": record.slug,
        "title": record.title,
        "date": words.date(record.moment),
        "iso_date": record.moment.date().isoformat(),
        "duration": words.duration(record.duration),
        "language": record.language,
        "summary": record.summary,
        "chapters": [title for _, title in record.chapters],
        "search": record.search,
    }
