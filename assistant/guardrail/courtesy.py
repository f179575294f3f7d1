"""Courtesy in a message: greetings, thanks and excuses, which say nothing of a back and change no level."""

from __future__ import annotations

import re

from assistant.guardrail.clauses import fold, word_set

_CORE = word_set("""
    hi hello hey hiya howdy greetings please pls plz thanks thank thankyou thx ty cheers sorry kindly
    apologies appreciated appreciate grateful regards wishes
""")
"""One of these makes a clause a courtesy, where it holds nothing but courteous words."""
_VOCABULARY = _CORE | word_set("""
    all everyone everybody there guys folks people doctor doc doctors dr team friends again dear good morning
    afternoon evening day to you your u ya and so very much many in advance a an lot lots for any the this my
    me i i'm i'd i'll be would will is are it advice help helping advise time reading read support suggestions
    suggestion input welcome greatly really massively truly kind kindly best warm bother trouble long post
    message rant novel ramble essay bothering rambling posting wall text of if with can could sir madam ma'am
    tips thoughts ideas replies reply answer answers question questions quick just forum group community
""")
_GREETING = word_set("hi hello hey hiya howdy")
_DAYTIMES = word_set("morning afternoon evening day")
_GREETED = word_set("everyone everybody there guys folks doctor doc doctors team")
_THANKS = word_set("thanks thank thankyou thx ty cheers please pls plz")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")
_PART = re.compile(r"[^.!?;,\n\r]*(?:[.!?;,\n\r]+\s*|$)")
_BREAK = re.compile(r"[.!?;\n\r]\s*$")


def without(message: str) -> str:
    """Return `message` without its courtesies, or as it is where nothing else is said.

    A sentence goes that says only courtesies, as does such a clause at a sentence's beginning or end, and a
    bare greeting or thanks at either end of the message. So politeness can change no level by construction.
    Work is linear in the length of the message.
    """
    folded = fold(message)
    if not any(word in folded for word in _CORE):
        return message
    parts = [found.span() for found in _PART.finditer(folded) if found.group()]
    kept: list[str] = []
    opens = True
    for a, b in parts:
        closes = b == len(folded) or _BREAK.search(folded[a:b]) is not None
        if (opens or closes) and _polite(folded[a:b]):
            opens = True
        else:
            kept.append(message[a:b])
            opens = closes
    rest = _bare_ends("".join(kept)).strip()
    return rest if _WORD.search(fold(rest)) else message


def _polite(text: str) -> bool:
    words = _WORD.findall(text)
    greets = words[:1] == ["good"] and {*words[1:2]} <= _DAYTIMES
    return bool(greets or _CORE & set(words)) and set(words) <= _VOCABULARY


def _bare_ends(text: str) -> str:
    """Take a greeting without a comma from the beginning, and thanks without a stop from the end."""
    folded = fold(text)
    words = list(_WORD.finditer(folded))
    first = 0
    if words and words[0].group() in _GREETING:
        first = 1
        while first < len(words) and words[first].group() in _GREETED:
            first += 1
    last = len(words)
    for k in range(len(words) - 1, first - 1, -1):
        if words[k].group() not in _VOCABULARY:
            break
        if words[k].group() in _THANKS:
            last = k
    tail = words[last].start() if last < len(words) else len(text)
    head = words[first].start() if 0 < first < len(words) else 0
    return text[head:tail]
