"""Chunks → an index on disk: built beside the old one, then swapped in, so that a crash changes nothing."""

from __future__ import annotations

import json
import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from assistant.ingestion import loaders
from assistant.ingestion.chunks import CHUNKER, Chunk, cut
from assistant.ingestion.sections import Encode, Topics
from assistant.retrieval import vectorstore
from assistant.settings import Settings

log = logging.getLogger(__name__)

FORMAT = 1
KEEP_BUILDS = 2
EMBED_BATCH = 256


class IndexMissing(RuntimeError):
    """No index has been built yet; `assistant ingest` builds one."""


@dataclass(frozen=True)
class FileResult:
    """What became of one file: its chunks, or the reason why it was left out."""

    path: Path
    title: str = ""
    chunks: tuple[Chunk, ...] = ()
    error: str = ""


@dataclass
class Report:
    """What an ingestion did."""

    files: list[FileResult] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    note: str = ""
    build: str = ""

    @property
    def failed(self) -> list[FileResult]:
        """Return the files that could not be read."""
        return [file for file in self.files if file.error]


@dataclass(frozen=True)
class Build:
    """One finished index: a manifest, the chunks and their vectors (one row per chunk)."""

    name: str
    folder: Path
    manifest: dict[str, Any]
    chunks: list[Chunk]
    vectors: NDArray[np.float32]


def current(settings: Settings) -> Build:
    """Read the index that is being served.

    Raises:
        IndexMissing: there is none, or its files are damaged.
    """
    root = settings.data_dir / "index"
    try:
        name = (root / "CURRENT").read_text(encoding="utf-8").strip()
        folder = root / name
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        chunks = [Chunk.from_dict(item) for item in json.loads((folder / "chunks.json").read_text("utf-8"))]
        vectors = np.load(folder / "vectors.npy")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexMissing(
            f"no usable index in {root} ({type(error).__name__}); run `assistant ingest`"
        ) from error
    if len(vectors) != len(chunks):
        raise IndexMissing(f"the index in {root} is damaged; run `assistant ingest`")
    return Build(name, folder, manifest, chunks, vectors)


