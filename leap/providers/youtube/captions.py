"""One caption track per language.

SubRip and WebVTT say the same, and each track costs 400 units: so one of them
goes there. https://developers.google.com/youtube/v3/docs/captions
"""

from __future__ import annotations

from collections.abc import Collection

from leap.domain.ports import Checkpoint, Placed, Publication
from leap.errors import NeedsHuman, RetrySoon, StageError
from leap.providers.http import AnswerLost
from leap.providers.youtube.api import Api, Resource
from leap.providers.youtube.refusals import Conflict, Missing
from leap.providers.youtube.resources import section

PART = "captions"
MOST_BYTES = 100 * 1000 * 1000
#: Stands between the times of a cue, in SubRip and in WebVTT.
_CUE = b" --> "
#: Beside the name of the language, the player shows this one; there is nothing to add.
_NAME = ""


def apply(api: Api, publication: Publication, placed: Placed, checkpoint: Checkpoint) -> list[str]:
    """Make the track in the language of the lecture; return the languages of ours.

    A track of ours in another language goes, since it would be of other words;
    and where nobody says a word there is none. Raises ProviderError, StageError.
    """
    video, content = placed.external_id, _content(publication)
    languages = [publication.language] if _CUE in content else []
    tracks = _ours(api.captions(video))
    for language in languages:
        mine = tracks.get(language.casefold())
        if mine is None:
            _insert(api, video, language, content)
        else:
            api.update_caption(str(mine["id"]), content)
    stay = {language.casefold() for language in languages}
    for old in languages_of(checkpoint.details.get(PART)):
        track = tracks.get(old.casefold())
        if track is not None and old.casefold() not in stay:
            _delete(api, str(track["id"]))
    return languages


def seen(api: Api, video: str, given: object) -> list[str]:
    """Return which of the ``given`` languages the video has a track in; all without it."""
    try:
        tracks = _ours(api.captions(video))
    except Missing:
        return []
    served = {name: track for name, track in tracks.items() if _status(track) != "failed"}
    if not isinstance(given, list):
        return sorted(str(section(each, "snippet").get("language")) for each in served.values())
    return [language for language in languages_of(given) if language.casefold() in served]


def languages_of(details: object) -> list[str]:
    """Return the languages that were noted of a publication."""
    return [each for each in details if isinstance(each, str)] if isinstance(details, list) else []


def _content(publication: Publication) -> bytes:
    path = publication.files.get("srt") or publication.files.get("vtt")
    if path is None:
        raise StageError("there are no subtitles to publish", hint="the pipeline needs `subtitles`")
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StageError(f"{path}: cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise NeedsHuman(f"{path}: YouTube takes at most {MOST_BYTES // 1_000_000} MB of captions")
    return content


def _insert(api: Api, video: str, language: str, content: bytes) -> None:
    snippet = {"videoId": video, "language": language, "name": _NAME, "isDraft": False}
    try:
        api.insert_caption(snippet, content)
    except (AnswerLost, Conflict) as error:
        # It was made just now, or by a run whose answer was lost.
        track = _ours(api.captions(video)).get(language.casefold())
        if track is None:
            raise RetrySoon(error.message) from None
        if isinstance(error, Conflict):
            api.update_caption(str(track["id"]), content)


def _delete(api: Api, track: str) -> None:
    try:
        api.delete_caption(track)
    except Missing:
        return


def _ours(tracks: Collection[Resource]) -> dict[str, Resource]:
    """Return the tracks that may be ours, by language: no recognised speech, and without a name."""
    found: dict[str, Resource] = {}
    for track in tracks:
        snippet = section(track, "snippet")
        kind, name = snippet.get("trackKind", "standard"), snippet.get("name", "")
        if str(kind).casefold() == "standard" and name == _NAME:
            found[str(snippet.get("language", "")).casefold()] = track
    return found


def _status(track: Resource) -> str:
    return str(section(track, "snippet").get("status", ""))
