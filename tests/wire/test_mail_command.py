"""`donelog mail read`: a filter, and an explanation of what the reader does."""

import base64
import json

from typer.testing import CliRunner

from bot.commands_mail import mail_app
from tests.mail_answers import FOLDER

MAIL = FOLDER.parent / "gmail_top_reply.eml"


def _run(*arguments: str, given: bytes = b"") -> str:
    result = CliRunner().invoke(mail_app, ["read", *arguments], input=given)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_filter_reads_texts_and_messages_and_writes_a_line_for_each() -> None:
    lines = [
        {"id": "a", "text": "Hi,\n- shipped\n[] test it\n\nSent from my iPhone"},
        {"id": 2, "raw_b64": base64.b64encode(MAIL.read_bytes()).decode()},
        {"id": "c", "text": "delete 2"},
    ]
    answers = _run("--jsonl", given="\n".join(map(json.dumps, lines)).encode()).splitlines()
    first, second, third = map(json.loads, answers)
    assert first == {
        "id": "a",
        "reply": "Hi,\n- shipped\n[] test it",
        "dones": [{"kind": "done", "text": "shipped"}, {"kind": "goal", "text": "test it"}],
        "auto": False,
    }
    assert (second["id"], [done["kind"] for done in second["dones"]]) == (2, ["done", "goal", "blocker"])
    assert (third["reply"], third["dones"]) == ("delete 2", [])


def test_a_line_that_holds_no_mail_stops_nothing() -> None:
    given = b'nonsense\n{"id": 1}\n[]\n{"id": 4, "raw_b64": 7}\n{"id": 5, "text": "done"}\n'
    answers = [json.loads(line) for line in _run("--jsonl", given=given).splitlines()]
    assert [("error" in each) for each in answers] == [True, True, True, True, False]


def test_a_sign_that_ends_a_line_elsewhere_ends_none_in_the_output() -> None:
    given = json.dumps({"id": 1, "text": "tiles\u2028sill\x85paint"}).encode()
    (answer,) = _run("--jsonl", given=given).splitlines()
    assert json.loads(answer)["reply"] == "tiles\u2028sill\x85paint"


def test_an_explanation_shows_each_line_with_its_verdict_and_the_rule() -> None:
    told = _run(str(MAIL), "--explain")
    assert "kept" in told
    assert "attribution  who wrote what is quoted, and when" in told
    assert "begins with a quote mark" in told


def test_a_mail_is_shown_with_its_dones() -> None:
    assert "! waiting for DNS access" in _run(str(MAIL))
    assert json.loads(_run(str(MAIL), "--json"))["auto"] is False


def test_a_file_that_is_not_there_is_said_so() -> None:
    result = CliRunner().invoke(mail_app, ["read", "nowhere.eml"])
    assert result.exit_code == 1
    assert "There is no file nowhere.eml." in result.output
