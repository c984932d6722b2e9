"""What a hostile pull request may try: refused quickly, in little memory, without any effect.

Each try is one sound repository with something bad in it. `leap validate` looks
at all of them in one fresh process, which is watched; see watched.py.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SECONDS, MEMORY = 1.0, 200e6

ACME = "tenants/acme"
BODY = "match: {keywords: [x]}\npipeline: lecture\n"
#: Another tenant, with things worth taking.
GLOBEX = {
    "tenants/globex/tenant.yaml": "title: Globex\n",
    "tenants/globex/sources/zoom.yaml": "kind: folder\npath: recordings/globex\n",
    "tenants/globex/presets/channel.yaml": "platform: site\npath: site/globex\naccount: key\n",
}

Act = Callable[[Path], None]
#: Name → what is put into the repository (files, or what is done to it), and where and how
#: it is refused: the beginning of one diagnostic.
TRIES: dict[str, tuple[dict[str, str | bytes] | Act, str]] = {}


def tries(name: str, expected: str, files: dict[str, str | bytes] | Act) -> None:
    """Note one try."""
    assert name not in TRIES
    TRIES[name] = (files, expected)


def template(name: str, expected: str, text: str | bytes) -> None:
    """Note a try with one template."""
    tries(name, f"{ACME}/templates/x.yaml:{expected}", {f"{ACME}/templates/x.yaml": text})


def raw(name: str, expected: str, text: str | bytes) -> None:
    """Note a try with the text of one tenant.yaml."""
    tries(name, f"{ACME}/tenant.yaml:{expected}", {f"{ACME}/tenant.yaml": text})


def title(name: str, expected: str, text: str) -> None:
    """Note a try with the title of a publication."""
    template(name, f"3:19: metadata.title: {expected}",
             BODY + f"metadata: {{title: {json.dumps(text)}}}\n")  # fmt: skip


# ── what belongs to another tenant, or to nobody ───────────────────────────

for kind, line, text in (
    ("preset", "3:11", BODY + "publish: {%s: {}}\n"),
    ("source", "1:34", "match: {keywords: [x], sources: [%s]}\npipeline: lecture\n"),
    ("pipeline", "2:11", "match: {keywords: [x]}\npipeline: %s\n"),
):
    for how, name in (
        ("by-path", '"../../globex/presets/channel"'),
        ("by-tenant", '"globex:channel"'),
        ("by-folder", '"globex/channel"'),
        ("with-a-line-end", '"site\\n"'),
    ):
        template(f"{kind}-of-another-{how}", f"{line}:", text % name)
    template(f"{kind}-of-another-by-its-name", f"{line}: there is no {kind}", text % "channel")

tries("account-of-another", f"{ACME}/presets/x.yaml:2:10: {ACME}/secrets.sops.yaml has no account",
      {f"{ACME}/presets/x.yaml": "platform: site\naccount: key\npath: site/x\n",
       f"{ACME}/secrets.sops.yaml": "credentials: {links: {}}\n"})  # fmt: skip
tries("account-by-path", f"{ACME}/presets/x.yaml:2:10: account: `../globex/key` is not a name",
      {f"{ACME}/presets/x.yaml": "platform: site\naccount: ../globex/key\n"})  # fmt: skip
tries("override-of-anothers-source", f"{ACME}/overrides/x.yaml:1:15: there is no source `zoom`",
      {f"{ACME}/overrides/x.yaml": "for: {source: zoom, title: t, date: 2026-11-20}\n"})  # fmt: skip
tries("folder-of-anothers-site", "tenants/globex/presets/channel.yaml:2:7: tenants/acme/presets/x",
      {f"{ACME}/presets/x.yaml": "platform: site\npath: site/globex/deep\n"})  # fmt: skip
for how, path in {
    "by-dots": "../outside", "absolute": "/etc", "of-the-other-tenant": "tenants/globex",
    "of-the-root": "/", "through-the-own": "recordings/../leap.yaml", "of-the-state": "state/keys",
    "of-processes": "/proc/self/cwd", "in-a-variable": "$HOME/.ssh",
}.items():  # fmt: skip
    tries(f"source-{how}", f"{ACME}/sources/x.yaml:2:7: `{path}` is outside",
          {f"{ACME}/sources/x.yaml": f"kind: folder\npath: {path}\n"})  # fmt: skip
    tries(f"site-{how}", f"{ACME}/presets/x.yaml:2:7: `{path}` is outside",
          {f"{ACME}/presets/x.yaml": f"platform: site\npath: {path}\n"})  # fmt: skip
tries("source-at-home", f"{ACME}/sources/x.yaml:2:7: path: `~` is not expanded",
      {f"{ACME}/sources/x.yaml": "kind: folder\npath: ~/.ssh\n"})  # fmt: skip
tries("source-of-a-path-with-nul", f"{ACME}/sources/x.yaml:2:7: the invisible control character",
      {f"{ACME}/sources/x.yaml": 'kind: folder\npath: "recordings\\0/etc"\n'})  # fmt: skip

for how, path in {
    "absolute": "/etc", "of-processes": "/proc/self/cwd", "by-dots": "./state/models/../keys",
    "of-the-other-tenant": "./tenants/globex", "of-the-own": f"./{ACME}/model", "at-root": "/.",
}.items():  # fmt: skip
    tries(f"model-{how}", f"{ACME}/templates/x.yaml:3:21: `{path}` is outside the folders that",
          {f"{ACME}/templates/x.yaml": "match: {keywords: [xyz]}\npipeline: lecture\n"
           f"transcribe: {{model: {path}}}\n"})  # fmt: skip
template("model-of-a-path-with-nul", "4:10: the invisible control character U+0000",
         'match: {keywords: [xyz]}\npipeline: lecture\ntranscribe:\n'
         '  model: "./state/models\\0/etc"\n')  # fmt: skip

# ── what only the operator may say ─────────────────────────────────────────

for key in ("endpoints", "folders", "sites", "database", "workers", "resources", "state", "proxy"):
    raw(f"operators-{key}", f"2:1: unknown key `{key}`", f"title: A\n{key}: x\n")
template("endpoint-of-a-provider", "3:27: unknown key `base_url`",
         BODY + "transcribe: {beam: 5    , base_url: 'http://169.254.169.254/'}\n")  # fmt: skip
template("command-in-a-stage", "3:8: unknown key `command`", BODY + "trim: {command: reboot}\n")
template(
    "class-by-its-path", "3:16: topics.with: `os.system`", BODY + "topics: {with: os.system}\n"
)
for scheme in ("javascript:alert(1)", "file:///etc/passwd", "https://x y", 'https://x"onload="'):
    tries(f"address-{scheme[:4]}-{len(scheme)}", f"{ACME}/presets/x.yaml:2:11: base_url:",
          {f"{ACME}/presets/x.yaml": f"platform: site\nbase_url: '{scheme}'\n"})  # fmt: skip

# ── files that are none ────────────────────────────────────────────────────


def link(place: str, target: str) -> Act:
    """Return what puts a symbolic link into a repository."""

    def act(root: Path) -> None:
        path = root / place
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    return act


def pipe(place: str) -> Act:
    """Return what puts a named pipe into a repository: reading it would wait for ever."""

    def act(root: Path) -> None:
        (root / place).unlink(missing_ok=True)
        os.mkfifo(root / place)

    return act


def listening(root: Path) -> None:
    """Put a socket there."""
    here = Path.cwd()
    os.chdir(root / ACME / "templates")  # its whole path may be longer than a socket's can be
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("x.yaml")
    finally:
        os.chdir(here)


for what, target in {
    "leap.yaml": "/etc/passwd", "pipelines": "/etc", "pipelines/lecture.yaml": "/etc/passwd",
    "tenants": "/", "tenants/acme": "globex", f"{ACME}/tenant.yaml": "../globex/tenant.yaml",
    f"{ACME}/presets": "../globex/presets", f"{ACME}/templates/x.yaml": "/etc/passwd",
    f"{ACME}/templates/y.yaml": "y.yaml", f"{ACME}/thumbnails": "/etc",
    f"{ACME}/secrets.sops.yaml": "../globex/secrets.sops.yaml",
}.items():  # fmt: skip
    tries(f"link-{what.replace('/', '-')}", f"{what}: a symbolic link is not followed",
          link(what, target))  # fmt: skip
tries(
    "link-to-zeros",
    f"{ACME}/sources/x.yaml: a symbolic link",
    link(f"{ACME}/sources/x.yaml", "/dev/zero"),
)
for what in (
    f"{ACME}/tenant.yaml",
    f"{ACME}/templates/x.yaml",
    f"{ACME}/secrets.sops.yaml",
):
    tries(f"pipe-{what.replace('/', '-')}", f"{what}: not a file, but a pipe or device", pipe(what))
tries("socket", f"{ACME}/templates/x.yaml: not a file, but a pipe or device", listening)
tries(
    "folder-for-a-file",
    f"{ACME}/tenant.yaml: not a file, but a folder",
    lambda root: ((root / ACME / "tenant.yaml").unlink(), (root / ACME / "tenant.yaml").mkdir()),
)

# ── names ──────────────────────────────────────────────────────────────────

for how, name, expected in (
    ("of-a-device", "con", "`con` is a device on Windows"),
    ("of-a-port", "lpt1", "`lpt1` is a device on Windows"),
    ("with-a-line-end", "x\n", "`x\ufffd` is not a name"),
    ("with-a-command", "x\n::error::y", "`x\ufffd::error::y` is not a name"),
    ("with-an-escape", "x\x1b[31m", "`x\ufffd[31m` is not a name"),
    ("read-backwards", "x\u202elmay", "`x\ufffdlmay` is not a name"),
    ("of-dots", "x..", "`x..` is not a name"),
    ("like-an-option", "-rf", "`-rf` is not a name"),
    ("with-a-space", "x ", "`x ` is not a name"),
    ("of-one-letter-in-cyrillic", "х", "`х` is not a name"),
    ("in-capitals", "KNOWN", "`KNOWN` is not a name"),
    ("too-long", "x" * 64, f"`{'x' * 60}` is not a name"),
):
    shown = "".join("\ufffd" if each in "\n\x1b\u202e" else each for each in name)
    tries(f"name-{how}", f"{ACME}/templates/{shown}.yaml: {expected}",
          {f"{ACME}/templates/{name}.yaml": BODY})  # fmt: skip
tries(
    "name-that-is-no-text",
    f"{ACME}/templates/\ufffd.yaml: `\ufffd` is not a name",
    lambda root: Path(os.fsdecode(os.fsencode(root / ACME / "templates") + b"/\xff.yaml")).touch(),
)
tries("tenant-with-a-line-end", "tenants/globex\ufffd: `globex\ufffd` is not a name",
      {"tenants/globex\n/tenant.yaml": "title: Globex\n"})  # fmt: skip

# ── encodings and characters ───────────────────────────────────────────────

raw("encoding-utf-16", "1:1: not UTF-8 text", "title: A\n".encode("utf-16"))
raw("encoding-utf-16-without-mark", "1:2: the invisible control character U+0000",
    "title: A\n".encode("utf-16-le"))  # fmt: skip
raw("encoding-utf-32", "1:1: not UTF-8 text", "title: A\n".encode("utf-32"))
raw("encoding-latin-1", "1:10: not UTF-8 text", "title: 'Gö'\n".encode("latin-1"))
raw("encoding-overlong", "1:9: not UTF-8 text", b"title: A\xc0\xaf\n")
raw("character-nul", "1:9: the invisible control character U+0000", b"title: A\0\n")
raw("character-mark-in-the-middle", "2:2: this line does not fit", "title: A\n\ufeffowner: x\n")
raw("character-that-reverses", "1:9: the invisible control character U+202E", "title: A\u202eB\n")
raw("character-that-reverses-escaped", "1:8: the invisible control character U+202E",
    'title: "A\\u202eB"\n')  # fmt: skip
raw("character-that-colours", "2:1: the invisible control character U+001B",
    'title: A\n"\\e[31mowner": x\n')  # fmt: skip
raw("character-that-ends-lines-for-some", "1:9: the invisible control character U+2028",
    "title: A\u2028owners: [x]\n")  # fmt: skip
raw("character-half-of-a-pair", "1:12: not well-formed YAML",
    'title: "A\\ud800"\n')  # fmt: skip

# ── bombs ──────────────────────────────────────────────────────────────────

raw(
    "bomb-of-aliases",
    "1:4: the anchor `&a`",
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{k}: &{k} [{', '.join([f'*{j}'] * 9)}]\n"
        for j, k in zip("abcdefgh", "bcdefghi", strict=True)
    ),
)
raw("bomb-of-merges", "1:4: the anchor `&a`",
    "a: &a {x: 1}\n" + "".join(f"{k}: &{k} {{<<: [{', '.join([f'*{j}'] * 9)}]}}\n"
                               for j, k in zip("abcdefgh", "bcdefghi", strict=True)))  # fmt: skip
raw("bomb-of-brackets", "1:33: nested more than 32 levels deep", "[" * 60_000)
raw("bomb-of-braces", "1:129: nested more than 32 levels deep", "{a: " * 60_000)
raw("bomb-of-dashes", "1:65: nested more than 32 levels deep", "- " * 60_000)
raw("bomb-of-questions", "1:65: nested more than 32 levels deep", "? " * 60_000)
raw("bomb-of-indentation", "33:33: nested more than 32 levels deep",
    "".join(f"{' ' * depth}a:\n" for depth in range(600)))  # fmt: skip
raw("bomb-of-quotes", "1:8: `'` is opened here and not closed", "title: '" + "''" * 60_000)
raw("bomb-of-keys", " 1900 more errors", "title: A\n" + "".join(f"k{i}: 1\n" for i in range(2000)))
raw(
    "bomb-of-long-keys",
    "2:1: a key of more than 200 characters",
    "title: A\n" + "k" * 999 + ": 1\n",
)
raw("bomb-of-long-similar-keys", "2:1: unknown key", "title: A\n" + "".join(
    f"{'time_zone' * 21}{i:05}: 1\n" for i in range(1100)))  # fmt: skip
raw("bomb-of-doubles", " 19899 more errors", "title: A\n" + "a: 1\n" * 20_000)
raw("bomb-of-values", "1:99999: more than 50000 values", "a: [" + "x," * 60_000)
raw("bomb-of-owners", "2:9: owners: more than 500 entries",
    "title: A\nowners: [" + ",".join(f"o{i}" for i in range(20_000)) + "]\n")  # fmt: skip
raw("bomb-of-digits", "1:8: a number of more than 18 digits", f"title: {'9' * 5000}\n")
raw("bomb-of-an-exponent", "1:8: `1e999999` is not a finite number", "title: 1e999999\n")
raw("bomb-of-hexadecimals", "1:8: title: longer than 255 characters", f"title: 0x{'f' * 200_000}\n")
raw("bomb-of-one-text", "1:8: title: longer than 255 characters", f"title: {'x' * 250_000}\n")
raw(
    "bomb-of-bytes", " the file has more than the 256 KiB allowed", "title: A\n" + "# x\n" * 100_000
)
raw("bomb-of-documents", "2:1: a second document begins here", "--- {}\n" * 9999)
raw("bomb-of-a-time-zone", "2:12: time_zone:", f"title: A\ntime_zone: {'Europe/' * 30_000}\n")
raw("bomb-of-a-duration", "2:34: defaults.blank.shorter_than:",
    f"title: A\ndefaults: {{blank: {{shorter_than: {'1 s ' * 50_000}!}}}}\n")  # fmt: skip
tries("bomb-of-a-database", "leap.yaml:1:11: database: longer than 1000 characters",
      {"leap.yaml": f"database: 'a://{':' * 200_000}'\n"})  # fmt: skip
tries("bomb-of-files", f"{ACME}: more than 2000 files",
      {f"{ACME}/templates/t{i}.yaml": "" for i in range(2001)})  # fmt: skip
tries("bomb-of-full-files", f"{ACME}: more than 5 MiB of YAML",
      {f"{ACME}/templates/t{i}.yaml": "# " + "x" * 260_000 for i in range(21)})  # fmt: skip
tries("bomb-of-pipelines", "pipelines: more than 2000 files",
      {f"pipelines/p{i}.yaml": "" for i in range(2001)})  # fmt: skip
tries("bomb-of-secrets", f"{ACME}/secrets.sops.yaml: more than 256 KiB",
      {f"{ACME}/secrets.sops.yaml": "x" * 20_000_000})  # fmt: skip
template("bomb-of-presets", "3:10: publish: more than 10 entries",
         BODY + "publish: {" + "".join(f"sote{i}: , " for i in range(9000)) + "}\n")  # fmt: skip
template(
    "bomb-of-sources",
    "1:33: match.sources: more than 100 entries",
    "match: {keywords: [x], sources: [" + "recordingz, " * 9000 + "]}\npipeline: lecture\n",
)
template("bomb-of-rules", "1:19: match.keywords: more than 500 entries",
         "match: {keywords: [" + "".join(f"k{i}," for i in range(20_000)) + "]}\n")  # fmt: skip
tries("bomb-of-examples", f"{ACME}/templates/x00.yaml:4:22: the example does not match",
      {f"{ACME}/templates/x{i:02}.yaml":
          BODY + "# \nexamples: {matches: [lecture, "
          + "".join(f"lecture x {i} {n}, " for n in range(499)) + "]}\n"
       for i in range(50)})  # fmt: skip

# ── code ───────────────────────────────────────────────────────────────────

for tag in ("!!python/object/apply:os.system [touch pwned]", "!!python/name:os.system",
            "!!python/module:antigravity", "!!binary aGVsbG8=", "!include /etc/passwd", "!!set {a}",
            "!<tag:yaml.org,2002:python/object/new:os.system> [reboot]"):  # fmt: skip
    raw(f"tag-{tag.split()[0].strip('!<>').replace('/', '-')}", "1:8: the tag `", f"title: {tag}\n")
raw(
    "tag-by-a-directive",
    "3:8: the tag `",
    "%TAG !p! tag:yaml.org,2002:python/object/\n---\ntitle: !p!apply:os.system [reboot]\n",
)
raw("merge-key", "2:1: the merge key `<<`", "title: A\n<<: {owners: [x]}\n")
raw("key-twice", "2:1: the key `title` is here twice", "title: A\ntitle: B\n")

for how, pattern in {
    "that-backtracks": "(a+)+$", "that-nests": "((a*)*)*b", "of-alternatives": "(a|aa)+$",
}.items():  # fmt: skip
    template(f"pattern-{how}", "4:22: the example does not match",
             f"match: {{patterns: ['^{pattern}']}}\npipeline: lecture\n"
             f"publish: {{site: }}\nexamples: {{matches: ['{'a' * 250}!']}}\n")  # fmt: skip
for how, pattern in {
    "that-repeats-repeats": "((a{900}){900}){900}", "that-looks-behind": "(?<=a)b", "that-recurs": "(?R)",
    "that-refers-back": r"(a)\1", "with-a-callout": "(?C1)", "too-long": "a" * 501,
    "that-fills-the-memory": r"(\pL{400}){2}" * 30,
}.items():  # fmt: skip
    template(f"pattern-{how}", "1:20: match.patterns:", f"match: {{patterns: ['{pattern}']}}\n")
template(
    "patterns-that-fill-the-memory",
    "3:1: unknown key `x`",
    "match: {patterns: ["
    + ", ".join(rf"'\pL{{19}}{i}'" for i in range(100))
    + "]}\npipeline: lecture\nx: 1\n",
)

title("title-that-loops", "`for` is not available",
      "{% for i in range(1000000000) %}{{ topic }}{% endfor %}")  # fmt: skip
title("title-that-multiplies", "`mul` is not available", "{{ 'x' * 1000000000 }}")
title("title-to-the-power", "`pow` is not available", "{{ 9 ** 9 ** 9 }}")
title("title-that-pads", "unknown filter `center`", "{{ topic | center(1000000000) }}")
title("title-that-formats", "unknown filter `format`", "{{ '%1000000000d' | format(1) }}")
title("title-of-a-class", "`.` is not available", "{{ topic.__class__.__mro__ }}")
title("title-of-an-attribute", "unknown filter `attr`", "{{ topic | attr('__class__') }}")
title("title-of-an-item", "`[]` is not available", "{{ topic['__class__'] }}")
title("title-of-a-global", "unknown variable `cycler`", "{{ cycler }}")
title("title-that-calls", "`()` is not available", "{{ topic() }}")
title("title-that-includes", "`include` is not available", "{% include '/etc/passwd' %}")
title("title-that-imports", "`import` is not available", "{% import 'os' as os %}")
title("title-that-extends", "`extends` is not available", "{% extends 'x' %}")
title("title-with-a-macro", "`macro` is not available", "{% macro x() %}{{ x() }}{% endmacro %}")
title("title-that-assigns", "`set` is not available", "{% set topic = 1 %}")
title("title-with-an-older-format", "`{topic}` would", "{topic.__class__}")
title("title-nested-deeply", "not a template", "{{ " + "(" * 240 + "topic" + ")" * 240 + " }}")
template("description-of-spaces", "3:25: metadata.description:",
         BODY + f"metadata: {{description: '{{topic:{' ' * 4900}x}}'}}\n")  # fmt: skip
raw("time-zone-by-path", "2:12: time_zone:", "title: A\ntime_zone: ../../../etc/passwd\n")
raw("time-zone-absolute", "2:12: time_zone:", "title: A\ntime_zone: /etc/passwd\n")


@pytest.fixture(scope="module")
def outcome(sound_files, tmp_path_factory):
    """Validate every try in one fresh process; return what it said of each, and of all."""
    folder = tmp_path_factory.mktemp("tries")
    for name, (what, _) in {"sound": ({}, ""), **TRIES}.items():
        files = {**sound_files, **GLOBEX, **(what if isinstance(what, dict) else {})}
        for path, content in files.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        if not isinstance(what, dict):
            what(folder / name)
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("watched.py"), REPOSITORY],
        input=json.dumps([str(folder / name) for name in TRIES]),
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "GITHUB_ACTIONS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    told = json.loads(done.stdout)
    told["found"] = {Path(root).name: each for root, each in told["found"].items()}
    return told


@pytest.mark.parametrize("name", TRIES)
def test_a_try_is_refused_with_its_place_and_reason(name, outcome):
    """At once, with exit code 1 and a diagnostic that says where and why."""
    found, expected = outcome["found"][name], TRIES[name][1]
    said = [
        f"{each['file']}:{each['line']}:{each['column']}: {each['message']}".replace(":0:0:", ":")
        for each in found["diagnostics"]
        if each["severity"] == "error"
    ]

    assert 1 == found["code"]
    assert any(line.startswith(expected) for line in said), said[:5]
    assert found["seconds"] < SECONDS


def test_the_tries_take_little_memory(outcome):
    """All of them one after the other, so each of them."""
    assert outcome["memory"] < MEMORY


def test_the_tries_reach_nothing(outcome):
    """No process, no connection, no import, nothing written, and nothing read elsewhere."""
    assert [] == outcome["touched"]


def test_there_are_many_tries():
    """A tenant's pull request can be hostile in more ways than one."""
    assert len(TRIES) >= 100
