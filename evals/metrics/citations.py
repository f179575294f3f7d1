"""Whether each claim of an answer is supported by a quote, and each quote by the guide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evals.text import cited_sentences, content_words, fold, numbers, sentences, squeeze

SUPPORT = 0.8
"""Share of a claim's content words that its quotes must hold to support it."""
_GAP = "⟦⟧"
MIN_CLAIM_WORDS = 3
"""Shorter sentences ("Here you go.") claim nothing that can be checked."""


class Citations(NamedTuple):
    """How far the claims and the citations of one answer hold."""

    claims: tuple[str, ...]
    unsupported: tuple[str, ...]
    cited: int
    idle: tuple[str, ...]
    """Quotes that support no claim of the answer."""
    foreign: tuple[str, ...]
    """Quotes that do not stand in the guide word for word."""

    @property
    def recall(self) -> float:
        """Share of the claims that the citations support; 1 without claims."""
        return 1.0 - len(self.unsupported) / len(self.claims) if self.claims else 1.0

    @property
    def precision(self) -> float:
        """Share of the citations that support a claim and stand in the guide; 1 without citations."""
        bad = set(self.idle) | set(self.foreign)
        return 1.0 - len(bad) / self.cited if self.cited else 1.0


class Wordings:
    """The assistant's own sentences (from `prompts/`), which claim nothing of the guide.

    What stands in the place of a `{variable}` is a claim again: "How much: {dose}" excuses "How much:" alone.
    In the templates `about_visitor` it is not: "Because {reasons}, …" speaks of what the visitor said.
    """

    def __init__(self, templates: Iterable[str], about_visitor: Iterable[str] = ()) -> None:
        self._whole: set[str] = set()
        self._visitor: set[str] = set()
        self._patterns: list[tuple[int, re.Pattern[str], bool]] = []
        kinds = [(template, True) for template in templates] + [
            (template, False) for template in about_visitor
        ]
        for template, claims in kinds:
            for sentence in sentences(re.sub(r"\{[^{}]*\}", _GAP, template)):
                folded = fold(sentence)
                literal = folded.replace(_GAP, "")
                if _GAP not in folded:
                    self._whole.add(folded)
                    if not claims:
                        self._visitor.add(folded)
                elif re.search(r"\w", literal):
                    pattern = "(.{0,400}?)".join(map(re.escape, folded.split(_GAP)))
                    self._patterns.append((len(literal), re.compile(pattern), claims))
        self._patterns.sort(key=lambda item: (-item[0], item[1].pattern))

    def of_visitor(self, sentence: str) -> bool:
        """Say whether `sentence` is one of the assistant's own that speak of the visitor."""
        folded = fold(sentence)
        return folded in self._visitor or any(
            pattern.fullmatch(folded) for _, pattern, claims in self._patterns if not claims
        )

    def claim(self, sentence: str) -> str:
        """Return what `sentence` claims of the guide: nothing, the variable part, or all of it."""
        folded = fold(sentence)
        if folded in self._whole:
            return ""
        for _, pattern, claims in self._patterns:
            if match := pattern.fullmatch(folded):
                return " ".join(match.groups()) if claims else ""
        return sentence


def citations(
    answer: str,
    quotes: Sequence[tuple[str, str]],
    guide: str,
    own: Wordings,
    *,
    extra: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Citations:
    """Judge the citations of `answer`.

    Citation recall and precision after Gao et al. 2023 (Enabling Large Language Models to Generate Text with
    Citations, EMNLP; the ALCE benchmark) and "attributable to identified sources" (Rashkin et al. 2023,
    Computational Linguistics 49(4)), with lexical support in place of an entailment model: the quotes that a
    sentence names by "[1]", or any quote where it names none, must hold 80 % of its content words and all of
    its numbers.

    Args:
        answer: Markdown.
        quotes: (section, quote) of each citation.
        guide: the text of every guide.
        own: sentences that are the assistant's, not the guide's.
        extra: lines of exercise cards. They put citations to use, but are no claims of the answer:
            `contract_kept` wants every line of a card in the guide word for word.
        names: for a weekly plan, names of exercises and days: a line of names and minutes claims nothing but
            its numbers, which `number_fidelity` checks.
    """
    spoken = [(own.claim(sentence), marks) for sentence, marks in cited_sentences(answer)]
    spoken += [(line, ()) for line in extra]
    cards = set(extra)
    known = content_words(" ".join(names))
    spoken = [(c, marks) for c, marks in spoken if _claims(c, known)]
    texts = [f"{re.sub(r'[0-9]+', ' ', section)} {quote}" for section, quote in quotes]
    everything = " ".join(texts)
    used: set[int] = set()
    unsupported: list[str] = []
    for claim, marks in spoken:
        named = [mark - 1 for mark in marks if 0 < mark <= len(texts)]
        backing = {i for i in named or range(len(texts)) if supports(texts[i], claim)}
        together = " ".join(texts[i] for i in named) if named else everything
        if not backing and not supports(together, claim) and claim not in cards:
            unsupported.append(claim)
        used |= backing or {i for i in named or range(len(texts)) if supports(texts[i], claim, 0.3)}
    folded_guide = squeeze(guide)
    return Citations(
        claims=tuple(claim for claim, _ in spoken if claim not in cards),
        unsupported=tuple(unsupported),
        cited=len(quotes),
        idle=tuple(quote for i, (_, quote) in enumerate(quotes) if i not in used),
        foreign=tuple(quote for _, quote in quotes if squeeze(quote) not in folded_guide),
    )


def _claims(sentence: str, known: frozenset[str]) -> bool:
    content = content_words(sentence)
    if known:
        return len([word for word in content - known if not word[0].isdigit()]) >= MIN_CLAIM_WORDS
    return len(content) >= MIN_CLAIM_WORDS or bool(numbers(sentence))


def supports(quote: str, claim: str, share: float = SUPPORT) -> bool:
    """Say whether `quote` holds at least `share` of the content words of `claim` and all of its numbers."""
    needed = content_words(claim)
    if not needed:
        return True
    have = content_words(quote)
    if set(numbers(claim)) - set(numbers(quote)):
        return False
    return len(needed & have) / len(needed) >= share
