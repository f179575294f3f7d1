"""The staff page: call-backs, gaps, feedback and guardrail statistics, behind one password."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Cookie, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from limits import parse_many

from assistant.server.chat import Shared
from assistant.server.errors import ApiError
from assistant.server.protection import Proxies, client_of
from assistant.server.runtime import Runtime
from assistant.settings import Settings
from assistant.storage import passwords
from assistant.storage.masking import masked_contact, masked_name
from assistant.storage.sessions import WHOLE_SECONDS
from assistant.wording import Wording

COOKIE = "staff"
TRIES = parse_many("5/15 minutes")
TRIES_OF_ALL = parse_many("60/hour")
DAYS = 30
_TABS = ("callbacks", "gaps", "feedback", "guardrail")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}
CSS = """:root{color-scheme:light dark;--line:#8886}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1.5rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;border-bottom:1px solid var(--line)}
header h1{font-size:1.2rem;margin:.75rem 0}nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;flex:1}
a,button{min-height:2.75rem;display:inline-flex;align-items:center}a{color:inherit}
a[aria-current]{font-weight:700}
button{font:inherit;padding:.4rem 1rem;border:1px solid var(--line);border-radius:.5rem}
button{background:none;color:inherit}
input{font:inherit;padding:.5rem;min-height:1.75rem;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;padding:.4rem .75rem .4rem 0;vertical-align:top}
tr{border-bottom:1px solid var(--line)}td{overflow-wrap:anywhere;white-space:pre-line}
.problem{padding:.75rem 1rem;border-inline-start:4px solid #c2410c;background:#c2410c1a}
form{display:inline-flex;gap:.75rem;align-items:center;flex-wrap:wrap}
"""


class NotSignedIn(Exception):
    """Leads to the sign-in page."""


class Pages:
    """Writes the pages; every value is escaped."""

    def __init__(self, wording: Wording, clinic: str) -> None:
        self._wording = wording
        self._clinic = clinic

    def say(self, key: str, /, **variables: object) -> str:
        """Return a sentence of `prompts/staff.toml`."""
        return escape(self._wording.say(f"staff.page.{key}", **variables))

    def whole(self, body: str, *, tab: str = "", token: str = "", status: int = 200) -> HTMLResponse:
        """Return a page; with a token, one that is signed in."""
        title = self.say("title", clinic=self._clinic)
        menu = ""
        if token:
            links = "".join(
                f'<a href="/staff/{name}"{" aria-current=page" if name == tab else ""}>{self.say(name)}</a>'
                for name in _TABS
            )
            menu = f"<nav>{links}</nav>{self.form('/staff/logout', token, 'sign_out')}"
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{title}</title><link rel="stylesheet" href="/staff.css"></head>'
            f"<body><header><h1>{title}</h1>{menu}</header><main>{body}</main></body></html>"
        )
        return HTMLResponse(html, status, _HEADERS)

    def form(self, action: str, token: str, label: str, inner: str = "") -> str:
        """Return a form of one button that carries its token."""
        return (
            f'<form method="post" action="{escape(action)}">{inner}'
            f'<input type="hidden" name="token" value="{escape(token)}">'
            f"<button>{self.say(label)}</button></form>"
        )

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """Return a table; cells are HTML already."""
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        if not body:
            return f"<p>{self.say('none')}</p>"
        head = "".join(f'<th scope="col">{self.say(f"columns.{name}")}</th>' for name in columns)
        return f"<table><thead><tr>{head}<th></th></tr></thead><tbody>{body}</tbody></table>"

    def sign_in(self, token: str, problem: str = "", status: int = 200) -> HTMLResponse:
        """Return the sign-in page."""
        note = f'<p class="problem" role="alert">{self.say(problem)}</p>' if problem else ""
        field = (
            f"<label>{self.say('password')} "
            '<input type="password" name="password" required autocomplete="current-password"></label>'
        )
        return self.whole(note + self.form("/staff/login", token, "sign_in", field), status=status)


async def _fields(request: Request) -> dict[str, str]:
    """Read an HTML form; the body's size and time were limited before."""
    try:
        text = (await request.body()).decode()
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=10).items()}
    except ValueError:
        return {}


