"""The purge keeps to the days of each kind; subjects get all of theirs, and lose all of theirs."""

from __future__ import annotations

import time

from assistant import schema
from assistant.conversation import Conversation
from assistant.settings import Settings
from assistant.storage.callbacks import Callbacks
from assistant.storage.conversations import Conversations
from assistant.storage.database import Database
from assistant.storage.retention import DAY, Clock, purge
from assistant.storage.secrecy import Secrecy
from assistant.storage.statistics import Statistics
from assistant.storage.subjects import Subjects


def reply(conversation: Conversation, message_id: str, topic: str = "exercises") -> schema.Reply:
    return schema.Reply(
        conversation_id=conversation.id,
        message_id=message_id,
        topic=topic,  # type: ignore[arg-type]
        answer="…",
        referral=schema.Referral(level="none", when=None, reasons=[], actions=[]),
        citations=[],
        exercises=[],
        plan=None,
        suggestions=[],
        grounding=schema.Grounding(supported=1.0),
        language="en",
    )


def test_conversations_go_after_their_days_with_all_that_hangs_on_them(
    store_settings: Settings, database: Database, secrecy: Secrecy
) -> None:
    conversations = Conversations(database, secrecy)
    talk = Conversation.new()
    conversations.keep(talk, "how?", reply(talk, "m1"))
    conversations.vote("m1", helpful=True, comment="good")
    assert purge(database, store_settings, now=time.time() + 29 * DAY).conversations == 0
    assert conversations.get(talk.id) is not None
    assert purge(database, store_settings, now=time.time() + 31 * DAY).conversations == 1
    assert conversations.get(talk.id) is None
    assert Statistics(database, secrecy).votes() == (0, 0, [])
    assert Statistics(database, secrecy).topics() == {}


def test_call_backs_stay_until_done_and_ninety_days(
    store_settings: Settings, database: Database, secrecy: Secrecy
) -> None:
    callbacks = Callbacks(database, secrecy, channels=["webhook"])
    still_open = callbacks.receive(name="A", contact="a@runner.example", topic="call_back")
    dealt_with = callbacks.receive(name="B", contact="b@runner.example", topic="call_back")
    callbacks.mark_done(dealt_with)
    assert purge(database, store_settings, now=time.time() + 89 * DAY).callbacks == 0
    assert purge(database, store_settings, now=time.time() + 91 * DAY).callbacks == 1
    assert [request.id for request in callbacks.requests(include_done=True)] == [still_open]


def test_a_clock_that_was_set_is_not_trusted_for_a_day() -> None:
    clock = Clock(wall=0.0, steady=0.0)
    assert clock.trusted(wall=3_600.0, steady=3_600.0)
    assert not clock.trusted(wall=400 * DAY, steady=7_200.0)
    assert not clock.trusted(wall=400 * DAY + 3_600.0, steady=10_800.0)
    assert clock.trusted(wall=401 * DAY, steady=7_200.0 + DAY)


def test_a_contact_gets_and_loses_all_that_is_held(database: Database, secrecy: Secrecy) -> None:
    conversations, callbacks = (
        Conversations(database, secrecy),
        Callbacks(database, secrecy, channels=["mail"]),
    )
    talk, other = Conversation.new(), Conversation.new()
    conversations.keep(talk, "my back aches", reply(talk, "m1"))
    conversations.keep(other, "somebody else's words", reply(other, "m2"))
    callbacks.receive(name="Ana", contact="+44 20 7946 0018", topic="call_back", conversation_id=talk.id)
    callbacks.receive(name="Ben", contact="ben@runner.example", topic="call_back", conversation_id=other.id)
    subjects = Subjects(database, secrecy, callbacks, conversations)
    held = subjects.export("+442079460018")
    assert [request["name"] for request in held["callbacks"]] == ["Ana"]
    assert [m["text"] for m in held["conversations"][0]["messages"]] == ["my back aches"]
    assert subjects.erase("+44 (20) 7946-0018") == (1, 1)
    assert subjects.export("+442079460018")["callbacks"] == []
    assert conversations.get(talk.id) is None and conversations.get(other.id) is not None
    assert [request.name for request in callbacks.requests()] == ["Ben"]
