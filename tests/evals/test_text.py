from __future__ import annotations

import pytest

from evals import text


def test_dashes_case_and_marks_do_not_matter() -> None:
    assert text.contains("Do **2 – 3 sets** of 8–10", "2-3 SETS")
    assert text.contains("keep your “core” engaged", '"core"')


@pytest.mark.parametrize(
    ("haystack", "needle", "found"),
    [
        ("18-10 taps", "8-10", False),
        ("sets of 8-100", "8-10", False),
        ("your score", "core", False),
        ("side planks", "plank", True),
        ("run 500 km in them", r"re:\d+ ?km", True),
        ("run in them", r"re:\d+ ?km", False),
    ],
)
def test_a_fact_is_found_whole(haystack: str, needle: str, found: bool) -> None:
    assert text.contains(haystack, needle) is found


def test_sentences_split_lists_and_drop_marks() -> None:
    answer = (
        "It helps. Do this:\n\n1. Lie on your back.\n- **Squeeze** at the top [1]\n\n"
        "| Mon | easy run |\n|---|---|"
    )
    assert text.sentences(answer) == [
        "It helps.",
        "Do this:",
        "Lie on your back.",
        "Squeeze at the top",
        "Mon",
        "easy run",
    ]


def test_a_range_is_one_number() -> None:
    assert text.numbers("2–3 sets of 12 – 15, knees at 90°") == ["2-3", "12-15", "90"]


def test_slug_drops_list_numbers_and_brackets() -> None:
    assert text.slug("7. Single-Leg Romanian Deadlifts (RDLs)") == "single-leg-romanian-deadlifts"
    assert text.slug("Find Out Cost & Availability") == "find-out-cost-availability"


def test_reading_grade_orders_texts_as_people_do() -> None:
    easy = text.reading_grade(["Lie on your back.", "Lift your hips."])
    hard = text.reading_grade(
        ["Proprioceptive stabilisation necessitates multidimensional neuromuscular coordination."]
    )
    assert easy < 3 < 12 < hard


def test_reading_grade_of_a_known_sentence() -> None:
    # 6 words, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert text.reading_grade(["The cat sat on the mat."]) == pytest.approx(-1.45)


def test_reading_grade_of_nothing_is_zero() -> None:
    assert text.reading_grade([]) == 0.0


def test_sentences_keep_the_citations_they_name() -> None:
    assert text.cited_sentences("Begin here. [1] Then rest [2][3].\n- Hold it: [1]") == [
        ("Begin here.", (1,)),
        ("Then rest.", (2, 3)),
        ("Hold it:", (1,)),
    ]