def current_name(settings: Settings) -> str:
    """Return the name of the build that is being served, or "" where there is none."""
    try:
        return (settings.data_dir / "index" / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def ingest(
    settings: Settings,
    encode: Encode,
    identity: str,
    paths: Sequence[Path] = (),
    *,
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read guides into the index and say what was added, changed and removed.

    `paths` (default: the knowledge folder) join the files that the index already holds. A guide with the
    title of an earlier one takes its place. Only chunks that are new are embedded. A file that cannot be
    read is reported, and what the index held of it stays.
    """
    root = settings.data_dir / "index"
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / "LOCK"):
        try:
            old: Build | None = current(settings)
        except IndexMissing:
            old = None
        report = Report()
        reusable = old
        if old and (reason := _mismatch(old, identity) or _damage(settings, old)):
            report.note = reason
            reusable = None
        roots = [Path(p) for p in (old.manifest["roots"] if old else [])]
        given = [path.resolve() for path in (paths or ([] if roots else [settings.knowledge_dir]))]
        roots = list(dict.fromkeys([*roots, *given]))
        topics = Topics.load(settings.knowledge("topics.toml"), encode)
        chunks, files = _read(report, roots, given, old, topics)
        _compare(report, old.chunks if old else [], chunks)
        if dry_run or (reusable and not (report.added or report.changed or report.removed)):
            if (
                not dry_run
                and old
                and (files != old.manifest["files"] or [str(r) for r in roots] != old.manifest["roots"])
            ):
                _write_json(
                    old.folder / "manifest.json",
                    {**old.manifest, "files": files, "roots": [str(r) for r in roots]},
                )
            report.build = old.name if old else ""
            return report
        vectors = _embed(chunks, reusable, encode, progress)
        report.build = _write(settings, root, chunks, vectors, identity, files, roots)
    return report


def stale(settings: Settings, identity: str) -> str:
    """Return why the index must be refreshed before it is served, or "" where it need not."""
    try:
        build = current(settings)
    except IndexMissing:
        return "there is no index yet"
    if reason := _mismatch(build, identity) or _damage(settings, build, deep=False):
        return reason
    files = {str(path): _digest(path) for path in loaders.find(Path(p) for p in build.manifest["roots"])}
    if files != {path: entry["sha256"] for path, entry in build.manifest["files"].items()}:
        return "the knowledge changed"
    return ""


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _mismatch(build: Build, identity: str) -> str:
    if build.manifest.get("format") != FORMAT or build.manifest.get("chunker") != CHUNKER:
        return "the index was cut by another version; it is rebuilt"
    if build.manifest.get("embeddings") != identity:
        return f"the index was made with {build.manifest.get('embeddings')}, not {identity}; it is rebuilt"
    return ""


def _damage(settings: Settings, build: Build, *, deep: bool = True) -> str:
    """Return whether vectors or collection are damaged; `deep` opens a collection that is not served, too."""
    good = build.manifest.get("vectors", "") in ("", _digest(build.folder / "vectors.npy"))
    if good and (deep or not vectorstore.held(settings, len(build.chunks))):
        good = vectorstore.usable(settings, build.name, build.vectors)
    return "" if good else "the index is damaged; it is rebuilt"


def _read(
    report: Report, roots: Sequence[Path], given: Sequence[Path], old: Build | None, topics: Topics
) -> tuple[list[Chunk], dict[str, dict[str, str]]]:
    """Read every file under the roots; of two guides with one title the one given last wins."""
    guides: dict[str, tuple[Path, list[Chunk]]] = {}
    files: dict[str, dict[str, str]] = {}
    before = old.manifest["files"] if old else {}
    named = set(loaders.find(given))
    order = [p for p in loaders.find(roots) if p not in named] + list(loaders.find(given))
    for path in order:
        if not path.is_file() and str(path) in before and path not in named:
            continue
        digest = _digest(path)
        try:
            source = loaders.load(path)
        except loaders.LoadError as error:
            report.files.append(FileResult(path, error=str(error)))
            if old and (entry := before.get(str(path))):
                kept = [chunk for chunk in old.chunks if chunk.guide_id == entry["guide"]]
                if kept:
                    guides.setdefault(entry["guide"], (path, kept))
                files[str(path)] = {**entry, "sha256": digest}
            elif digest:
                files[str(path)] = {"sha256": digest, "guide": "", "at": ""}
            continue
        chunks = cut(source, topics)
        entry = before.get(str(path), {})
        fresh = path in named or entry.get("sha256") != digest
        stamp = repr(time.time()) if fresh else entry["at"]
        files[str(path)] = {"sha256": digest, "guide": source.id, "at": stamp}
        rival = guides.get(source.id)
        if rival is None or files[str(rival[0])]["at"] <= stamp:
            guides[source.id] = (path, chunks)
        report.files.append(FileResult(path, source.title, tuple(chunks)))
    return [chunk for _, chunks in guides.values() for chunk in chunks], files


def _compare(report: Report, old: Iterable[Chunk], new: Iterable[Chunk]) -> None:
    before = {chunk.id: chunk for chunk in old}
    after = {chunk.id: chunk for chunk in new}
    report.added = [i for i in after if i not in before]
    report.removed = [i for i in before if i not in after]
    report.changed = [i for i in after if i in before and after[i].sha256 != before[i].sha256]
    report.unchanged = len(after) - len(report.added) - len(report.changed)


def _embed(
    chunks: Sequence[Chunk], old: Build | None, encode: Encode, progress: Callable[[str], None]
) -> NDArray[np.float32]:
    known = {chunk.searchable: row for chunk, row in zip(old.chunks, old.vectors, strict=True)} if old else {}
    missing = list(dict.fromkeys(c.searchable for c in chunks if c.searchable not in known))
    for start in range(0, len(missing), EMBED_BATCH):
        batch = missing[start : start + EMBED_BATCH]
        known.update(zip(batch, encode(batch), strict=True))
        if len(missing) > EMBED_BATCH:
            progress(f"embedded {min(start + EMBED_BATCH, len(missing))} of {len(missing)} passages")
    rows = [known[chunk.searchable] for chunk in chunks]
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, 1), np.float32)


def _write(
    settings: Settings,
    root: Path,
    chunks: Sequence[Chunk],
    vectors: NDArray[np.float32],
    identity: str,
    files: dict[str, dict[str, str]],
    roots: Sequence[Path],
) -> str:
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
    folder = root / name
    folder.mkdir()
    vectorstore.fill(settings, name, chunks, vectors)
    vectors = vectorstore.stored(settings, name, [chunk.id for chunk in chunks], vectors)
    np.save(folder / "vectors.npy", vectors)
    _write_json(folder / "chunks.json", [chunk.to_dict() for chunk in chunks])
    manifest = {
        "format": FORMAT,
        "chunker": CHUNKER,
        "embeddings": identity,
        "roots": [str(path) for path in roots],
        "files": files,
        "built": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "chunks": len(chunks),
        "vectors": _digest(folder / "vectors.npy"),
    }
    _write_json(folder / "manifest.json", manifest)
    pointer = root / f"CURRENT.{uuid.uuid4().hex}"
    pointer.write_text(name, encoding="utf-8")
    pointer.replace(root / "CURRENT")
    _drop_old(settings, root, keep=name)
    return name


def _drop_old(settings: Settings, root: Path, keep: str) -> None:
    builds = sorted(p.name for p in root.iterdir() if p.is_dir() and p.name != keep)
    for name in builds[: len(builds) - (KEEP_BUILDS - 1)]:
        vectorstore.drop(settings, name)
        shutil.rmtree(root / name, ignore_errors=True)


def _write_json(path: Path, value: object) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(path)
