"""Sections → chunks that follow the guide's own structure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Literal

from assistant.ingestion.blocks import Block, quotation
from assistant.ingestion.labels import label_of
from assistant.ingestion.loaders import Source, slug
from assistant.ingestion.sections import Section, Topics, split

CHUNKER = "structure-2"
"""Changes when chunks are cut differently; an index made by another chunker is rebuilt."""
MAX_CHARS = 700
OVERLAP_CHARS = 100

Kind = Literal["exercise", "cause", "integration", "tip", "item", "overview", "text", "contents"]
_ITEM_KINDS: dict[str, Kind] = {"causes": "cause", "integration": "integration", "protection": "tip"}
_TITLED = re.compile(r"^(?P<title>[^.:!?]{2,60}?)(?:\s+[–—-]\s+|:\s+)(?P<text>\S.+)$", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])")


@dataclass(frozen=True)
class ExerciseFields:
    """What the guide says of one exercise."""

    name: str
    why: str
    steps: tuple[str, ...]
    dose: str


@dataclass(frozen=True)
class Chunk:
    """One passage of a guide, the unit of retrieval and citation."""

    id: str
    guide_id: str
    guide: str
    page: str
    topic: str
    kind: Kind
    section: str
    """Headings joined by " > ", as in the guide; the title for what stands above the first heading."""
    title: str
    text: str
    """The passage as plain text, without its title."""
    quote: str
    """The passage as the guide has it."""
    position: int
    """0-based place in the guide."""
    exercise: ExerciseFields | None = None

    @property
    def searchable(self) -> str:
        """Return what is embedded and matched: heading, title and text."""
        heading = re.sub(r"^\s*\d{1,3}[.)]\s+", "", self.section.split(" > ")[-1])
        head = heading if self.title in ("", heading) else f"{heading}. {self.title}"
        return f"{head}. {self.text}"

    @property
    def sha256(self) -> str:
        """Return the hash of all that the index keeps of the chunk."""
        return hashlib.sha256(repr(sorted(self.to_dict().items())).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the chunk as JSON-ready fields."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Chunk:
        """Return the chunk that `to_dict` described."""
        exercise = fields.get("exercise")
        if exercise:
            exercise = ExerciseFields(**{**exercise, "steps": tuple(exercise["steps"])})
        return cls(**{**fields, "exercise": exercise})


def sentences(text: str) -> list[str]:
    """Cut a passage into sentences, each an exact part of it."""
    return [part for part in _SENTENCE.split(text) if part]


def cut(source: Source, topics: Topics) -> list[Chunk]:
    """Cut one guide: a chunk per exercise, cause, tip and way of integration; the rest by section."""
    sections = split(source.title, source.blocks)
    exercises = {id(section): fields for section in sections if (fields := read_exercise(section))}
    headed = [s for s in sections[1:] if id(s) not in exercises]
    topic_of = dict(zip((id(s) for s in headed), topics.of([s.heading for s in headed]), strict=True))
    parents = {s.path[:-1] for s in sections if id(s) in exercises}
    chunks: list[Chunk] = []
    for section in sections:
        topic = (
            "exercises"
            if id(section) in exercises or section.path in parents
            else topic_of.get(id(section), "why")
        )
        if fields := exercises.get(id(section)):
            body = [block for block in section.blocks if block.text]
            chunks.append(_chunk(source, section, "exercises", "exercise", fields.name, body, fields))
        else:
            chunks += _cut_section(source, section, topic)
    return [_placed(chunk, position, chunks) for position, chunk in enumerate(chunks)]


def read_exercise(section: Section) -> ExerciseFields | None:
    """Return the exercise that a section describes, or None: it has steps, and a reason or a dose."""
    why: list[str] = []
    steps: list[str] = []
    dose: list[str] = []
    parts = {"why": why, "how": steps, "dose": dose}
    current: list[str] | None = None
    labelled = 0
    for block in section.blocks:
        if label := label_of(block.text):
            labelled += 1
            current = parts[label.part]
            if label.rest:
                current += sentences(label.rest) if label.part == "how" else [label.rest]
            if label.part != "how" and label.rest:
                current = None
        elif current is not None:
            current += (
                sentences(block.text) if current is steps and block.kind == "paragraph" else [block.text]
            )
            if current is dose:
                current = None
    if not steps or not (why or dose) or labelled < 2:
        return None
    name = re.sub(r"^\s*(?:exercise\s+)?\d{1,3}[.):]\s*", "", section.heading, flags=re.IGNORECASE)
    return ExerciseFields(name, " ".join(why), tuple(steps), " ".join(dose))


def _cut_section(source: Source, section: Section, topic: str) -> Iterator[Chunk]:
    titled: list[tuple[Block, re.Match[str]]] = []
    runs: list[list[Block]] = [[]]
    for block in section.blocks:
        match = _TITLED.match(block.text) if block.kind == "item" else None
        if match:
            titled.append((block, match))
            runs.append([])
        else:
            runs[-1].append(block)
    # A quotation must stand in the guide as it is, so text before and after a list stays apart.
    for run in runs:
        rest = run if section.path else list(_without_contents(run))
        if rest:
            yield from _text_chunks(source, section, topic, rest, overview=topic == "exercises")
    for block, match in titled:
        kind = _ITEM_KINDS.get(topic, "item")
        yield _chunk(
            source, section, topic, kind, match["title"].strip(), [block], text=match["text"].strip()
        )


def _without_contents(blocks: Sequence[Block]) -> Iterator[Block]:
    """Leave out a list of contents: items above the first heading, and the line that leads to them."""
    for block, after in zip_longest(blocks, blocks[1:]):
        leads = block.text.endswith(":") and after is not None and after.kind == "item"
        if block.kind != "item" and not leads:
            yield block


def _text_chunks(
    source: Source, section: Section, topic: str, blocks: Sequence[Block], *, overview: bool
) -> Iterator[Chunk]:
    kind: Kind = "overview" if overview else "text"
    text = quotation(blocks)
    if len(text) <= MAX_CHARS * 1.5:
        yield _chunk(source, section, topic, kind, "", list(blocks))
        return
    # Imported only here: a server that only reads the index does not wait for it.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=MAX_CHARS,
        chunk_overlap=OVERLAP_CHARS,
        separators=["\n\n", "\n", ". ", " ", ""],
        keep_separator="end",
    )
    for piece in splitter.split_text(text):
        yield _chunk(source, section, topic, kind, "", [Block("paragraph", piece)])


def _chunk(
    source: Source,
    section: Section,
    topic: str,
    kind: Kind,
    title: str,
    blocks: list[Block],
    exercise: ExerciseFields | None = None,
    text: str | None = None,
) -> Chunk:
    heading = section.path[-1] if section.path else source.title
    return Chunk(
        id=f"{source.id}/{kind}:{slug(title or heading)}",
        guide_id=source.id,
        guide=source.title,
        page=source.page,
        topic=topic,
        kind=kind,
        section=section.name or source.title,
        title=title,
        text=text if text is not None else " ".join(block.text for block in blocks),
        quote=quotation(blocks) if len(blocks) > 1 else blocks[0].text,
        position=0,
        exercise=exercise,
    )


def _placed(chunk: Chunk, position: int, chunks: Sequence[Chunk]) -> Chunk:
    """Give the chunk its place, and its id a number where another has the same."""
    twins = sum(other.id == chunk.id for other in chunks[:position])
    return Chunk(
        **{
            **{name: getattr(chunk, name) for name in chunk.__dataclass_fields__},
            "position": position,
            "id": f"{chunk.id}-{twins + 1}" if twins else chunk.id,
        }
    )
