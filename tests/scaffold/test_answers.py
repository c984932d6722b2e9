"""What a team may answer, and what it is told otherwise."""

from __future__ import annotations

import pytest

from leap.errors import UsageError
from leap.scaffold import answers


@pytest.mark.parametrize(
    "check, text, taken",
    [
        (answers.tenant, "acme-2", "acme-2"),
        (answers.title, "  Кафедра «Логика» ", "Кафедра «Логика»"),
        (answers.time_zone, "Asia/Yekaterinburg", "Asia/Yekaterinburg"),
        (answers.language, "auto", "auto"),
        (answers.language, "ru", "ru"),
        (answers.folder, "recordings/", "recordings"),
        (answers.folder, "./записи лекций//2026", "записи лекций/2026"),
        (answers.folder, "/srv/recordings", "/srv/recordings"),
        (answers.folder, "state/site", "state/site"),
        (answers.owner, "@org/team", "@org/team"),
        (answers.owner, "@me  it@example.org", "@me it@example.org"),
        (answers.bucket, "s3://our-lectures/leap/", "s3://our-lectures/leap"),
        (answers.secret, "LEAP_DATABASE_URL", "LEAP_DATABASE_URL"),
        (answers.leap, "leap==1.2", "leap==1.2"),
        (answers.leap, "git+https://x.example/leap@abc",
         "leap[embedded,whisper] @ git+https://x.example/leap@abc"),
        (answers.leap, "leap[youtube] @ https://x.example/leap.whl",
         "leap[youtube] @ https://x.example/leap.whl"),
    ],
)  # fmt: skip
def test_a_good_answer_is_taken(check, text, taken):
    """Without what does not matter in it."""
    assert taken == check(text)


@pytest.mark.parametrize(
    "check, text, reason",
    [
        (answers.tenant, "Acme", "`Acme` is not a name; small letters, digits and hyphens"),
        (answers.tenant, "../acme", "is not a name"),
        (answers.tenant, "acme\n", "is not a name"),
        (answers.tenant, "", "is not a name"),
        (answers.title, " ", "at least 1 character"),
        (answers.title, "x" * 256, "at most 255 characters"),
        (answers.title, "two\nlines", "signs that cannot be seen"),
        (answers.title, "\ud800", ""),
        (answers.time_zone, "Europe/Berln", "did you mean `Europe/Berlin`?"),
        (answers.time_zone, "../../etc/passwd", "is not a time zone"),
        (answers.language, "english", "is not a language code"),
        (answers.folder, "../recordings", "leaves the repository, or is all of it"),
        (answers.folder, ".", "leaves the repository, or is all of it"),
        (answers.folder, "/", "leaves the repository, or is all of it"),
        (answers.folder, "", "leaves the repository, or is all of it"),
        (answers.folder, "tenants/acme/videos", "a meaning of its own"),
        (answers.folder, ".git/x", "a meaning of its own"),
        (answers.folder, "~/Videos", "write the whole path"),
        (answers.folder, "a\x00b", "is not a folder"),
        (answers.owner, "org/team", "is no owner; write it like `@org/team`"),
        (answers.owner, "@org/team #", "is no owner"),
        (answers.owner, "", "is no owner"),
        (answers.bucket, "https://bucket", "write it like `s3://our-lectures`"),
        (answers.bucket, "s3://b/$(x)", "is no bucket"),
        (answers.secret, "GITHUB_TOKEN", "is no name of a secret"),
        (answers.secret, "A }} B", "is no name of a secret"),
        (answers.leap, "--index-url x", "does not say where LEAP is"),
        (answers.leap, "git+https://x.example/leap\nevil", "does not say where LEAP is"),
    ],
)
def test_a_bad_answer_is_refused_with_a_reason(check, text, reason):
    """Nothing that could become something else in a file gets into one."""
    with pytest.raises(UsageError) as refused:
        check(text)

    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_url_with_a_password_is_not_repeated():
    """Somebody will give the URL where the secret's name is asked for."""
    with pytest.raises(UsageError) as refused:
        answers.secret("postgresql://leap:pa55word@db.example.org/leap")

    assert "pa55word" not in str(refused.value)
    assert "name that secret here" in str(refused.value)


@pytest.mark.parametrize(
    "folder, tenant, title",
    [
        ("Acme University", "acme-university", "Acme University"),
        ("École_2", "ecole-2", "Ecole 2"),
        ("Моя кафедра", "university", "University"),
        ("", "university", "University"),
        ("-" * 90 + "x", "x", "X"),
    ],
)
def test_names_are_suggested_from_the_folder(folder, tenant, title):
    """A suggestion is always a name that is taken."""
    assert tenant == answers.tenant(answers.suggested_tenant(folder))
    assert title == answers.suggested_title(tenant)
