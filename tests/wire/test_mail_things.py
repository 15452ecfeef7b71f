"""How the lines of an answer become things: what is one, what is none."""

import pytest

from adapters.email.one_mail import read_plain

FULL = "Moved the booking forms of all nine branches to the new server in Bergen"
MEASURED = "Measured how long each form takes to load there and told the branches so"
WALKED = "Walked through all the empty rooms on the third floor with the architect and"
CASES = {
    f"{FULL}\nCalled Bo\n{MEASURED}\nPaid Ann": [FULL, "Called Bo", MEASURED, "Paid Ann"],
    f"{WALKED}\nAnn about new desks": [f"{WALKED} Ann about new desks"],
    f"{WALKED[:-4]}\nAnn about new desks.": [f"{WALKED[:-4]} Ann about new desks."],
    f"{FULL}\nand back again to\nOslo": [f"{FULL} and back again to", "Oslo"],
    "Hi, fixed the bug!\nand wrote docs": ["Hi, fixed the bug!", "and wrote docs"],
    "Hi Bob and Ana,\nshipped": ["shipped"],
    "hi bob,\nshipped\nfoo": ["shipped", "foo"],
    "Good evening,\nHi all,\nshipped": ["shipped"],
    "Thanks!\n- a\n- b": ["a", "b"],
    "Thanks,\nfixed the login bug": ["fixed the login bug"],
    "Hello Kitty shop launched\nb": ["Hello Kitty shop launched", "b"],
    "Liebe Kolleginnen und Kollegen,\nfertig\nnoch was": ["fertig", "noch was"],
    "- Thanks for the review\n- b": ["Thanks for the review", "b"],
    "Today\n- a\n- b": ["a", "b"],
    "Today I fixed:\n- a": ["Today I fixed:", "a"],
    "*Today*\n- a\n- b": ["a", "b"],
    "-[ ] x\n-[x] y": ["x", "y"],
    "1. a\n   more of a\n2. b": ["a more of a", "b"],
    "• a\n  • b\n    • c": ["a", "b", "c"],
    "・a\n・b": ["a", "b"],
    "1、a\n2、b": ["a", "b"],
    "-Fixed\n-Tested": ["Fixed", "Tested"],
    "-5 degrees outside": ["-5 degrees outside"],
    "a; b; c": ["a; b; c"],
    "✨ launched\n🚀 shipped": ["✨ launched", "🚀 shipped"],
    "```\nif x:\n    y\n```": ["if x:", "y"],
    "delete 2": [],
    "help": [],
    "Help Ana deploy": ["Help Ana deploy"],
    "Hello": ["Hello"],
}


@pytest.mark.parametrize(("text", "things"), CASES.items(), ids=CASES)
def test_lines_become_things(text: str, things: list[str]) -> None:
    assert [each for _, each in read_plain(text).dones()] == things


def test_marks_tell_the_kind() -> None:
    kinds = [kind for kind, _ in read_plain("- [ ] a\n[x] b\n! c\n☐ d\n✅ e\nf").dones()]
    assert kinds == ["goal", "done", "blocker", "goal", "done", "done"]
