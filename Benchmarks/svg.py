"""Line charts as plain SVG text: axes with labels, logarithmic where wanted, readable on light and on dark."""

import dataclasses
import math
from html import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 74, 28, 70, 56
COLOURS = ("#d1495b", "#2e86c1", "#3a9d5d", "#b07d12", "#8a63c9", "#5f7d8c")
DASHES = ("", "6 4", "2 4", "10 4 2 4", "1 5", "8 8")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #57606a }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: #8c959f; stroke-opacity: .3 }
.axis { stroke: #8c959f }
.line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #adbac7 } }
"""


@dataclasses.dataclass(frozen=True)
class Axis:
    """`ticks` are (value, text); without them, round figures are chosen."""

    label: str
    logarithmic: bool = False
    ticks: tuple = ()


def round_ticks(low, high, logarithmic):
    """Values of one digit, evenly spaced between the two."""
    if logarithmic:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        digits = (1, 2, 5) if math.log10(high / low) < 2.5 else (1,)
        values = [digit * 10.0**decade for decade in decades for digit in digits]
        return [value for value in values if low <= value <= high]
    step = 10.0 ** math.floor(math.log10(high / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if high / (step * factor) <= 6)
    return [step * number for number in range(int(high / step) + 1)]


def reach(values, logarithmic):
    """Where an axis begins and ends."""
    low, high = min(values), max(values)
    if not logarithmic:
        return 0, high * 1.05
    return low / 1.15, high * 1.15


class Scale:
    """From a value to a place between two pixels."""

    def __init__(self, axis, values, first, last):
        self.axis, self.first, self.last = axis, first, last
        self.low, self.high = reach(values, axis.logarithmic)

    def at(self, value):
        low, high, value = self.low, self.high, value
        if self.axis.logarithmic:
            low, high, value = map(math.log10, (low, high, value))
        return self.first + (value - low) / (high - low) * (self.last - self.first)

    def ticks(self):
        if self.axis.ticks:
            return self.axis.ticks
        return [(value, f"{value:,g}") for value in round_ticks(self.low, self.high, self.axis.logarithmic)]


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def line(x1, y1, x2, y2, name):
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def frame(horizontal, vertical):
    """The axes, their grid and their labels."""
    bottom, right, middle = HEIGHT - BOTTOM, WIDTH - RIGHT, (TOP + HEIGHT - BOTTOM) / 2
    for value, words in horizontal.ticks():
        x = horizontal.at(value)
        yield line(x, TOP, x, bottom, "grid")
        yield text(x, bottom + 18, words)
    for value, words in vertical.ticks():
        y = vertical.at(value)
        yield line(LEFT, y, right, y, "grid")
        yield text(LEFT - 8, y + 4, words, "end")
    yield line(LEFT, bottom, right, bottom, "axis")
    yield line(LEFT, TOP, LEFT, bottom, "axis")
    yield text((LEFT + right) / 2, HEIGHT - 12, horizontal.axis.label)
    yield text(16, middle, vertical.axis.label, more=f' transform="rotate(-90 16 {middle:.1f})"')


def curve(points, look, horizontal, vertical):
    colour, dash = look
    places = [(horizontal.at(x), vertical.at(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline class="line" points="{path}" stroke="{colour}" stroke-dasharray="{dash}"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def legend(names, looks):
    x = LEFT
    for name, (colour, dash) in zip(names, looks, strict=False):
        yield f'<path class="line" d="M{x} 50h26" stroke="{colour}" stroke-dasharray="{dash}"/>'
        yield text(x + 32, 54, name, "start")
        x += 32 + 7.5 * len(name) + 18


def chart(title, horizontal, vertical, series):
    """An SVG file's text; `series` is {name: [(x, y), …]}."""
    points = [point for curve_points in series.values() for point in curve_points]
    across = Scale(horizontal, [x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Scale(vertical, [y for _, y in points], HEIGHT - BOTTOM, TOP)
    looks = list(zip(COLOURS, DASHES, strict=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        text(LEFT, 26, title, "start", ' class="title"'),
        *legend(series, looks),
        *frame(across, up),
    ]
    for look, curve_points in zip(looks, series.values(), strict=False):
        parts += curve(curve_points, look, across, up)
    return "\n".join([*parts, "</svg>", ""])
