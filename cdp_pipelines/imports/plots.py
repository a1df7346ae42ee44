"""Bars as SVG: pictures of a few kilobytes that stand in the text of a report and need nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 628, 34, 176
_CHARACTER = 6.4
"""Width of a legend's character, about: an SVG cannot measure its texts."""


@dataclass(frozen=True)
class Bar:
    """One bar: what stands below it, and its parts from the bottom up, by name; `failed` puts a cross in its place."""

    label: str
    parts: Mapping[str, int]
    failed: bool = False

    @property
    def height(self) -> int:
        """The sum of its parts."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Plot:
    """A title, bars from left to right, and the colour of each name among their parts."""

    title: str
    bars: Sequence[Bar]
    colours: Mapping[str, str]


def embedded(plot: Plot) -> str:
    """Return the plot as a picture within markdown."""
    picture = b64encode(svg(plot).encode()).decode()
    return f"![{plot.title}](data:image/svg+xml;base64,{picture})"


def svg(plot: Plot) -> str:
    """Return the plot as SVG, on white: pages that show it may be dark."""
    names = [name for name in plot.colours if any(bar.parts.get(name) for bar in plot.bars)]
    top = max((bar.height for bar in plot.bars), default=0)
    marks = [_text(12, 18, plot.title, "start", "#1b1f24"), *_legend(names, plot.colours), *_scale(top)]
    step = (_RIGHT - _LEFT) / max(len(plot.bars), 1)
    for number, bar in enumerate(plot.bars):
        marks += _bar(bar, _LEFT + step * number, step, top, plot.colours)
    marks += _ends(plot.bars, step)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="system-ui, sans-serif" font-size="11"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{''.join(marks)}</svg>"
    )


def _bar(bar: Bar, left: float, step: float, top: int, colours: Mapping[str, str]) -> list[str]:
    gap, bottom = step * 0.15, float(_BOTTOM)
    if bar.failed:
        return [_text(left + step / 2, _BOTTOM - 3, "\N{MULTIPLICATION SIGN}", "middle", "#b3261e")]
    marks = []
    for name in colours:
        height = bar.parts.get(name, 0) / max(top, 1) * (_BOTTOM - _TOP)
        bottom -= height
        if height:
            marks.append(_rectangle(left + gap, bottom, step - 2 * gap, height, colours[name]))
    return marks


def _scale(top: int) -> list[str]:
    line = f'<path d="M{_LEFT} {_BOTTOM}H{_RIGHT}M{_LEFT} {_TOP}H{_RIGHT}" stroke="#d8dee4"/>'
    return [line, _text(_LEFT - 6, _TOP + 4, f"{top:,}", "end"), _text(_LEFT - 6, _BOTTOM + 4, "0", "end")]


def _ends(bars: Sequence[Bar], step: float) -> list[str]:
    """Return the labels of the first and the last bar; all of them would not fit."""
    if len(bars) < 2:
        return [_text(_LEFT + step / 2, _BOTTOM + 16, bar.label, "middle") for bar in bars]
    return [
        _text(_LEFT, _BOTTOM + 16, bars[0].label, "start"),
        _text(_RIGHT, _BOTTOM + 16, bars[-1].label, "end"),
    ]


def _legend(names: Sequence[str], colours: Mapping[str, str]) -> list[str]:
    """Return the names beside squares of their colours, from the right; one name alone needs none."""
    marks, right = [], float(_RIGHT)
    for name in reversed(names if len(names) > 1 else []):
        right -= len(name) * _CHARACTER
        marks += [_text(right, 18, name, "start"), _rectangle(right - 13, 9, 9, 9, colours[name])]
        right -= 24
    return marks


def _rectangle(left: float, top: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(left: float, bottom: float, text: str, anchor: str, colour: str = "#57606a") -> str:
    return f'<text x="{left:.1f}" y="{bottom:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
