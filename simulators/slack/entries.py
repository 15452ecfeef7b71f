"""What a person entered in a modal, in the form of `view.state.values`.

https://docs.slack.dev/reference/views
"""

from simulators.slack import blockkit
from simulators.slack.state import Json

_PLAIN = {
    "plain_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
}
_ONE = {"static_select", "radio_buttons"}
_INITIAL = {"value": "initial_value", "selected_date": "initial_date", "selected_time": "initial_time"}


def state_values(blocks: list[Json], entered: dict[str, object]) -> Json:
    """Values by block id and action id; what was not entered keeps its initial value.

    Args:
        blocks: the view's blocks.
        entered: by action id: the text, or the `value` of the chosen option, or a list of such values.

    Raises:
        ValueError: the view has no such element or option, or asks for something that was not entered.
    """
    left = dict(entered)
    values: Json = {}
    for block in blocks:
        for element in blockkit.elements(block):
            if element["type"] == "button":
                continue
            held = _entry(element, left.pop(element["action_id"], None))
            if block["type"] == "input" and not block.get("optional") and None in held.values():
                raise ValueError(f"{element['action_id']} must be filled in")
            values.setdefault(block["block_id"], {})[element["action_id"]] = held
    if left:
        raise ValueError(f"the view has no {', '.join(left)}")
    return values


def _entry(element: Json, given: object) -> Json:
    kind = element["type"]
    if kind in _PLAIN:
        key = _PLAIN[kind]
        initial = element.get(_INITIAL.get(key, f"initial_{key.removeprefix('selected_')}"))
        return {"type": kind, key: initial if given is None else given}
    if kind in _ONE:
        chosen = element.get("initial_option") if given is None else _option(element, given)
        return {"type": kind, "selected_option": chosen}
    if given is None:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    listed = given if isinstance(given, list) else [given]
    return {"type": kind, "selected_options": [_option(element, value) for value in listed]}


def _option(element: Json, value: object) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    for options in (element.get("options", []), *groups):
        for option in options:
            if option["value"] == value:
                return {"text": option["text"], "value": option["value"]}
    raise ValueError(f"{element['action_id']} has no option {value!r}")
