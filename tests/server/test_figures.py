"""Figures of exercises: data, drawing, the same poses as the widget draws."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.server import figures
from assistant.server.pages import WIDGET

SVG = "{http://www.w3.org/2000/svg}"
GOLDEN = WIDGET / "test" / "frames.golden.json"
IDS = [
    "bird-dogs",
    "cat-cow-stretch",
    "dead-bugs",
    "glute-bridges",
    "hip-flexor-stretch",
    "plank-with-shoulder-taps",
    "reverse-lunges-with-rotation",
    "side-planks",
    "single-leg-romanian-deadlifts-rdls",
    "superman-holds",
]


def test_every_exercise_of_the_guide_has_a_figure() -> None:
    assert sorted(path.stem for path in figures.FIGURES.glob("*.json")) == IDS


@pytest.mark.parametrize("exercise_id", IDS)
def test_figure_is_a_titled_svg_that_moves_and_can_stand_still(exercise_id: str) -> None:
    svg = figures.figure_svg(exercise_id)
    assert svg is not None
    root = ElementTree.fromstring(svg)
    figure = figures.load_figure(figures.FIGURES / f"{exercise_id}.json")
    assert root.find(f"{SVG}title").text == figure.name  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == figure.caption  # type: ignore[union-attr]
    assert root.get("role") == "img"
    moving, still = root.findall(f"{SVG}g")
    assert moving.findall(f".//{SVG}animate")
    assert len(still.findall(f"{SVG}svg")) == 2
    assert not still.findall(f".//{SVG}animate")
    assert "prefers-reduced-motion:reduce" in svg
    assert "<script" not in svg
    for animate in moving.iter(f"{SVG}animate"):
        times = [float(time) for time in animate.get("keyTimes", "").split(";")]
        assert len(times) == len(animate.get("values", "").split(";"))
        assert times[0] == 0 and times[-1] == 1 and times == sorted(times)


@pytest.mark.parametrize("exercise_id", IDS)
def test_start_and_end_are_the_drawn_poses(exercise_id: str) -> None:
    figure = figures.load_figure(figures.FIGURES / f"{exercise_id}.json")
    assert figures.drawing(figures.between(figure, 0.0)) == figures.drawing(figure.start)
    assert figures.drawing(figures.between(figure, 1.0)) == figures.drawing(figure.end)


@pytest.mark.parametrize(
    "exercise_id", ["unknown", "../bird-dogs", "bird-dogs.json", "", "Bird-Dogs", "a" * 200, "a\n"]
)
def test_no_figure_for_anything_else(exercise_id: str) -> None:
    assert figures.figure_svg(exercise_id) is None


def test_a_clinic_adds_a_figure_of_its_own(tmp_path: Path) -> None:
    data = json.loads((figures.FIGURES / "bird-dogs.json").read_text())
    data |= {"id": "knee-lift", "name": "Knee <lift> & hold"}
    (tmp_path / "knee-lift.json").write_text(json.dumps(data))
    svg = figures.figure_svg("knee-lift", [tmp_path])
    assert svg is not None
    assert ElementTree.fromstring(svg).find(f"{SVG}title").text == "Knee <lift> & hold"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"start": {}}, "start.head"),
        ({"arrow": '"/><script>'}, "arrow"),
        ({"crop": [0, 0, 0, 10]}, "crop"),
        ({"colour": "red"}, "colour"),
        ({"id": "other-name"}, "other-name"),
    ],
)
def test_a_faulty_figure_is_named_with_its_place(
    tmp_path: Path, change: dict[str, object], place: str
) -> None:
    data = json.loads((figures.FIGURES / "bird-dogs.json").read_text()) | change
    path = tmp_path / "bird-dogs.json"
    path.write_text(json.dumps(data))
    with pytest.raises(figures.FigureError, match=place) as caught:
        figures.figure_svg("bird-dogs", [tmp_path])
    assert str(path) in str(caught.value)


def test_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "bird-dogs.json").write_text("{")
    with pytest.raises(figures.FigureError, match="not JSON"):
        figures.figure_svg("bird-dogs", [tmp_path])


def test_golden_poses_are_current() -> None:
    """The widget's own tests compare its arithmetic with this file; UPDATE_GOLDEN=1 writes it anew."""
    frames = {
        exercise_id: {
            str(at): figures.drawing(figures.between(figure, at), figure.prop)
            for at in (0.0, 0.2, 0.5, 0.75, 1.0)
        }
        for exercise_id in IDS
        if (figure := figures.load_figure(figures.FIGURES / f"{exercise_id}.json"))
    }
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(frames, indent=1) + "\n")
    assert json.loads(GOLDEN.read_text()) == frames
