"""Block Kit as the service checks it.

Blocks: https://docs.slack.dev/reference/block-kit/blocks, elements:
https://docs.slack.dev/reference/block-kit/block-elements, text, options and confirmations:
https://docs.slack.dev/reference/block-kit/composition-objects, views: https://docs.slack.dev/surfaces/modals
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

from simulators.slack.shapes import Check, anything, choice, flag, items, number, shape, string, union
from simulators.slack.state import Json

MOST_BLOCKS = 50
MOST_VIEW_BLOCKS = 100
MOST_TOTAL = 13_200
"""Characters in all blocks of one message; not documented, measured by users of the service."""
_MOST_MARKDOWN = 12_000
_NAME = string(255)


def text(most: int, *kinds: str) -> Check:
    """A text object of `kinds` (both if none is given) with at most `most` characters."""
    allowed = kinds or ("plain_text", "mrkdwn")
    plain = shape({"type": anything, "text": string(most)}, {"emoji": flag})
    marked = shape({"type": anything, "text": string(most)}, {"verbatim": flag})
    return union({"plain_text": plain, "mrkdwn": marked} if len(allowed) > 1 else {allowed[0]: plain})


def _plain(most: int) -> Check:
    return text(most, "plain_text")


_option = shape({"text": text(75), "value": string(150)}, {"description": text(75), "url": string(3_000)})
_confirm = shape(
    {"title": _plain(100), "text": text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": choice("primary", "danger")},
)
_group = shape({"label": _plain(75), "options": items(_option, 100)})


def _element(needs: dict[str, Check], may: dict[str, Check]) -> Check:
    common = {"action_id": _NAME, "confirm": _confirm, "focus_on_load": flag}
    return shape({"type": anything, **needs}, {**common, **may})


def _select(needs: dict[str, Check], **may: Check) -> Check:
    return _element(needs, {"placeholder": _plain(150), **may})


_listed = {"options": items(_option, 100), "option_groups": items(_group, 100)}
_image = shape({"type": anything, "alt_text": string(2_000)}, {"image_url": string(3_000)})
_button = _element(
    {"text": _plain(75)},
    {
        "value": string(2_000),
        "url": string(3_000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
)
_CHOOSERS: dict[str, Check] = {
    "static_select": _select({}, **_listed, initial_option=_option),
    "multi_static_select": _select(
        {}, **_listed, initial_options=items(_option, 100), max_selected_items=number
    ),
    "users_select": _select({}, initial_user=string(20)),
    "channels_select": _select({}, initial_channel=string(20), response_url_enabled=flag),
    "conversations_select": _select(
        {},
        initial_conversation=string(20),
        default_to_current_conversation=flag,
        response_url_enabled=flag,
        filter=anything,
    ),
    "datepicker": _select({}, initial_date=string(10, 10)),
    "timepicker": _select({}, initial_time=string(5, 5), timezone=string(60)),
    "checkboxes": _element({"options": items(_option, 10)}, {"initial_options": items(_option, 10)}),
    "radio_buttons": _element({"options": items(_option, 10)}, {"initial_option": _option}),
}
_BUTTONS: dict[str, Check] = {"button": _button, "overflow": _element({"options": items(_option, 5)}, {})}
_INPUTS: dict[str, Check] = {
    **_CHOOSERS,
    "plain_text_input": _select(
        {},
        initial_value=string(3_000, 0),
        multiline=flag,
        min_length=number,
        max_length=number,
        dispatch_action_config=anything,
    ),
}
_ANYWHERE = union({**_CHOOSERS, **_BUTTONS})


def _block(needs: dict[str, Check], may: dict[str, Check] | None = None) -> Check:
    return shape({"type": anything, **needs}, {"block_id": _NAME, **(may or {})})


_section_shape = _block(
    {},
    {
        "text": text(3_000),
        "fields": items(text(2_000), 10),
        "accessory": union({**_CHOOSERS, **_BUTTONS, "image": _image}),
        "expand": flag,
    },
)


def _section(value: object, pointer: str) -> Iterator[str]:
    yield from _section_shape(value, pointer)
    if isinstance(value, dict) and not ("text" in value or "fields" in value):
        yield f"missing required field: text or fields [json-pointer:{pointer}]"


_context_element = union(
    {
        "image": _image,
        "mrkdwn": text(3_000),
        "plain_text": text(3_000),
    }
)
_BLOCKS: dict[str, Check] = {
    "section": _section,
    "header": _block({"text": _plain(150)}, {"level": number}),
    "divider": _block({}),
    "context": _block({"elements": items(_context_element, 10)}),
    "actions": _block({"elements": items(_ANYWHERE, 25)}),
    "image": _block({"alt_text": string(2_000)}, {"image_url": string(3_000), "title": _plain(2_000)}),
    "markdown": _block({"text": string(_MOST_MARKDOWN)}),
    "rich_text": _block({"elements": items(anything, 100)}),
    "input": _block(
        {"label": _plain(2_000), "element": union(_INPUTS)},
        {"hint": _plain(2_000), "optional": flag, "dispatch_action": flag},
    ),
}


def _repeated(names: Iterator[str], what: str, pointer: str) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{what} {name} already exists [json-pointer:{pointer}]"


def elements(block: Json) -> list[Json]:
    """The interactive elements of `block`."""
    held = [block.get("accessory"), block.get("element")]
    if block.get("type") == "actions":
        held.extend(block.get("elements", []))
    return [element for element in held if isinstance(element, dict)]


def complaints(blocks: object, most: int = MOST_BLOCKS) -> list[str]:
    """What the service would refuse in `blocks`; nothing if they are fine."""
    found = list(items(union(_BLOCKS), most, 0)(blocks, "/blocks"))
    if found or not isinstance(blocks, list):
        return found
    found.extend(_repeated((b["block_id"] for b in blocks if "block_id" in b), "block_id", "/blocks"))
    for index, block in enumerate(blocks):
        named = (e["action_id"] for e in elements(block) if "action_id" in e)
        found.extend(_repeated(named, "action_id", f"/blocks/{index}/elements"))
    if sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > _MOST_MARKDOWN:
        found.append(f"markdown blocks hold more than {_MOST_MARKDOWN} characters [json-pointer:/blocks]")
    return found


_view_common: dict[str, Check] = {
    "private_metadata": string(3_000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEW = union(
    {
        "modal": shape(
            {"type": anything, "title": _plain(24), "blocks": anything},
            {
                **_view_common,
                "submit": _plain(24),
                "close": _plain(24),
                "clear_on_close": flag,
                "notify_on_close": flag,
                "submit_disabled": flag,
            },
        ),
        "home": shape({"type": anything, "blocks": anything}, _view_common),
    }
)


def view_complaints(view: object) -> list[str]:
    """The same for a modal or an App Home."""
    found = list(_VIEW(view, "/view"))
    if found or not isinstance(view, dict):
        return found
    found = complaints(view["blocks"], MOST_VIEW_BLOCKS)
    asks = any(isinstance(b, dict) and b.get("type") == "input" for b in view["blocks"])
    if asks and view["type"] == "modal" and "submit" not in view:
        found.append("missing required field: submit (the view has input blocks) [json-pointer:/view]")
    return found


def length(blocks: list[Json]) -> int:
    """Characters of text in all of `blocks`."""

    def count(value: object) -> int:
        if isinstance(value, dict):
            own = value.get("text")
            return (len(own) if isinstance(own, str) else 0) + sum(map(count, value.values()))
        return sum(map(count, value)) if isinstance(value, list) else 0

    return sum(map(count, blocks))


def completed(blocks: list[Json], number_from: int) -> list[Json]:
    """`blocks` with the ids that the service gives to blocks and elements that came without."""
    done: list[Json] = []
    for index, block in enumerate(blocks):
        made = deepcopy({"block_id": f"b{number_from:x}{index}", **block})
        for place, element in enumerate(elements(made)):
            element.setdefault("action_id", f"a{number_from:x}{index}{place}")
        done.append(made)
    return done
