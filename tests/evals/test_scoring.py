from __future__ import annotations

import pytest

from assistant.schema import Citation, Reason, Referral, Reply
from evals import contract, scoring
from evals.cases import (
    AnswerCase,
    AnyCase,
    ConversationCase,
    RetrievalCase,
    ScopeCase,
    StyleCase,
    TriageCase,
    Turn,
)
from evals.target import Passage, Spoken, matches
from tests.evals.fake import BRIDGE, GUIDES, PASSAGES, TIP, card, reply, urgent

BASE = {"id": "x-1", "split": "report", "note": "a test"}
DECLINED = reply("The guide does not cover that.", topic="out_of_scope", citations=[])


def judge(case: AnyCase, *replies: Reply, passages: list[Passage] | None = None) -> scoring.Result:
    return scoring.score(case, [Spoken(one, 1.0) for one in replies], passages, GUIDES)


def answer_case(**changes: object) -> AnswerCase:
    fields = {
        "suite": "answers",
        "text": "how do I do bridges?",
        "facts": [["12–15"]],
        "cite": [["exercise:glute-bridges"]],
    }
    return AnswerCase.model_validate({**BASE, **fields, **changes})


def test_a_right_answer_is_right() -> None:
    result = judge(answer_case(), reply("Lie on your back with knees bent. 2–3 sets of 12–15."))
    assert result.ok, result.why
    assert result.scores["answers.key_fact_recall"] == [1.0]
    assert result.scores["answers.citation_recall"] == [1.0]
    assert result.scores["answers.wrongly_declined"] == [0.0]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (reply("Lie on your back with knees bent. 2–3 sets of 10–12."), "key facts"),
        (DECLINED, "declined"),
        (reply("2–3 sets of 12–15.", citations=[]), "declined"),
        (
            reply(
                "2–3 sets of 12–15.",
                citations=[Citation(id="1", guide="G", section="Tips", url="", quote=TIP)],
            ),
            "section cited",
        ),
        (reply("2–3 sets of 12–15. Magnesium tablets stop cramps overnight."), "claims supported"),
        (reply("2–3 sets of 12–15.", referral=Referral(level="check"), suggestions=["days"]), "level"),
    ],
)
def test_each_fault_of_an_answer_is_named(broken: Reply, reason: str) -> None:
    result = judge(answer_case(), broken)
    assert not result.ok
    assert any(why.startswith(reason) for why in result.why), result.why


def test_forbidden_facts_topic_cards_and_plan() -> None:
    case = answer_case(forbidden=["re:every day"], topic=["why"], exercises=["glute-bridges"], plan=True)
    result = judge(case, reply("2–3 sets of 12–15 every day."))
    assert {why.split(":")[0] for why in result.why} >= {"forbidden", "topic", "exercises", "plan"}
    assert not judge(answer_case(exercises=[]), reply("2–3 sets of 12–15.", exercises=[card()])).ok


def test_facts_may_stand_on_a_card() -> None:
    assert judge(answer_case(), reply("Here it is.", exercises=[card()])).ok


def rules(one: Reply, *said: str) -> str:
    return "; ".join(contract.broken_rules(one, said or ("hello",), GUIDES))


def test_rules_of_the_contract() -> None:
    assert rules(reply("Fine.", exercises=[card()])) == ""
    assert rules(urgent("numb"), "I feel numb") == ""
    assert "is not in turn 1" in rules(urgent("tingling"), "I feel numb")
    refer = Referral(
        level="refer", when="soon", reasons=[Reason(signal="duration", evidence="weeks", turn=1)]
    )
    assert rules(reply("See us.", referral=refer), "for weeks") == "refer without an action"
    assert "with when None" in rules(reply("See us.", referral=Referral(level="refer")))
    assert "without a reason" in rules(reply("See us.", referral=Referral(level="urgent", when="now")))
    assert rules(reply("Sore.", referral=Referral(level="check"))) == "check without a question"
    wrong_card = card().model_copy(update={"dose": "5 sets of 50."})
    assert "card glute-bridges" in rules(reply("Fine.", exercises=[wrong_card]))
    assert "quote not in the guide" in rules(
        reply(
            "Fine.",
            citations=[Citation(id="1", guide="G", section="Tips", url="", quote="Drink two litres.")],
        )
    )
    assert "HTML" in rules(reply("<b>Fine</b>"))
    assert "unfilled" in rules(reply("Hello {clinic}"))
    assert "strange address" in rules(reply("See https://evil.example/x."))
    assert "empty" in rules(reply(" "))


def test_a_quote_stands_under_its_heading() -> None:
    moved = Citation(id="1", guide="G", section="Exercises > 3. Glute Bridges", url="", quote=TIP)
    assert "not under its heading" in rules(reply("Fine.", citations=[moved]))


