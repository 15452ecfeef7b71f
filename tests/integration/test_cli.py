"""The command line: what it says, what it refuses, and teams and people kept from a shell."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.commands import Origin, Record, Surface
from domain.people import Address, Channel, Profile
from domain.services import capture
from tests.cli_world import Shell
from tests.meilisearch_server import running_meilisearch

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlalchemy", "psycopg2", "discord", "slack_sdk", "aiohttp", "starlette", "alembic", "dns", "dotenv")


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """An installation in which nothing is set."""
    return Shell(tmp_path / ".env")


# ---------------------------------------------------------------- the program itself


def test_help_names_every_command_and_the_demo(bare: Shell) -> None:
    said = bare.says("--help")
    for word in ("run", "setup", "doctor", "team", "member", "workspace", "invite", "search", "web", "demo"):
        assert word in said


def test_the_version_is_one_line(bare: Shell) -> None:
    assert bare.says("--version").count("\n") == 1


def test_nothing_heavy_is_imported_before_a_command_runs() -> None:
    code = f"import sys, bot.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- what is wrong is said in a sentence


def test_run_without_a_channel_offers_setup_and_demo(bare: Shell) -> None:
    said = bare.fails("run")
    assert "./donelog setup slack" in said
    assert "./donelog demo" in said


@pytest.mark.parametrize("part", ["run", "web", "gateway", "worker", "doctor"])
def test_an_unknown_setting_is_named(bare: Shell, part: str) -> None:
    bare.set(DONELOG_PROT="8080")
    assert "DONELOG_PROT is not a setting of donelog" in bare.run(part).output


def test_a_database_that_does_not_answer_is_named(bare: Shell) -> None:
    bare.set(DATABASE_URL="postgresql://donelog:hunter2@127.0.0.1:1/donelog", DONELOG_SECRET="x" * 32)
    said = bare.fails("team", "list")
    assert said.startswith("donelog: DATABASE_URL: the database does not answer (")
    assert "refused" in said
    assert "hunter2" not in said


def test_a_home_that_cannot_be_made_is_named(bare: Shell) -> None:
    bare.set(DONELOG_HOME="/dev/null/home")
    assert "DONELOG_HOME" in bare.fails("team", "list")


def test_a_taken_port_is_named(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shell.set(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", DONELOG_HTTP_PORT=str(port))
        ended = shell.process("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"donelog: DONELOG_HTTP_PORT: {port} is taken")


def test_run_says_which_channels_are_on_and_how_to_set_up_the_others(shell: Shell) -> None:
    shell.set(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", DONELOG_HTTP_HOST="256.0.0.1")
    ended = shell.process("run")
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "Slack    on    Socket Mode" in said
    assert "Discord  off   ./donelog setup discord" in said
    assert "Mail     off   ./donelog setup email" in said
    assert "DONELOG_HTTP_HOST" in said


def test_run_says_what_mail_lacks(shell: Shell) -> None:
    shell.set(SENDGRID_API_KEY="SG.1", DONELOG_MAIL_FROM="a@example.com", DONELOG_HTTP_HOST="256.0.0.1")
    said = shell.process("run").stdout
    assert "Mail     on    from a@example.com" in said
    assert "DONELOG_INBOUND_TOKEN is missing" in said
    assert "DONELOG_PUBLIC_URL is missing" in said


# ---------------------------------------------------------------- teams and people


def test_a_team_is_made_shown_and_listed(shell: Shell) -> None:
    assert "Made the team Platform in Europe/Madrid" in shell.says(
        "team", "make", "Platform", "--zone", "madrid"
    )
    assert "Platform  0       09:00 Europe/Madrid" in shell.says("team", "list")
    assert "Platform: digest at 09:00 Europe/Madrid." in shell.says("team", "show", "platform")
    assert json.loads(shell.says("team", "list", "--json"))[0]["name"] == "Platform"


def test_a_second_team_of_that_name_is_refused(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    assert "platform” already" in shell.fails("team", "make", "platform")


def test_a_zone_that_is_none_is_answered_with_close_ones(shell: Shell) -> None:
    assert "Europe/Madrid" in shell.fails("team", "make", "Platform", "--zone", "Madird")


def test_a_team_s_clock_and_days_can_be_changed_later(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "ana@example.com")
    changed = ("team", "change", "platform", "--zone", "boston", "--digest", "8:30", "--days", "mon-thu")
    assert shell.says(*changed) == "Platform: digest at 08:30 America/New_York, Mon-Thu.\n"
    shown = json.loads(shell.says("team", "show", "Platform", "--json"))
    assert (shown["zone"], shown["digest"]) == ("America/New_York", "08:30")
    assert shown["people"][0]["zone"] == "America/New_York", "she has told none of her own"
    assert "Mon-Thu" in shell.says("team", "change", "platform", "--digest", "9")
    assert "04:00" in shell.fails("team", "change", "Platform", "--digest", "3:00")
    assert "08:30" in shell.fails("team", "change", "Platform", "--digest", "early")


def test_people_are_added_by_mail_address_and_by_name(shell: Shell) -> None:
    shell.says("team", "make", "Platform", "--zone", "Europe/Madrid")
    shell.says("team", "make", "Support")
    said = shell.says("member", "add", "Platform", "Ana Lopez <ana@example.com>", "ben.k@example.com")
    assert said == "Ana Lopez is now in Platform.\nBen K is now in Platform.\n"
    assert "Ana Lopez is now in Support." in shell.says(
        "member", "add", "Support", "ana", "--role", "manager"
    )
    assert "already" in shell.says("member", "add", "Support", "ANA@example.com")
    people = json.loads(shell.says("member", "list", "--json"))
    assert [each["name"] for each in people] == ["Ana Lopez", "Ben K"]
    assert people[0]["teams"] == ["Platform", "Support"]
    assert people[0]["addresses"] == ["ana@example.com"]
    shown = json.loads(shell.says("team", "show", "Support", "--json"))["people"]
    assert [(each["name"], each["role"]) for each in shown] == [("Ana Lopez", "manager")]


def test_either_all_or_none_of_several_people_are_added(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    told = shell.fails("member", "add", "Platform", "ana@example.com", "Nobody")
    assert "nobody called “Nobody”" in told
    assert "Somebody new needs a mail address" in told
    assert json.loads(shell.says("member", "list", "--json")) == []


def test_a_name_that_several_have_asks_for_the_number(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "Ana A <a@example.com>", "Ana B <b@example.com>")
    said = shell.fails("member", "link", "ana", "discord:123")
    assert "Ana A (" in said
    assert "Ana B (" in said


def test_a_person_gets_a_second_door(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "Ana <ana@example.com>")
    assert shell.says("member", "link", "Ana", "slack:T123/U456") == "slack:T123/U456 is Ana.\n"
    assert shell.says("member", "link", "slack:T123/U456", "discord:789") == "discord:789 is Ana.\n"
    assert "slack:T123/U456 discord:789" in shell.says("member", "list")


def test_two_people_become_one_only_when_that_is_confirmed(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "Ana <ana@example.com>", "A. Lopez <lopez@example.com>")
    assert "nothing was changed" in shell.fails("member", "link", "Ana", "lopez@example.com", typed="n\n")
    assert len(json.loads(shell.says("member", "list", "--json"))) == 2
    said = shell.says("member", "link", "Ana", "lopez@example.com", typed="y\n")
    assert "lopez@example.com is A. Lopez" in said
    people = json.loads(shell.says("member", "list", "--json"))
    assert [each["addresses"] for each in people] == [["ana@example.com", "lopez@example.com"]]


def test_merging_asks_nothing_when_told_so(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "Ana <ana@example.com>", "Ann <ann@example.com>")
    assert shell.says("member", "link", "Ana", "ann@example.com", "--yes") == "ann@example.com is Ana.\n"


def test_an_invitation_needs_mail_and_somebody_who_invites(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    assert "Mail is not set up" in shell.fails("invite", "cleo@example.com", "Platform")
    shell.set(SENDGRID_API_KEY="SG.1", DONELOG_MAIL_DOMAIN="done.example.com")
    assert "--as" in shell.fails("invite", "cleo@example.com", "Platform")
    shell.says("member", "add", "Platform", "Ana <ana@example.com>")
    assert "Ana invites cleo@example.com to Platform" in shell.says("invite", "cleo@example.com", "Platform")
    shown = json.loads(shell.says("team", "show", "Platform", "--json"))["people"]
    assert {each["role"] for each in shown} == {"member", "invited"}


def test_a_workspace_is_connected_by_its_id_or_by_a_code(shell: Shell) -> None:
    assert "setup slack" in shell.says("workspace", "list")
    shell.says("workspace", "add", "discord", "123", "Acme")
    assert json.loads(shell.says("workspace", "list", "--json")) == [
        {"channel": "discord", "id": "123", "name": "Acme"}
    ]
    assert "say `slack` or `discord`" in shell.fails("workspace", "add", "email", "1")
    code = shell.says("workspace", "code").split()[2]
    with shell.core() as core:
        today = core.database.time().date()
        assert core.tokens.read_connect_code(code, today) == core.organization_id


# ---------------------------------------------------------------- search


def remember(shell: Shell, who: str, line: str) -> None:
    """Somebody wrote that line."""
    address = Address(Channel.EMAIL, who)
    now = datetime(2026, 11, 24, 17, tzinfo=UTC)
    with shell.core() as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        person, _ = tenant.people.add(Profile(who.partition("@")[0].title()), address, None, now)
        capture.record(tenant, person, Origin(address, Surface.MAIL, now, line), Record(line), now)
        uow.commit()


def test_search_shows_what_one_person_may_see(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "ana@example.com")
    remember(shell, "ana@example.com", "shipped the importer")
    assert "Ana  shipped the importer" in shell.says("search", "importer")
    remember(shell, "ben@example.com", "read about importers")
    assert "Say who: --as" in shell.fails("search", "importer")
    assert "Ana" not in shell.says("search", "import", "--as", "ben")
    found = json.loads(shell.says("search", "import", "--as", "ana@example.com", "--json"))
    assert [hit["text"] for hit in found["hits"]] == ["shipped the importer"]
    assert found["hits"][0]["day"] == "2026-11-24"


def test_a_filter_that_cannot_be_read_is_said(shell: Shell) -> None:
    remember(shell, "ana@example.com", "shipped the importer")
    assert "as a day" in shell.fails("search", "on:someday")


def test_what_was_written_before_is_fed_to_a_new_search_engine_by_one_command(shell: Shell) -> None:
    shell.says("team", "make", "Platform")
    shell.says("member", "add", "Platform", "ana@example.com")
    remember(shell, "ana@example.com", "shipped the importer")
    assert "MEILISEARCH_URL" in shell.fails("reindex")
    with running_meilisearch() as engine:
        engine.delay = 0
        shell.set(MEILISEARCH_URL=engine.url, MEILISEARCH_KEY=engine.master_key)
        assert "1 line, all of them in the index." in shell.says("reindex")
        assert [each["text"] for each in engine.documents("dones")] == ["shipped the importer"]
        assert "shipped the importer" in shell.says("search", "importer")
