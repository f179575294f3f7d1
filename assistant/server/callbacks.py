"""`POST /api/callbacks`: 201 only once the request is durably stored."""

from __future__ import annotations

import re
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Header
from pydantic import (
    BeforeValidator,
    EmailStr,
    Field,
    StrictBool,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from assistant import schema
from assistant.server.chat import Shared
from assistant.server.errors import FORBIDDEN, RESPONSES, ApiError

_PHONE = re.compile(r"^\+?[\d\s().\-/]{6,25}$")
_PLAIN_CONTACT = (
    r"^(\+?[0-9]([ ().\-/]?[0-9]){5,12}"
    r"|[A-Za-z0-9]{1,32}([._+\-][A-Za-z0-9]{1,8}){0,2}"
    r"@[A-Za-z0-9]{1,32}(\.[A-Za-z0-9]{1,16}){0,2}\.(com|org|net|example))$"
)
"""For the API's description: contacts of the usual forms; more are taken."""
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)


class CallbackRequest(schema.Model):
    """What a visitor asks to be called back about."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
        BeforeValidator(schema.without_controls),
    ] = Field(examples=["Sam Runner"], json_schema_extra={"pattern": schema.PRINTABLE})
    contact: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=254),
        BeforeValidator(schema.without_controls),
    ] = Field(examples=["sam@runner.example"], json_schema_extra={"pattern": _PLAIN_CONTACT})
    """Phone number or e-mail address."""
    topic: Literal["call_back", "discovery_call", "cost_availability"] = Field(examples=["call_back"])
    message: Annotated[str, StringConstraints(max_length=2_000), BeforeValidator(schema.without_controls)] = (
        ""
    )
    preferred_time: Annotated[
        str, StringConstraints(max_length=200), BeforeValidator(schema.without_controls)
    ] = ""
    consent: StrictBool = Field(examples=[True], json_schema_extra={"const": True})
    """Must be true: the visitor agreed to be contacted."""
    conversation_id: str | None = Field(default=None, max_length=100)
    website: Annotated[str, StringConstraints(max_length=200)] = ""
    """Left empty by people; whoever fills it in is a program."""


class CallbackReceipt(schema.Model):
    """The stored request."""

    id: str
    status: Literal["received"] = "received"


class FormToken(schema.Model):
    """What a form sends along to show that it was opened."""

    token: str


def usable_contact(contact: str) -> bool:
    """Say whether somebody can be reached at `contact`: a phone number or an e-mail address."""
    if "@" not in contact:
        return bool(_PHONE.match(contact)) and sum(c.isdigit() for c in contact) >= 6
    try:
        _EMAIL.validate_python(contact)
    except ValidationError:
        return False
    return True


def build_router() -> APIRouter:
    """Return the call-back route."""
    router = APIRouter(tags=["callbacks"])

    @router.post(
        "/api/callbacks",
        status_code=201,
        responses={k: v for k, v in RESPONSES.items() if k != 404} | {403: FORBIDDEN},
    )
    def receive(
        request: CallbackRequest,
        runtime: Shared,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
        x_form_token: Annotated[str | None, Header(max_length=300)] = None,
    ) -> CallbackReceipt:
        """Store a call-back request; a repeat with the same Idempotency-Key returns the first result."""
        if request.website:
            # A program filled in the field that people do not see: it learns nothing, and nothing is kept.
            runtime.telemetry.limited("honeypot")
            return CallbackReceipt(id=secrets.token_urlsafe(16))
        if not request.consent:
            raise ApiError(422, "no_consent")
        if not usable_contact(request.contact):
            raise ApiError(422, "no_contact")
        if x_form_token is None:
            genuine = not runtime.settings.require_form_token
        else:
            genuine = runtime.form_tokens.accepts(x_form_token)
        if not genuine:
            runtime.telemetry.limited("form_token")
            raise ApiError(403, "form_expired")
        callback_id = runtime.callbacks.receive(
            name=request.name,
            contact=request.contact,
            topic=request.topic,
            message=request.message.strip(),
            preferred_time=request.preferred_time.strip(),
            conversation_id=request.conversation_id,
            idempotency_key=idempotency_key,
        )
        runtime.courier.wake()
        return CallbackReceipt(id=callback_id)

    @router.get("/api/forms/token", responses={429: RESPONSES[429]})
    def form_token(runtime: Shared) -> FormToken:
        """Return a token for the header X-Form-Token of one form; it holds for two hours."""
        return FormToken(token=runtime.form_tokens.issue())

    return router