Fields = Annotated[Mapping[str, str], Depends(_fields)]
Session = Annotated[str, Cookie(alias=COOKIE, max_length=100)]


def _opened(runtime: Shared) -> None:
    if not runtime.settings.staff_password_hash.get_secret_value():
        raise ApiError(404, "not_found")


def _signed_in(runtime: Shared, staff: Session = "") -> str:
    _opened(runtime)
    if not runtime.sessions.holds(staff):
        raise NotSignedIn
    return staff


def _own_form(request: Request, runtime: Shared, fields: Fields, staff: Session = "") -> str:
    value = _signed_in(runtime, staff)
    _same_site(request)
    if not runtime.sessions.is_own_form(value, fields.get("token", "")):
        raise ApiError(403, "forbidden")
    return value


In = Annotated[str, Depends(_signed_in)]
Own = Annotated[str, Depends(_own_form)]


def build_router(settings: Settings, wording: Wording) -> APIRouter:
    """Return the staff routes; without a password hash in the settings they answer 404."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(wording, settings.clinic.name)
    proxies = Proxies(settings.trusted_proxies)
    password_hash = settings.staff_password_hash.get_secret_value()

    @router.get("/staff.css")
    def style(runtime: Shared) -> Response:
        _opened(runtime)
        return Response(CSS, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    @router.get("/staff/login")
    def login_page(runtime: Shared) -> HTMLResponse:
        _opened(runtime)
        return pages.sign_in(runtime.form_tokens.issue())

    @router.post("/staff/login")
    def login(request: Request, runtime: Shared, fields: Fields) -> Response:
        _opened(runtime)
        _same_site(request)
        own = (runtime.settings.clinic_id,) if runtime.settings.clinic_id else ()
        who = runtime.secrecy.digest(f"staff {client_of(request).address}")[:32]
        wait = runtime.limiter.refusal(TRIES, "staff", *own, who) or runtime.limiter.refusal(
            TRIES_OF_ALL, "staff", *own
        )
        if wait:
            runtime.telemetry.limited("staff")
            refused = pages.sign_in(runtime.form_tokens.issue(), "too_often", 429)
            refused.headers["Retry-After"] = str(wait)
            return refused
        if not runtime.form_tokens.accepts(fields.get("token", "")):
            return pages.sign_in(runtime.form_tokens.issue(), "outdated", 403)
        if not passwords.matches(fields.get("password", ""), password_hash):
            return pages.sign_in(runtime.form_tokens.issue(), "wrong", 403)
        answer = RedirectResponse("/staff/callbacks", 303, _HEADERS)
        answer.set_cookie(
            COOKIE,
            runtime.sessions.begin(),
            max_age=int(WHOLE_SECONDS),
            path="/staff",
            secure=proxies.secure(request.scope),
            httponly=True,
            samesite="strict",
        )
        return answer

    @router.post("/staff/logout")
    def logout(runtime: Shared, session: Own) -> Response:
        runtime.sessions.end(session)
        answer = RedirectResponse("/staff/login", 303, _HEADERS)
        answer.delete_cookie(COOKIE, path="/staff")
        return answer

    @router.get("/staff")
    def start(_session: In) -> Response:
        return RedirectResponse("/staff/callbacks", 303, _HEADERS)

    @router.get("/staff/callbacks")
    def callbacks(runtime: Shared, session: In) -> HTMLResponse:
        rows = [
            (
                _when(request.created),
                escape(request.topic),
                escape(masked_name(request.name)),
                escape(masked_contact(request.contact)),
                pages.say("dealt_with") if request.done else "",
                f'<a href="/staff/callbacks/{escape(request.id)}">{pages.say("show")}</a>',
            )
            for request in runtime.callbacks.requests(include_done=True)
        ]
        table = pages.table(("when", "topic", "name", "contact", "state"), reversed(rows))
        body = f"{_deliveries(pages, runtime)}<p>{pages.say('masked')}</p>{table}"
        return pages.whole(body, tab="callbacks", token=runtime.sessions.form_token(session))

    @router.get("/staff/callbacks/{callback_id}")
    def callback(callback_id: str, runtime: Shared, session: In) -> HTMLResponse:
        found = runtime.callbacks.get(callback_id)
        if found is None:
            raise ApiError(404, "not_found")
        token = runtime.sessions.form_token(session)
        values = {
            "when": _when(found.created),
            "topic": escape(found.topic),
            "name": escape(found.name),
            "contact": escape(found.contact),
            "preferred_time": escape(found.preferred_time),
            "message": escape(found.message),
        }
        rows = "".join(
            f'<tr><th scope="row">{pages.say(f"columns.{name}")}</th><td>{value}</td></tr>'
            for name, value in values.items()
        )
        action = f"/staff/callbacks/{found.id}/done"
        button = pages.say("dealt_with") if found.done else pages.form(action, token, "done")
        return pages.whole(f"<table>{rows}</table><p>{button}</p>", tab="callbacks", token=token)

    @router.post("/staff/callbacks/{callback_id}/done")
    def done(callback_id: str, runtime: Shared, _session: Own) -> Response:
        if not runtime.callbacks.mark_done(callback_id):
            raise ApiError(404, "not_found")
        return RedirectResponse("/staff/callbacks", 303, _HEADERS)

    @router.get("/staff/gaps")
    def gaps(runtime: Shared, session: In) -> HTMLResponse:
        token = runtime.sessions.form_token(session)
        if runtime.embeddings is None:
            return pages.whole(f"<p>{pages.say('not_loaded')}</p>", tab="gaps", token=token, status=503)
        found = runtime.statistics.gaps(runtime.embeddings.encode, days=DAYS)
        rows = (
            (escape(gap.question), str(gap.times), escape("\n".join(gap.others))) for gap in found.found[:200]
        )
        body = f"<p>{pages.say('gaps_intro', days=DAYS)}</p>"
        body += pages.table(("question", "times", "others"), rows)
        if found.without_text:
            body += f"<p>{pages.say('without_text', count=found.without_text)}</p>"
        return pages.whole(body, tab="gaps", token=token)

    @router.get("/staff/feedback")
    def feedback(runtime: Shared, session: In) -> HTMLResponse:
        helpful, unhelpful, votes = runtime.statistics.votes(days=DAYS)
        rows = (
            (
                _when(vote.created),
                pages.say("helpful" if vote.helpful else "unhelpful"),
                escape(vote.topic),
                escape(vote.level),
                escape(vote.comment),
            )
            for vote in votes
        )
        body = f"<p>{pages.say('votes', helpful=helpful, unhelpful=unhelpful, days=DAYS)}</p>"
        body += pages.table(("when", "vote", "topic", "level", "comment"), rows)
        return pages.whole(body, tab="feedback", token=runtime.sessions.form_token(session))

    @router.get("/staff/guardrail")
    def guardrail(runtime: Shared, session: In) -> HTMLResponse:
        statistics = runtime.statistics
        tables = {
            "levels": statistics.levels(days=DAYS),
            "signals": statistics.signals(days=DAYS),
            "topics": statistics.topics(days=DAYS),
        }
        body = f"<p>{pages.say('guardrail_intro', days=DAYS)}</p>" + "".join(
            f"<h2>{pages.say(name)}</h2>"
            + pages.table(
                ("level" if name == "levels" else "topic", "count"),
                ((escape(key), str(count)) for key, count in counts.items()),
            )
            for name, counts in tables.items()
        )
        return pages.whole(body, tab="guardrail", token=runtime.sessions.form_token(session))

    return router


def _deliveries(pages: Pages, runtime: Runtime) -> str:
    if not runtime.has_channels:
        return f'<p class="problem">{pages.say("no_delivery")}</p>'
    waiting = runtime.outbox.waiting()
    if not waiting.count:
        return ""
    note = pages.say(
        "waiting",
        count=waiting.count,
        minutes=int(waiting.oldest_seconds // 60),
        problem=waiting.problem or pages.say("not_tried"),
    )
    return f'<p class="problem">{note}</p>'


def _same_site(request: Request) -> None:
    """Refuse a form that another site sent; the cookie and its token are the first two lines of defence."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ApiError(403, "forbidden")


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
