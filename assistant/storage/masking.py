"""Names and contacts as they are shown before somebody asks for them."""

from __future__ import annotations


def masked_name(name: str) -> str:
    """Return a name's initials."""
    return "".join(f"{part[0]}." for part in name.split()[:2])


def masked_contact(contact: str) -> str:
    """Return a contact with all but a hint of it masked."""
    if "@" in contact:
        local, _, domain = contact.partition("@")
        return f"{local[:1]}…@…{domain[domain.rfind('.') :]}"
    return f"…{contact[-2:]}"
