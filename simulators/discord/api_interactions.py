"""Answering interactions: the callback, and the token used as a webhook afterwards.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from typing import Any

from simulators.discord.api_messages import draft_of
from simulators.discord.asked import Answer, Asked
from simulators.discord.errors import DiscordError, invalid
from simulators.discord.events import message_changed, message_deleted
from simulators.discord.flags import CallbackType, InteractionType, MessageFlag
from simulators.discord.interactions import Interaction
from simulators.discord.message_rules import Draft
from simulators.discord.modals import check_modal
from simulators.discord.payloads import message_json, user_json
from simulators.discord.service import Service
from simulators.discord.world import Message
from simulators.discord.writing import answer_with, remove, revise

Json = dict[str, Any]

CHOICE_LIMIT = 25
CHOICE_TEXT_LIMIT = 100
_ALLOWED: dict[InteractionType, set[CallbackType]] = {
    InteractionType.COMMAND: {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL},
    InteractionType.COMPONENT: set(CallbackType) - {CallbackType.AUTOCOMPLETE_RESULT},
    InteractionType.AUTOCOMPLETE: {CallbackType.AUTOCOMPLETE_RESULT},
    InteractionType.MODAL_SUBMIT: set(CallbackType) - {CallbackType.AUTOCOMPLETE_RESULT, CallbackType.MODAL},
}
_UPDATES = (CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE_MESSAGE)


async def callback(service: Service, asked: Asked) -> Answer:
    """Take the one answer that an interaction may have."""
    token = asked.params["interaction_token"]
    interaction = service.interactions.to_answer(asked.id("interaction_id"), token)
    kind = _kind(asked.fields, interaction)
    data: Json = asked.fields.get("data") or {}
    if kind is CallbackType.AUTOCOMPLETE_RESULT:
        interaction.answer.choices = _choices(data)
    elif kind is CallbackType.MODAL:
        interaction.answer.modal = check_modal(data)
    else:
        await _answer_with_message(service, interaction, kind, data)
    interaction.answer.kind = kind
    interaction.answered.set()
    if asked.flag("with_response"):
        return 200, _description_of(interaction, kind)
    return 204, None


def _kind(body: Json, interaction: Interaction) -> CallbackType:
    kind = body.get("type")
    allowed = _ALLOWED[interaction.type]
    if kind not in allowed or (kind in _UPDATES and interaction.source is None):
        choices = ", ".join(str(int(choice)) for choice in sorted(allowed))
        raise invalid("type", "BASE_TYPE_CHOICES", f'Value of field "type" must be one of ({choices},).')
    return CallbackType(kind)


async def _answer_with_message(
    service: Service, interaction: Interaction, kind: CallbackType, data: Json
) -> None:
    draft = draft_of(service, data, "data.")
    if kind in _UPDATES:
        interaction.original = interaction.source
        if kind is CallbackType.UPDATE_MESSAGE and interaction.source is not None:
            revise(service, interaction.source, draft)
            await _announce(service, "MESSAGE_UPDATE", interaction.source)
    else:
        waiting = kind is CallbackType.DEFERRED_MESSAGE
        interaction.original = _new_message(service, interaction, draft, waiting=waiting)
        await _announce(service, "MESSAGE_CREATE", interaction.original)
    interaction.answer.message = interaction.original


def _new_message(
    service: Service, interaction: Interaction, draft: Draft, *, waiting: bool = False
) -> Message:
    if waiting:
        draft = Draft("", [], [], draft.flags | MessageFlag.LOADING, None)
    elif draft.is_empty:
        raise DiscordError(50006)
    return answer_with(
        service, interaction.channel, interaction.application, draft, _metadata(interaction), interaction.user
    )


async def _announce(service: Service, name: str, message: Message) -> None:
    """Ephemeral answers are no events of the channel."""
    if message.seen_only_by is None:
        await message_changed(service, name, message)


def _metadata(interaction: Interaction) -> Json:
    metadata: Json = {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners(),
    }
    if interaction.type is InteractionType.COMPONENT and interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    if interaction.type is InteractionType.MODAL_SUBMIT:
        metadata["triggering_interaction_metadata"] = _opener(interaction)
    return metadata


def _opener(interaction: Interaction) -> Json:
    """What opened the form; of the same person, in the same place."""
    return {
        "id": str(interaction.id),
        "type": int(InteractionType.COMMAND),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners(),
    }


def _choices(data: Json) -> list[Json]:
    choices: list[Json] = data.get("choices") or []
    if len(choices) > CHOICE_LIMIT:
        message = f"Must be {CHOICE_LIMIT} or fewer in length."
        raise invalid("data.choices", "BASE_TYPE_MAX_LENGTH", message)
    for n, choice in enumerate(choices):
        for part in ("name", "value"):
            if not 1 <= len(str(choice.get(part, ""))) <= CHOICE_TEXT_LIMIT:
                message = f"Must be between 1 and {CHOICE_TEXT_LIMIT} in length."
                raise invalid(f"data.choices.{n}.{part}", "BASE_TYPE_BAD_LENGTH", message)
    return choices


def _description_of(interaction: Interaction, kind: CallbackType) -> Json:
    answered: Json = {
        "id": str(interaction.id),
        "type": int(interaction.type),
        "channel_id": str(interaction.channel.id),
    }
    if interaction.channel.guild is not None:
        answered["guild_id"] = str(interaction.channel.guild.id)
    original = interaction.original
    if original is None or kind is CallbackType.DEFERRED_UPDATE:
        return {"interaction": answered}
    answered |= {
        "response_message_id": str(original.id),
        "response_message_loading": kind is CallbackType.DEFERRED_MESSAGE,
        "response_message_ephemeral": bool(original.flags & MessageFlag.EPHEMERAL),
    }
    if kind is CallbackType.DEFERRED_MESSAGE:
        return {"interaction": answered}
    message = message_json(original, interaction.application.bot)
    return {"interaction": answered, "resource": {"type": int(kind), "message": message}}


async def follow_up(service: Service, asked: Asked) -> Answer:
    """Say more; after a deferral the first follow-up becomes the answer itself."""
    interaction = _followed(service, asked)
    draft = draft_of(service, asked.fields)
    if draft.is_empty:
        raise DiscordError(50006)
    original = interaction.original
    if original is not None and original.flags & MessageFlag.LOADING:
        return await _revised(service, interaction, original, draft)
    message = _new_message(service, interaction, draft)
    interaction.answer.followups.append(message)
    await _announce(service, "MESSAGE_CREATE", message)
    interaction.answer.tell()
    return 200, message_json(message, interaction.application.bot)


async def read_answer(service: Service, asked: Asked) -> Answer:
    interaction = _followed(service, asked)
    return 200, message_json(_meant(service, asked, interaction), interaction.application.bot)


async def edit_answer(service: Service, asked: Asked) -> Answer:
    interaction = _followed(service, asked)
    message = _meant(service, asked, interaction)
    return await _revised(service, interaction, message, draft_of(service, asked.fields))


async def delete_answer(service: Service, asked: Asked) -> Answer:
    interaction = _followed(service, asked)
    message = _meant(service, asked, interaction)
    remove(service, message)
    if message.seen_only_by is None:
        await message_deleted(service, message)
    interaction.answer.tell()
    return 204, None


async def _revised(service: Service, interaction: Interaction, message: Message, draft: Draft) -> Answer:
    revise(service, message, draft)
    await _announce(service, "MESSAGE_UPDATE", message)
    interaction.answer.tell()
    return 200, message_json(message, interaction.application.bot)


def _followed(service: Service, asked: Asked) -> Interaction:
    token = asked.params["webhook_token"]
    return service.interactions.to_follow(asked.id("webhook_id"), token, service.now())


def _meant(service: Service, asked: Asked, interaction: Interaction) -> Message:
    """The message in the path: `@original`, or a follow-up by its id."""
    known = [interaction.original, *interaction.answer.followups]
    wanted = asked.id("message_id") if "message_id" in asked.params else None
    for message in known:
        if message is not None and (wanted is None or message.id == wanted):
            if message.id not in service.world.messages:
                break
            return message
    raise DiscordError(10008)
