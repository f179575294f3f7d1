"""The days that people date things by: months, weekdays, feasts, seasons, and times long gone."""

from __future__ import annotations

from datetime import date

from assistant.guardrail.clauses import word_set

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero janvier januar janeiro", "february feb febrero fevrier februar fevereiro",
            "march mar marzo mars marz maerz marco", "april apr abril avril", "may mayo mai maio",
            "june jun junio juin juni junho", "july jul julio juillet juli julho",
            "august aug agosto aout", "september sep sept septiembre septembre setembro",
            "october oct octubre octobre oktober outubro", "november nov noviembre novembre novembro",
            "december dec diciembre decembre dezember dezembro",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "weds",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "lunes",
    "martes",
    "miercoles",
    "jueves",
    "viernes",
    "sabado",
    "domingo",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "segunda",
    "terca",
    "quarta",
    "quinta",
    "sexta",
]
WEEKDAY_PLURALS = word_set("mondays tuesdays wednesdays thursdays fridays saturdays sundays weekends")
RECENT = {
    "yesterday": 1, "today": 0, "tonight": 0, "yday": 1, "ayer": 1, "hoy": 0, "hier": 1, "gestern": 1,
    "heute": 0,
    "ontem": 1, "hoje": 0, "vorgestern": 2, "anteayer": 2,
}  # fmt: skip
SINCE = word_set("since desde depuis seit after ever from by around until before last this in")
# Days of the year on which an event that people date things by falls, roughly; (month, day).
EVENTS = {
    "christmas": (12, 25), "xmas": (12, 25), "navidad": (12, 25), "noel": (12, 25), "weihnachten": (12, 25),
    "natal": (12, 25), "new year": (1, 1), "new year's": (1, 1), "new years": (1, 1), "nye": (12, 31),
    "easter": (4, 5), "whitsun": (5, 25), "whit": (5, 25), "pentecost": (5, 25), "holi": (3, 14),
    "lent": (3, 5), "midsummer": (6, 21), "the worlds": (8, 20), "spring break": (3, 20),
    "the holidays": (8, 15), "the summer holidays": (8, 15), "pascua": (4, 5), "paques": (4, 5),
    "ostern": (4, 5), "pascoa": (4, 5),
    "halloween": (10, 31), "thanksgiving": (11, 26), "valentine": (2, 14), "valentine's": (2, 14),
    "spring": (4, 1), "summer": (7, 1), "autumn": (10, 1), "fall": (10, 1), "winter": (1, 5),
    "verano": (7, 1),
    "verao": (1, 15), "sommer": (7, 1), "ete": (7, 1), "primavera": (4, 1), "half term": (10, 25),
    "bonfire night": (11, 5), "diwali": (10, 25), "ramadan": (3, 1), "eid": (3, 20), "july 4th": (7, 4),
    "fourth of july": (7, 4), "labor day": (9, 5), "memorial day": (5, 28), "clocks went back": (10, 26),
    "clocks changed": (10, 26), "clocks went forward": (3, 29), "went back to school": (9, 4),
    "school started": (9, 4), "start of term": (9, 4), "back to school": (9, 4), "kids went back": (9, 4),
    "rentree": (9, 2), "la rentree": (9, 2), "otono": (10, 1), "automne": (10, 1), "herbst": (10, 1),
    "outono": (4, 1), "invierno": (1, 5), "hiver": (1, 5), "inverno": (7, 1), "printemps": (4, 1),
    "fruhling": (4, 1), "fruhjahr": (4, 1), "ferien": (8, 15), "vacances": (8, 15), "vacaciones": (8, 15),
    "ferias": (8, 1), "semana santa": (4, 5), "carnaval": (2, 15), "karneval": (2, 15), "fasching": (2, 15),
    "sao joao": (6, 24), "san juan": (6, 24), "pfingsten": (5, 25), "toussaint": (11, 1),
    "silvester": (12, 31), "neujahr": (1, 1), "reyes": (1, 6), "reveillon": (12, 31),
    "start of the year": (1, 2), "beginning of the year": (1, 2), "bank holiday": (8, 28),
}  # fmt: skip
LONG_EVENTS = (
    "lockdown", "covid", "pandemic", "uni", "university", "college", "school", "childhood", "birth", "born",
    "pregnancy", "my twenties", "my thirties", "my forties", "my teens", "a kid", "a child", "a teenager",
    "high school", "was young", "was little", "last year", "last season", "last summer", "last winter",
    "last spring", "last autumn", "last fall", "last month", "last christmas", "the army", "the pandemic",
    "childbirth", "gave birth", "got married", "ano pasado", "mes pasado", "annee derniere", "mois dernier",
    "letztes jahr", "letzten monat", "ano passado", "mes passado", "nina", "nino", "teenage", "retired",
    "la pandemia", "el confinamiento", "le confinement", "genre le confinement", "la pandemie",
    "der pandemie", "corona", "a pandemia", "el embarazo", "el parto", "l'accouchement", "der geburt",
    "a gravidez", "o parto",
)  # fmt: skip
EVENT_PHRASES: dict[str, list[tuple[tuple[str, ...], tuple[int, int]]]] = {}
for _name, _day in EVENTS.items():
    EVENT_PHRASES.setdefault(_name.split()[0], []).append((tuple(_name.split()), _day))
LONG_PHRASES: dict[str, list[tuple[str, ...]]] = {}
for _name in LONG_EVENTS:
    LONG_PHRASES.setdefault(_name.split()[0], []).append(tuple(_name.split()))


def since(today: date, month: int, day: int) -> int:
    """Return the days since the last such day of the year; the running month counts from its start."""
    if month == today.month and day == 15:
        return max(today.day - 1, 1)
    then = date(today.year, month, day)
    if then > today:
        then = date(today.year - 1, month, day)
    return (today - then).days


def weekday_days(word: str, today: date, last: bool) -> int:
    """Return the days since the weekday `word`; `last` tells today's from that of a week ago."""
    english = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    if word[:3] in english:
        days = (today.weekday() - english.index(word[:3])) % 7
        return days + (7 if last and days == 0 else 0)
    return 5
