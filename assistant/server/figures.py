"""Moving figures of exercises: small JSON files in, one self-contained SVG out.

The poses between start and end are worked out by the same arithmetic as in `widget/src/extra/pose.ts`; a
golden file in the tests keeps the two equal. The format is documented in `docs/embedding.md`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FIGURES = Path(__file__).resolve().parent / "widget" / "figures"
"""The figures that travel with the package."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_Number = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
Point = tuple[_Number, _Number]

JOINTS = ("shoulder", "elbow", "hand", "hip", "knee", "foot", "toe")
_PARENT = {"elbow": "shoulder", "hand": "elbow", "knee": "hip", "foot": "knee", "toe": "foot"}
_PLANTED = 4.0
"""A hand or foot that moves less than this stands on the ground, and stays there (SVG units)."""
_FRONT = 9.0
"""Shoulders this far apart are seen from the front: a bar joins them and the torso hangs between."""
_MOVE, _HOLD = 1.5, 0.45
"""Seconds from start to end, and of the stay at either."""
_FRAMES = 10
"""Drawn steps from start to end; a renderer fills in what lies between them."""


class FigureError(ValueError):
    """A figure's file cannot be used; the message names the file, the place and the remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Side(_Strict):
    """The joints of the near or the far half of the body, in SVG units, y growing down."""

    shoulder: Point
    elbow: Point
    hand: Point
    hip: Point
    knee: Point
    foot: Point
    toe: Point


class Pose(_Strict):
    """One posture: centre of the head, control point of the torso's curve, both halves."""

    head: Point
    spine: Point
    near: Side
    far: Side


