"""Spanish, French, German and Portuguese are read by the rules alone, each by words of its own."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.guardrail import Guardrail


@pytest.fixture(scope="module")
def rules() -> Guardrail:
    return Guardrail.load(use_head=False, today=lambda: date(2026, 11, 22))


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("arrastro la punta del pie izquierdo y me duele la espalda", "urgent"),
        ("no aguanto ni veinte minutos sentada en clase por la zona lumbar", "refer"),
        ("la espalda me molesta desde la semana santa", "refer"),
        ("tengo la espalda algo cargada, ¿me sirve el puente?", "check"),
        ("me caí una vez en la tentación: zapatillas nuevas para la espalda", "none"),
        ("mon pied gauche accroche le sol et j'ai mal aux reins", "urgent"),
        ("mal aux lombaires depuis une bonne vingtaine de jours", "refer"),
        ("je n'arrive plus à lacer mes baskets, le dos", "refer"),
        ("le dos qui tire un peu, le pont est permis ?", "check"),
        ("je suis tombé sur votre site : des idées pour muscler le dos ?", "none"),
        ("kann den linken Fuß kaum noch anheben und das Kreuz schmerzt", "urgent"),
        ("der Rücken zwickt jetzt schon länger als zwei Wochen", "refer"),
        ("komme morgens kaum in die Socken wegen dem Kreuz", "refer"),
        ("leichtes Zwicken im Kreuz, darf ich planken?", "check"),
        ("Eure Übungen gefallen mir, welche ist gut für den Rücken?", "none"),
        ("arrasto o pé direito e dói a lombar", "urgent"),
        ("a lombar incomoda desde o carnaval", "refer"),
        ("mal consigo calçar as meias por causa da coluna", "refer"),
        ("um leve incômodo nas costas, posso fazer a ponte?", "check"),
        ("estou há dois meses num plano para a maratona", "none"),
    ],
)
def test_level(rules: Guardrail, message: str, level: str) -> None:
    assert rules.assess(message).level == level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("I fell off the ladder yesterday and landed flat on my back", "urgent"),
        ("I fell off the wagon with my core work, back to planks", "none"),
        ("back pain goes round both sides to the front like a tight belt", "urgent"),
        ("My back got better in spring. It came back on Monday.", "refer"),
        ("laminectomy recovery time", "none"),
        ("our son is 12 and has complained of back pain for a month at school. What could it be?", "refer"),
    ],
)
def test_plain_english(rules: Guardrail, message: str, level: str) -> None:
    assert rules.assess(message).level == level
