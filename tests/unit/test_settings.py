"""Each mistake in the settings is answered with a sentence that names the setting and what it should be."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load, names, read
from domain.retention import Retention

SECRET = "0123456789abcdef0123456789abcdef"


def problem(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read(environment)
    return str(caught.value)


def test_nothing_set_is_a_whole_installation_of_its_own() -> None:
    settings = read({})
    assert settings == Settings()
    assert settings.database_url is None
    assert settings.http_port == 8080
    assert settings.home_folder.name == "donelog"


def test_names_that_are_not_ours_are_left_alone() -> None:
    assert read({"PATH": "/bin", "SLACK_SOMETHING": "x", "DONELOG": "x"}) == Settings()


def test_an_empty_value_counts_as_none() -> None:
    assert read({"DATABASE_URL": "", "DONELOG_PUBLIC_URL": "  "}) == Settings()


def test_an_unknown_name_of_ours_is_named() -> None:
    said = problem({"DONELOG_PUBLC_URL": "https://example.com"})
    assert "DONELOG_PUBLC_URL is not a setting" in said
    assert "did you mean DONELOG_PUBLIC_URL?" in said


def test_an_unknown_name_of_ours_is_named_even_when_it_ends_in_file() -> None:
    assert "DONELOG_TOKEN_FILE is not a setting" in problem({"DONELOG_TOKEN_FILE": "token"})


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("DATABASE_URL", "mysql://host/base", "postgresql://"),
        ("DONELOG_PUBLIC_URL", "example.com", "https://example.com"),
        ("DONELOG_HTTP_PORT", "eighty", "0 to 65535"),
        ("DONELOG_HTTP_PORT", "65536", "0 to 65535"),
        ("DONELOG_HTTP_PORT", "-1", "0 to 65535"),
        ("DONELOG_SECRET", "short", "at least 32 random characters"),
        ("DONELOG_SECRET", f"{SECRET},short", "at least 32 random characters"),
        ("DONELOG_SECRET", ",", "at least 32 random characters"),
        ("SLACK_BOT_TOKEN", "xapp-1", "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-1,xapp-1", "one for each workspace"),
        ("SLACK_BOT_TOKEN", ",", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "xapp-"),
        ("SLACK_API_URL", "slack", "https://example.com"),
        ("DISCORD_API_URL", "discord.com/api", "https://example.com"),
        ("DISCORD_GATEWAY_URL", "gateway", "https://example.com"),
        ("SENDGRID_API_URL", "ftp://x", "https://example.com"),
        ("SENDGRID_EVENT_PUBLIC_KEY", "SG.something", "a public key as SendGrid shows it"),
        ("SENDGRID_INBOUND_PUBLIC_KEY", "MFkwEwYH", "a public key as SendGrid shows it"),
        ("DONELOG_MAIL_DOMAIN", "done@example.com", "done.example.com"),
        ("DONELOG_MAIL_FROM", "example.com", "donelog@example.com"),
        ("SMTP_URL", "smtp.example.com", "smtps://user:password@smtp.example.com"),
        ("IMAP_URL", "imaps://imap.example.com", "imaps://user:password@imap.example.com"),
        ("DONELOG_SMTP_LISTEN", "25", "smtp://0.0.0.0:25"),
        ("MEILISEARCH_URL", "localhost:7700", "https://example.com"),
        ("DONELOG_DELIVERIES_KEPT", "30", "at least 31"),
        ("DONELOG_INBOX_KEPT", "a week", "at least 7"),
    ],
)
def test_a_malformed_value_is_answered_with_what_it_should_be(name: str, value: str, wanted: str) -> None:
    said = problem({name: value})
    assert said.startswith(f"{name} should be ")
    assert wanted in said


def test_a_malformed_value_is_never_repeated_since_it_may_be_a_secret() -> None:
    assert "hunter2" not in problem({"SLACK_BOT_TOKEN": "hunter2"})


def test_a_file_holds_any_setting(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1\n")
    given = {"SLACK_BOT_TOKEN_FILE": str(tmp_path / "token"), "SLACK_APP_TOKEN": "xapp-1"}
    assert read(given).slack_bot_token == ("xoxb-1",)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = problem({"SENDGRID_API_KEY_FILE": str(tmp_path / "nothing")})
    assert said.startswith("SENDGRID_API_KEY_FILE: ")
    assert "nothing cannot be read (No such file or directory)" in said


def test_a_file_that_holds_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    said = problem({"SENDGRID_API_KEY_FILE": str(tmp_path / "key")})
    assert said.startswith("SENDGRID_API_KEY_FILE: ")
    assert "no text" in said


def test_a_malformed_value_in_a_file_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("http")
    assert problem({"DONELOG_HTTP_PORT_FILE": str(tmp_path / "port")}).startswith(
        "DONELOG_HTTP_PORT should be"
    )


def test_a_setting_and_its_file_are_not_given_together(tmp_path: Path) -> None:
    given = {"DISCORD_BOT_TOKEN": "x", "DISCORD_BOT_TOKEN_FILE": str(tmp_path / "x")}
    assert "DISCORD_BOT_TOKEN and DISCORD_BOT_TOKEN_FILE are both set" in problem(given)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"DATABASE_URL": "postgresql://host/base"}, "DONELOG_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SENDGRID_API_KEY": "SG.1"}, "DONELOG_MAIL_DOMAIN"),
        ({"SMTP_URL": "smtp://localhost"}, "DONELOG_MAIL_DOMAIN"),
        ({"IMAP_URL": "imaps://me:pw@h"}, "DONELOG_MAIL_FROM"),
        ({"DONELOG_SMTP_LISTEN": "smtp://localhost:25"}, "DONELOG_MAIL_DOMAIN"),
    ],
)
def test_what_is_missing_beside_another_is_named(given: dict[str, str], missing: str) -> None:
    assert problem(given).startswith(f"{missing} ")


def test_how_long_what_came_and_went_is_kept_can_be_set() -> None:
    given = read({"DONELOG_DELIVERIES_KEPT": "365", "DONELOG_INBOX_KEPT": "7"})
    assert given.retention == Retention(timedelta(days=365), timedelta(days=7))
    assert Settings().retention == Retention()


def test_mail_is_sent_in_one_way() -> None:
    given = {
        "SENDGRID_API_KEY": "SG.1",
        "SMTP_URL": "smtp://localhost",
        "DONELOG_MAIL_DOMAIN": "in.example.com",
    }
    assert problem(given).startswith("SENDGRID_API_KEY and SMTP_URL are both set")


def test_several_secrets_are_read_in_their_order() -> None:
    assert read({"DONELOG_SECRET": f"{SECRET}, {SECRET[::-1]}"}).secret == (SECRET, SECRET[::-1])


def test_several_bot_tokens_are_read_in_their_order_and_once_each() -> None:
    given = {"SLACK_BOT_TOKEN": "xoxb-2, xoxb-1,xoxb-2", "SLACK_APP_TOKEN": "xapp-1"}
    assert read(given).slack_bot_token == ("xoxb-2", "xoxb-1")


def test_env_file_gives_what_the_environment_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DONELOG_HTTP_PORT=1\nDONELOG_HTTP_HOST=::1\n")
    monkeypatch.setenv("DONELOG_HTTP_PORT", "2")
    settings = load(tmp_path / ".env")
    assert (settings.http_port, settings.http_host) == (2, "::1")


def test_an_unknown_name_in_env_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DONELOG_PROT=1\n")
    with pytest.raises(SettingsError, match="DONELOG_PROT is not a setting"):
        load(tmp_path / ".env")


def test_an_env_file_that_holds_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env holds no text"):
        load(tmp_path / ".env")


def test_every_setting_has_a_meaning_in_a_sentence() -> None:
    assert all(meaning.endswith(".") or "=..." in meaning for meaning in names().values())