class Figure(_Strict):
    """One exercise's figure, as its JSON file gives it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    caption: Annotated[str, Field(max_length=200)] = ""
    ground: _Number = 126
    crop: tuple[
        _Number, _Number, Annotated[float, Field(gt=0, le=1000)], Annotated[float, Field(gt=0, le=1000)]
    ]
    start: Pose
    mid: Pose | None = None
    end: Pose
    arrow: Annotated[str, Field(pattern=r"^[MLQCHVZmlqchvz\d\s.,-]*$", max_length=500)] = ""
    prop: Literal["dumbbell"] | None = None


def load_figure(path: Path) -> Figure:
    """Read and check one figure.

    Raises:
        FigureError: not JSON, a joint missing, a number out of range, or an id that is not the file's name.
    """
    try:
        figure = Figure.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FigureError(f"{path}: not JSON ({error}); mend it there") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FigureError(f"{path}: {place}: {first['msg']}; see docs/embedding.md, Figures") from error
    if figure.id != path.stem:
        raise FigureError(f"{path}: id is {figure.id!r}; name the file {figure.id}.json or mend the id")
    return figure


def find_figure(exercise_id: str, folders: Sequence[Path] = ()) -> Path | None:
    """Return the file of `exercise_id`, from `folders` first, else from the package, or None."""
    if len(exercise_id) > 100 or not _SLUG.match(exercise_id):
        return None
    candidates = (folder / f"{exercise_id}.json" for folder in (*folders, FIGURES))
    return next((path for path in candidates if path.is_file()), None)


def figure_svg(exercise_id: str, folders: Sequence[Path] = ()) -> str | None:
    """Return the figure of an exercise as SVG: moving, or start and end side by side under reduced motion.

    Raises:
        FigureError: the exercise has a file, but it is not a figure.
    """
    path = find_figure(exercise_id, folders)
    return None if path is None else render(load_figure(path))


def _through(start: float, mid: float | None, end: float, at: float) -> float:
    """Cubic through the values at 0, 1/2 and 1 without overshoot (Fritsch and Carlson 1980), or a line."""
    if mid is None:
        return start + (end - start) * at
    first, second = (mid - start) * 2, (end - mid) * 2
    middle = 2 * first * second / (first + second) if first * second > 0 else 0.0
    if at < 0.5:
        u, y0, y1, s0, s1 = at * 2, start, mid, first / 2, middle / 2
    else:
        u, y0, y1, s0, s1 = at * 2 - 1, mid, end, middle / 2, second / 2
    return (
        (2 * u**3 - 3 * u**2 + 1) * y0
        + (u**3 - 2 * u**2 + u) * s0
        + (-2 * u**3 + 3 * u**2) * y1
        + (u**3 - u**2) * s1
    )


def _point(start: Point, mid: Point | None, end: Point, at: float) -> Point:
    return (
        _through(start[0], mid[0] if mid else None, end[0], at),
        _through(start[1], mid[1] if mid else None, end[1], at),
    )


def _angle(origin: Point, to: Point) -> float:
    return math.atan2(to[1] - origin[1], to[0] - origin[0])


def _turned(value: float, near: float) -> float:
    """Return the angle next to `near` that points as `value` does; halves round up, as in JavaScript."""
    return value + 2 * math.pi * math.floor((near - value) / (2 * math.pi) + 0.5)


def _side(start: Side, mid: Side | None, end: Side, at: float) -> Side:
    a, m, b = dict(start), dict(mid) if mid else None, dict(end)
    out: dict[str, Point] = {}
    for joint in JOINTS:
        parent = _PARENT.get(joint)
        tip = "hand" if joint in ("elbow", "hand") else "foot"
        if parent is None or math.dist(a[tip], b[tip]) < _PLANTED:
            out[joint] = _point(a[joint], m[joint] if m else None, b[joint], at)
            continue
        first = _angle(a[parent], a[joint])
        middle = _turned(_angle(m[parent], m[joint]), first) if m else None
        last = _turned(_angle(b[parent], b[joint]), first if middle is None else middle)
        bend = _through(first, middle, last, at)
        long = _through(
            math.dist(a[parent], a[joint]),
            math.dist(m[parent], m[joint]) if m else None,
            math.dist(b[parent], b[joint]),
            at,
        )
        x, y = out[parent]
        out[joint] = (x + math.cos(bend) * long, y + math.sin(bend) * long)
    return Side.model_construct(None, **out)


def between(figure: Figure, at: float) -> Pose:
    """Return the pose at `at`, 0 (start) to 1 (end)."""
    start, mid, end = figure.start, figure.mid, figure.end
    return Pose.model_construct(
        head=_point(start.head, mid.head if mid else None, end.head, at),
        spine=_point(start.spine, mid.spine if mid else None, end.spine, at),
        near=_side(start.near, mid.near if mid else None, end.near, at),
        far=_side(start.far, mid.far if mid else None, end.far, at),
    )


def _number(value: float) -> str:
    rounded = math.floor(value * 10 + 0.5) / 10
    return f"{rounded:g}" if rounded else "0"


def _put(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _lines(*points: Point) -> str:
    return "M" + "L".join(_put(point) for point in points)


def drawing(pose: Pose, prop: str | None = None) -> dict[str, str]:
    """Return the path of each layer, in the order of drawing; `head` is "x y"."""
    near, far = pose.near, pose.far
    front = math.dist(near.shoulder, far.shoulder) >= _FRONT
    top = near.shoulder
    if front:
        top = ((near.shoulder[0] + far.shoulder[0]) / 2, (near.shoulder[1] + far.shoulder[1]) / 2)
    x, y = near.hand
    dumbbell = (
        _lines((x - 6, y), (x + 6, y))
        + _lines((x - 6, y - 4), (x - 6, y + 4))
        + _lines((x + 6, y - 4), (x + 6, y + 4))
    )
    return {
        "farLeg": _lines(far.hip, far.knee, far.foot, far.toe),
        "farArm": _lines(far.shoulder, far.elbow, far.hand),
        "bar": _lines(near.shoulder, far.shoulder) if front else _lines(top, top),
        "neck": _lines(top, pose.head),
        "torso": f"M{_put(top)}Q{_put(pose.spine)} {_put(near.hip)}",
        "nearLeg": _lines(near.hip, near.knee, near.foot, near.toe),
        "nearArm": _lines(near.shoulder, near.elbow, near.hand),
        "head": _put(pose.head),
        "prop": dumbbell if prop == "dumbbell" else "",
    }


_LAYERS = {
    "farLeg": "limb far",
    "farArm": "limb far",
    "bar": "limb",
    "neck": "limb",
    "torso": "torso",
    "nearLeg": "limb",
    "nearArm": "halo",
    "nearArm ": "limb",
    "prop": "prop",
}

_STYLE = """
path{fill:none;stroke-linecap:round;stroke-linejoin:round}
.limb{stroke:#15333d;stroke-width:6}.far{stroke:#8fb3bd}.torso{stroke:#15333d;stroke-width:9}
.halo{stroke:#fff;stroke-width:8.5}.head{fill:#15333d;stroke:#fff;stroke-width:1.2}
.ground{stroke:#c9d6d9;stroke-width:2.2}.arrow{stroke:#e0662f;stroke-width:2.2}.prop{stroke:#e0662f;stroke-width:3.4}
.plate{fill:#fff}.still{display:none}
@media (prefers-color-scheme:dark){.limb,.torso{stroke:#e8f1f3}.far{stroke:#5f8894}.head{fill:#e8f1f3}
.halo,.head{stroke:#152c36}.ground{stroke:#35525d}.plate{fill:#152c36}}
@media (prefers-reduced-motion:reduce){.moving{display:none}.still{display:inline}}
""".replace("\n", "")


def _ease(share: float) -> float:
    return (1 - math.cos(math.pi * share)) / 2


def _animate(attribute: str, values: Sequence[str]) -> str:
    """Return the SMIL element that plays `values` to the end and back; nothing where they are all alike."""
    if len(set(values)) == 1:
        return ""
    total = 2 * (_MOVE + _HOLD)
    steps = len(values) - 1
    there = [(_HOLD + _MOVE * step / steps) / total for step in range(steps + 1)]
    back = [(2 * _HOLD + _MOVE + _MOVE * step / steps) / total for step in range(steps + 1)]
    times = ";".join(f"{time:.4g}" for time in (0.0, *there, *back))
    shown = ";".join((values[0], *values, *reversed(values)))
    return (
        f'<animate attributeName="{attribute}" dur="{total:g}s" repeatCount="indefinite"'
        f' keyTimes="{times}" values="{shown}"/>'
    )


def _body(figure: Figure, poses: Sequence[Pose], arrow: bool) -> str:
    """Draw the figure; several poses make it move through them."""
    drawn = [drawing(pose, figure.prop) for pose in poses]
    left, _, width, _ = figure.crop
    parts = [
        f'<path class="ground" d="M{_number(left - 400)} {_number(figure.ground + 2.5)}'
        f'h{_number(width + 800)}"/>'
    ]
    for layer, kind in _LAYERS.items():
        values = [each[layer.strip()] for each in drawn]
        if values[0]:
            parts.append(f'<path class="{kind}" d="{values[0]}">{_animate("d", values)}</path>')
    xs, ys = zip(*(each["head"].split() for each in drawn), strict=True)
    parts.append(
        f'<circle class="head" r="7.6" cx="{xs[0]}" cy="{ys[0]}">'
        f"{_animate('cx', xs)}{_animate('cy', ys)}</circle>"
    )
    if arrow and figure.arrow:
        parts.append(f'<path class="arrow" d="{escape(figure.arrow)}"/>')
    return "".join(parts)


@lru_cache(maxsize=256)
def render(figure: Figure) -> str:
    """Draw a figure as an SVG document without scripts; title and description come from name and caption."""
    left, top, width, height = (_number(value) for value in figure.crop)
    box = f"{left} {top} {width} {height}"
    frames = [between(figure, _ease(step / _FRAMES)) for step in range(_FRAMES + 1)]
    description = f"<desc>{escape(figure.caption)}</desc>" if figure.caption else ""
    plate = f'<rect class="plate" x="{left}" y="{top}" width="{width}" height="{height}"/>'
    halves = "".join(
        f'<svg x="{_number(figure.crop[0] + figure.crop[2] * half / 2)}" y="{top}"'
        f' width="{_number(figure.crop[2] / 2)}" height="{height}" viewBox="{box}">'
        f"{_body(figure, [pose], arrow=half == 1)}</svg>"
        for half, pose in enumerate((figure.start, figure.end))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-labelledby="t">'
        f'<title id="t">{escape(figure.name)}</title>{description}<style>{_STYLE}</style>{plate}'
        f'<g class="moving">{_body(figure, frames, arrow=True)}</g><g class="still">{halves}</g></svg>'
    )
