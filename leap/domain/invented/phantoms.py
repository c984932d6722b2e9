"""Sentences that speech recognisers invent, and why they come to their minds.

Recognisers learned from subtitles of films and videos. Where nobody speaks,
they write what stands there: who made the subtitles, and how videos end.
Whisper's users collect such sentences:
https://github.com/openai/whisper/discussions/928

To add one: write it in small letters without punctuation marks at its ends; a
``*`` at the end stands for at most six more words, such as a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Phantom:
    """One such sentence, with the reason why it is here.

    ``said`` tells how people use it. What they say ``once``, at the end, counts
    as invented where it stands all by itself or comes again and again; what
    they say ``often`` only where it stands all by itself.
    """

    language: str
    text: str
    reason: str
    said: Literal["never", "once", "often"] = "never"


_CREDIT = "names who made the subtitles of a film; nobody says it"
_SITE = "names the site for which volunteers made subtitles; nobody says it"
_STATION = "is the last subtitle of a broadcaster; nobody says it"
_RIGHTS = "is the notice below a broadcast; nobody says it"
_TEASER = "stands at the end of an episode"
_FAREWELL = "stands at the end of a video"
_CHANNEL = "asks to follow a channel, at the end of a video"
_SOUND = "describes a sound in subtitles for the deaf"

PHANTOMS = (
    # Russian
    Phantom("ru", "субтитры сделал *", _CREDIT),
    Phantom("ru", "субтитры сделала *", _CREDIT),
    Phantom("ru", "субтитры делал *", _CREDIT),
    Phantom("ru", "субтитры создавал *", _CREDIT),
    Phantom("ru", "субтитры создал *", _CREDIT),
    Phantom("ru", "субтитры добавил *", _CREDIT),
    Phantom("ru", "субтитры подготовил *", _CREDIT),
    Phantom("ru", "субтитры подогнал *", _CREDIT),
    Phantom("ru", "субтитры и перевод *", _CREDIT),
    Phantom("ru", "редактор субтитров *", _CREDIT),
    Phantom("ru", "корректор а.егорова", _CREDIT),
    Phantom("ru", "корректор а.кулакова", _CREDIT),
    Phantom("ru", "субтитры предоставлены amara.org", _SITE),
    Phantom("ru", "продолжение следует", _TEASER, said="once"),
    Phantom("ru", "спасибо за просмотр", _FAREWELL, said="once"),
    Phantom("ru", "спасибо за субтитры *", _CREDIT),
    Phantom("ru", "до новых встреч", _FAREWELL, said="once"),
    Phantom("ru", "подписывайтесь на канал", _CHANNEL, said="once"),
    Phantom("ru", "подписывайтесь на наш канал", _CHANNEL, said="once"),
    Phantom("ru", "ставьте лайки и подписывайтесь на канал", _CHANNEL, said="once"),
    Phantom("ru", "динамичная музыка", _SOUND, said="often"),
    Phantom("ru", "веселая музыка", _SOUND, said="often"),
    Phantom("ru", "спокойная музыка", _SOUND, said="often"),
    Phantom("ru", "музыкальная заставка", _SOUND, said="often"),
    # Ukrainian
    Phantom("uk", "дякую за перегляд", _FAREWELL, said="once"),
    Phantom("uk", "далі буде", _TEASER, said="once"),
    Phantom("uk", "субтитри зробив *", _CREDIT),
    Phantom("uk", "субтитрувальниця *", _CREDIT),
    # English
    Phantom("en", "subtitles by *", _CREDIT),
    Phantom("en", "subtitled by *", _CREDIT),
    Phantom("en", "captions by *", _CREDIT),
    Phantom("en", "captioned by *", _CREDIT),
    Phantom("en", "transcription by *", _CREDIT),
    Phantom("en", "transcribed by *", _CREDIT),
    Phantom("en", "translated by *", _CREDIT, said="often"),
    Phantom("en", "subtitles by the amara.org community", _SITE),
    Phantom("en", "transcript emily beynon", _CREDIT),
    Phantom("en", "bf-watch tv 2021", _STATION),
    Phantom("en", "you", "is what Whisper writes for half a minute of nothing", said="often"),
    Phantom("en", "thank you", _FAREWELL, said="often"),
    Phantom("en", "thanks for watching", _FAREWELL, said="once"),
    Phantom("en", "thank you for watching", _FAREWELL, said="once"),
    Phantom("en", "thank you so much for watching", _FAREWELL, said="once"),
    Phantom("en", "thanks for watching and i'll see you in the next video", _FAREWELL, said="once"),
    Phantom("en", "i'll see you in the next video", _FAREWELL, said="once"),
    Phantom("en", "see you next time", _FAREWELL, said="once"),
    Phantom("en", "please subscribe", _CHANNEL, said="once"),
    Phantom("en", "please subscribe to my channel", _CHANNEL, said="once"),
    Phantom("en", "don't forget to like and subscribe", _CHANNEL, said="once"),
    Phantom("en", "please like and subscribe", _CHANNEL, said="once"),
    Phantom("en", "to be continued", _TEASER, said="once"),
    Phantom("en", "all rights reserved", _RIGHTS, said="often"),
    # German
    Phantom("de", "untertitel im auftrag des zdf *", _STATION),
    Phantom("de", "untertitelung im auftrag des zdf *", _STATION),
    Phantom("de", "untertitelung des zdf *", _STATION),
    Phantom("de", "untertitel von stephanie geiges", _CREDIT),
    Phantom("de", "untertitel der amara.org-community", _SITE),
    Phantom("de", "untertitel von *", _CREDIT),
    Phantom("de", "copyright wdr *", _RIGHTS),
    Phantom("de", "swr 2020", _RIGHTS),
    Phantom("de", "vielen dank fürs zuschauen", _FAREWELL, said="once"),
    Phantom("de", "vielen dank", _FAREWELL, said="often"),
    # French
    Phantom("fr", "sous-titres réalisés par *", _CREDIT),
    Phantom("fr", "sous-titres réalisés para la communauté d'amara.org", _SITE),
    Phantom("fr", "sous-titres faits par la communauté d'amara.org", _SITE),
    Phantom("fr", "sous-titrage st' 501", _CREDIT),
    Phantom("fr", "sous-titrage *", _CREDIT, said="often"),
    Phantom("fr", "merci d'avoir regardé cette vidéo", _FAREWELL, said="once"),
    Phantom("fr", "abonnez-vous", _CHANNEL, said="once"),
    # Spanish
    Phantom("es", "subtítulos realizados por la comunidad de amara.org", _SITE),
    Phantom("es", "subtítulos por la comunidad de amara.org", _SITE),
    Phantom("es", "subtitulado por *", _CREDIT),
    Phantom("es", "gracias por ver el video", _FAREWELL, said="once"),
    Phantom("es", "suscríbete al canal", _CHANNEL, said="once"),
    # Portuguese
    Phantom("pt", "legendas pela comunidade amara.org", _SITE),
    Phantom("pt", "legendado por *", _CREDIT),
    Phantom("pt", "obrigado por assistir", _FAREWELL, said="once"),
    # Italian
    Phantom("it", "sottotitoli creati dalla comunità amara.org", _SITE),
    Phantom("it", "sottotitoli e revisione a cura di *", _CREDIT),
    Phantom("it", "sottotitoli a cura di *", _CREDIT),
    Phantom("it", "grazie per aver guardato il video", _FAREWELL, said="once"),
    # Dutch
    Phantom("nl", "ondertitels ingediend door de amara.org gemeenschap", _SITE),
    Phantom("nl", "ondertiteling *", _CREDIT, said="often"),
    Phantom("nl", "tv gelderland 2021", _STATION),
    # Polish
    Phantom("pl", "napisy stworzone przez społeczność amara.org", _SITE),
    Phantom("pl", "dziękuję za oglądanie", _FAREWELL, said="once"),
    # Turkish
    Phantom("tr", "altyazı m.k", _CREDIT),
    Phantom("tr", "izlediğiniz için teşekkür ederim", _FAREWELL, said="once"),
    # Chinese, Japanese, Korean
    Phantom("zh", "字幕由amara.org社区提供", _SITE),
    Phantom("zh", "字幕由 amara.org 社群提供", _SITE),
    Phantom("zh", "字幕志愿者 *", _CREDIT),
    Phantom("zh", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", _CHANNEL),
    Phantom("zh", "谢谢观看", _FAREWELL, said="once"),
    Phantom("ja", "ご視聴ありがとうございました", _FAREWELL, said="once"),
    Phantom("ja", "チャンネル登録をお願いいたします", _CHANNEL, said="once"),
    Phantom("ko", "시청해 주셔서 감사합니다", _FAREWELL, said="once"),
    Phantom("ko", "구독과 좋아요 부탁드립니다", _CHANNEL, said="once"),
)  # fmt: skip
