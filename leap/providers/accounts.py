"""The registry of accounts: how people and apps log in, and what asks whether that works.

One entry per vendor, each loaded when it is used; the table of what accounts
are for is in the package itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from leap.config.accounts import Named
from leap.config.chat import CLOUD_CHAT
from leap.config.operator import Operator
from leap.config.presets import VkPreset
from leap.config.source import ZoomSource
from leap.config.speech import CLOUD_SPEECH
from leap.domain.ports import Tokens
from leap.providers.oauth.checked import Checked
from leap.providers.oauth.vendor import Vendor


def _key_check(
    vendor: str,
) -> Callable[[Operator, Tokens, Sequence[Named], str], Checked]:
    def checked(operator: Operator, tokens: Tokens, _: Sequence[Named], __: str) -> Checked:
        from leap.providers.speech.check import check

        allow_insecure = operator.allow_insecure_endpoints
        return check(tokens, vendor, operator.endpoints.speech, allow_insecure=allow_insecure)

    return checked


def _deepseek_check(operator: Operator, tokens: Tokens, _: Sequence[Named], renew: str) -> Checked:
    from leap.providers.chat.check import check

    return check(
        tokens,
        "DeepSeek",
        operator.endpoints.chat.deepseek.url,
        renew=renew,
        allow_insecure=operator.allow_insecure_endpoints,
    )


def _youtube_login(operator: Operator, login: str) -> Vendor:
    from leap.providers.youtube.login import vendor

    return vendor(operator.endpoints.youtube, login=login)


def _youtube_check(operator: Operator, tokens: Tokens, _: Sequence[Named], login: str) -> Checked:
    from leap.providers.youtube.check import check

    return check(
        tokens,
        operator.endpoints.youtube,
        login=login,
        allow_insecure=operator.allow_insecure_endpoints,
    )


def _vk_login(operator: Operator, login: str) -> Vendor:
    from leap.providers.vk.login import vendor

    return vendor(operator.endpoints.vk, login=login)


def _vk_implicit_login(operator: Operator, login: str) -> Vendor:
    from leap.providers.vk.login import implicit

    return implicit(operator.endpoints.vk, login=login)


def _vk_check(operator: Operator, tokens: Tokens, named_by: Sequence[Named], login: str) -> Checked:
    from leap.providers.vk.check import check

    presets = [each for each in named_by if isinstance(each, VkPreset)]
    return check(
        tokens,
        sorted({preset.group for preset in presets if preset.group is not None}),
        operator.endpoints.vk,
        login=login,
        allow_insecure=operator.allow_insecure_endpoints,
    )


def _zoom_login(operator: Operator, login: str) -> Vendor:
    from leap.providers.zoom.login import vendor

    return vendor(operator.endpoints.zoom, login=login)


def _zoom_check(
    operator: Operator, tokens: Tokens, named_by: Sequence[Named], login: str
) -> Checked:
    from leap.providers.zoom.check import check

    return check(
        tokens,
        [source for source in named_by if isinstance(source, ZoomSource)],
        operator.endpoints.zoom,
        login=login,
        allow_insecure=operator.allow_insecure_endpoints,
    )


#: The vendor, as `leap auth login` names it → how a person logs in there. The
#: text is the command that logs in anew, for messages.
LOGINS: Mapping[str, Callable[[Operator, str], Vendor]] = MappingProxyType(
    {"zoom": _zoom_login, "youtube": _youtube_login, "vk": _vk_login}
)
#: The same where the browser's address is to have the token itself.
IMPLICIT_LOGINS: Mapping[str, Callable[[Operator, str], Vendor]] = MappingProxyType(
    {"vk": _vk_implicit_login}
)
#: The same for an app that logs in by itself: the kind of its credential.
APP_LOGINS: Mapping[str, str] = MappingProxyType({"zoom": "zoom_s2s"})
#: The kind of a credential → the fields that it cannot do without.
CREDENTIALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "site": ("link_secret",),
        "vk": ("access_token",),
        "youtube": ("client_id", "client_secret", "refresh_token"),
        "zoom": ("client_id", "client_secret", "refresh_token"),
        "zoom_s2s": ("account_id", "client_id", "client_secret"),
        **dict.fromkeys((*CLOUD_SPEECH, *CLOUD_CHAT), ("api_key",)),
    }
)
#: The kind of a credential → what asks its vendor whether it works for the
#: sources and presets that name it; the text as above.
CHECKS: Mapping[str, Callable[[Operator, Tokens, Sequence[Named], str], Checked]] = (
    MappingProxyType(
        {
            "zoom": _zoom_check,
            "zoom_s2s": _zoom_check,
            "youtube": _youtube_check,
            "vk": _vk_check,
            **{vendor: _key_check(vendor) for vendor in CLOUD_SPEECH},
            "deepseek": _deepseek_check,
        }
    )
)