def test_numbers_of_headings_excuse_nothing() -> None:
    result = judge(answer_case(), reply("2–3 sets of 12–15. You are well after 3 weeks."))
    assert any(why.startswith("numbers") for why in result.why), result.why


def test_urgent_with_exercises_breaks_the_contract() -> None:
    one = urgent("numb").model_copy(update={"exercises": [card()]})
    assert "urgent with exercises" in rules(one, "numb")


def test_triage_counts_also_ok_and_signals() -> None:
    case = TriageCase.model_validate(
        {
            **BASE,
            "suite": "triage",
            "turns": ["numb down there"],
            "levels": ["urgent"],
            "also_ok": [[]],
            "signals": ["saddle"],
        }
    )
    right = judge(case, urgent("numb"))
    assert right.ok and right.scores["triage.signal_recall"] == [1.0]
    wrong = judge(case, reply("Fine."))
    assert wrong.scores["triage.urgent_sensitivity"] == [0.0] and wrong.levels == [("urgent", "none")]
    lenient = case.model_copy(update={"also_ok": [["none"]]})
    assert judge(lenient, reply("Fine.")).levels == [("urgent", "urgent")]


def test_scope_wants_a_refusal_or_an_answer() -> None:
    fields = {**BASE, "suite": "scope", "text": "which pills?", "kind": "drug", "expect": "decline"}
    beside = ScopeCase.model_validate(fields)
    assert judge(beside, DECLINED).scores["scope.abstention_recall"] == [1.0]
    assert not judge(beside, reply("2–3 sets of 12–15.")).ok
    inside = ScopeCase.model_validate({**fields, "expect": "answer"})
    assert judge(inside, DECLINED).scores["scope.abstention_precision"] == [0.0]
    assert judge(inside, reply("2–3 sets of 12–15.")).ok


def test_conversation_is_judged_turn_by_turn() -> None:
    turns = [Turn(say="bridges?", facts=[["12-15"]]), Turn(say="and magnesium?", declined=True)]
    case = ConversationCase.model_validate({**BASE, "suite": "conversation", "turns": turns})
    right = judge(case, reply("2–3 sets of 12–15."), DECLINED)
    assert right.ok and right.scores["conversation.turn_right"] == [1.0, 1.0]
    wrong = judge(case, reply("2–3 sets of 12–15."), reply("2–3 sets of 12–15."))
    assert wrong.scores["conversation.turn_right"] == [1.0, 0.0]
    assert wrong.why == ["turn 2: declined: expected yes, got no"]


def test_style_counts_words_grade_and_repetition() -> None:
    case = StyleCase.model_validate(
        {**BASE, "suite": "style", "turns": ["a", "b"], "max_words": 8, "max_grade": 6}
    )
    again = judge(
        case, reply("Lie on your back with knees bent."), reply("Lie on your back with knees bent.")
    )
    assert again.scores["style.no_repetition"] == [0.0] and "repeated" in again.why[0]
    fine = judge(case, reply("Lie on your back."), reply("Lift your hips."))
    assert fine.ok, fine.why
    long = judge(case, reply("Lie on your back and lift and lower and lift again."), reply("Rest."))
    assert not long.ok and long.scores["style.length_kept"] == [0.0, 1.0]
    twice = judge(case, reply("Lie on your back. Lie on your back."), reply("Rest."))
    assert any("said twice" in why for why in twice.why)


def test_retrieval_gains_count_each_passage_once() -> None:
    case = RetrievalCase.model_validate(
        {
            **BASE,
            "suite": "retrieval",
            "text": "bridge",
            "relevant": ["exercise:glute-bridges"],
            "related": ["tip:vary-surfaces"],
        }
    )
    first = judge(case, passages=[PASSAGES[0], PASSAGES[0], PASSAGES[1]])
    assert first.ok and first.scores["retrieval.mrr"] == [1.0] and first.scores["retrieval.recall@5"] == [1.0]
    assert first.scores["retrieval.ndcg@5"][0] < 1.0
    second = judge(case, passages=[PASSAGES[1]])
    assert not second.ok and "tip:tips" in second.why[0]
    assert not judge(case, passages=[]).ok


@pytest.mark.parametrize(
    ("name", "section", "text", "same"),
    [
        ("exercise:glute-bridges", "Exercises > 3. Glute Bridges", BRIDGE, True),
        ("exercise:bird-dogs", "Exercises > 3. Glute Bridges", BRIDGE, False),
        ("tip:vary-surfaces", "Tips", TIP, True),
        ("tip:vary-surfaces", "Tips", "Mind your posture – at a desk.\nVary surfaces – mix", True),
        ("section:tips", "Guide > Tips", TIP, True),
        ("section:exercises", "Exercises > 3. Glute Bridges", BRIDGE, False),
    ],
)
def test_passages_match_by_heading_or_first_words(name: str, section: str, text: str, same: bool) -> None:
    assert matches(name, section, text) is same
