"""Which of the supported languages a message is in, from its small words."""

from __future__ import annotations

from collections.abc import Sequence

_SMALL_WORDS = {
    "en": "the and i my is it to of a in for on have has do what with how when can't i'm it's at "
    "but not since after "
    "should are was been this that me if you your from or an be so no yes does hurts back "
    "pain run running hi hello "
    "week weeks days months today help please thanks just really about which why any can "
    "they he she his her them their we our there as got get getting still more less then than only day "
    "sore ache feel feels think like would could did didn't doesn't don't every everything all some no "
    "lumbar lumbago spine disc discs disk leg legs numb years year old ago new doctor upper burning aching "
    "problem problems normal one two by he'd c/o h/o",
    "es": "el la los las de que y en un una me mi mis es por con para no se del al lo como desde "
    "hace tengo duele "
    "dolor espalda cuando correr puedo pero muy ya siento estoy semanas dias meses hola "
    "ayer hoy despues esta cada vez "
    "todo piernas pierna hago ejercicios gracias mas peor si orinar he lumbar lumbago lumbalgia molestia "
    "molestias buenas mujer hijo hija marido padre madre mejora otra pie fiebre noche noches kilos sin hasta "
    "porque desde llevo corriendo tirada rodaje carrera correr bajo baja sigo tambien solo",
    "fr": "le la les de des du un une et est je j'ai mon ma mes me que qui pas ne en dans pour "
    "avec depuis au aux sur "
    "mal dos quand courir course mais plus tres c'est jours semaines mois bonjour fait il "
    "elle suis peux jambes jambe "
    "douleur apres ca comment combien lombaires lombaire lumbago fievre nuit nuits bas mari femme fils fille "
    "encore toujours sans jusque sortie longue ai as ont sont c'est n'ai n'arrive m'a d'un d'une l'ai quels "
    "bonsoir salut merci reins dos gene kilos cours",
    "de": "der die das und ich ist nicht mein meine mir mich habe hab seit im in den dem ein "
    "eine einen mit beim beim auf "
    "zu es wenn nach kann aber wie was auch rucken ruecken schmerzen laufen tut weh wochen "
    "tage monate monaten hallo bin "
    "hexenschuss kreuz kreuzschmerzen lauf laufe lws fieber frau mann sohn tochter seit uber schon "
    "unteren wieder mehr sitzen schlafen fus wegen dem gibt bis zum ohne "
    "beine bein ruckenschmerzen rueckenschmerzen keine kein noch wird immer mehr gestern heute lange soll",
    "pt": "o a os as de que e em um uma meu minha me nao é com para por do da no na dos das ha "
    "desde doi dor costas quando "
    "correr tenho mas muito sinto estou semanas dias meses ola ontem hoje depois esta cada "
    "vez pernas perna faz exercicios "
    "obrigado obrigada mais pior consigo eu lombar lombalgia coluna febre noite esposa marido filho filha "
    "ao aos ainda tambem umas uns pra pro voce estou to tava joelho treino corrida dores doem fundo sem so "
    "tem vai",
}  # fmt: skip
_WEIGHTS: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _word in set(_words.split()):
        _WEIGHTS.setdefault(_word, []).append(_language)


def detect(words: Sequence[str], fallback: str = "en") -> str:
    """Return "en", "es", "fr", "de" or "pt".

    Small words count by how few languages share them; a tie, or a message without any, keeps
    `fallback`, the language of the conversation so far.
    """
    scores = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word in words[:400]:
        for language in _WEIGHTS.get(word, ()):
            scores[language] += 1.0 / len(_WEIGHTS[word])
    best = max(scores, key=lambda language: (scores[language], language == fallback))
    if scores[best] < 0.5 or scores[best] == scores[fallback]:
        return fallback
    return best
