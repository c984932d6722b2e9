"""The small page that a browser shows once a vendor has sent it back."""

from __future__ import annotations

import base64
import hashlib
import html

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6470; --paper: #f6f7f9;
  --card: #ffffff; --line: #e2e5ea; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3abb6; --paper: #121417;
  --card: #1b1e23; --line: #2c3138; --good: #56c48a; --bad: #ff8a80; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; color: var(--ink);
  background: var(--paper); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(30rem, 100vw - 2rem); padding: 2rem; margin: 1rem;
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.3; }
.good { color: var(--good); } .bad { color: var(--bad); }
p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
"""

_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

#: What goes with every page: it runs nothing, loads nothing, and its address,
#: which holds the code, goes to nobody.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def page(title: str, text: str, *, good: bool) -> bytes:
    """Return a whole page that says ``title`` and, smaller, ``text``."""
    head, body = html.escape(title), html.escape(text)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{head} · LEAP</title><link rel="icon" href="data:,"><style>{_STYLE}</style>'
        f'</head><body><main><h1 class="{"good" if good else "bad"}">{head}</h1>'
        f"<p>{body}</p></main></body></html>\n"
    ).encode()
