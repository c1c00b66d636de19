"""The curves as one picture: a panel a curve, both axes by tens; readable on light ground and on dark."""

from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT, COLUMNS = 300, 210, 3
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 34, 40
STYLE = """\
text { font: 11px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 12px; }
.faint { fill: #57606a; }
.grid { stroke: #d0d7de; }
.curve { stroke: #0550ae; fill: none; stroke-width: 2; }
.point { fill: #0550ae; }
.linear { stroke: #57606a; stroke-dasharray: 3 3; fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .faint { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .curve { stroke: #79c0ff; }
  .point { fill: #79c0ff; }
  .linear { stroke: #9198a1; }
}
"""


def svg(curves):
    """The whole picture."""
    rows = ceil(len(curves) / COLUMNS)
    size = f'width="{WIDTH * COLUMNS}" height="{HEIGHT * rows}" viewBox="0 0 {WIDTH * COLUMNS} {HEIGHT * rows}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">']
    parts += ["<title>How the cost of tamis grows</title>", f"<style>\n{STYLE}</style>"]
    for number, curve in enumerate(curves):
        x, y = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT
        parts += [f'<g transform="translate({x} {y})">', *panel(curve), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


class Axis:
    """A logarithmic one over whole tens, from `start` to `end` on the paper."""

    def __init__(self, values, start, end):
        values = [max(value, 1e-3) for value in values]
        self.low = floor(log10(min(values)))
        self.high = max(ceil(log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def at(self, value):
        share = (log10(max(value, 1e-3)) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self):
        return [10**power for power in range(self.low, self.high + 1)]


def panel(curve):
    """One curve, and beside it dashed what growing in proportion would be."""
    xs, ys = Axis([x for x, _ in curve.points], LEFT, WIDTH - RIGHT), Axis(
        [y for _, y in curve.points], HEIGHT - BOTTOM, TOP
    )
    yield f'<text class="title" x="{LEFT}" y="15">{escape(curve.title)}</text>'
    yield f'<text class="faint" x="{LEFT}" y="28">{escape(curve.unit)}</text>'
    for tick in ys.ticks():
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{ys.at(tick)}" y2="{ys.at(tick)}"/>'
        yield f'<text x="{LEFT - 6}" y="{ys.at(tick) + 4}" text-anchor="end">{short(tick)}</text>'
    for tick in xs.ticks():
        yield f'<text x="{xs.at(tick)}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{short(tick)}</text>'
    middle = (LEFT + WIDTH - RIGHT) // 2
    yield f'<text class="faint" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(curve.of)}</text>'
    yield from proportion(curve, xs, ys)
    places = [(xs.at(x), ys.at(y)) for x, y in curve.points]
    yield f'<polyline class="curve" points="{" ".join(f"{x},{y}" for x, y in places)}"/>'
    for (x, y), (_, value) in zip(places, curve.points):
        yield f'<circle class="point" cx="{x}" cy="{y}" r="3"><title>{figure(value)}</title></circle>'


def proportion(curve, xs, ys):
    """The line through the last point on which twice as many cost twice as much, as far as it is on the paper."""
    (last, cost) = curve.points[-1]
    first = max(curve.points[0][0], last * 10**ys.low / max(cost, 1e-3))
    if first < last:
        ends = (xs.at(first), ys.at(cost * first / last)), (xs.at(last), ys.at(cost))
        yield f'<polyline class="linear" points="{" ".join(f"{x},{y}" for x, y in ends)}"/>'


def short(number):
    """1, 10, 1k, 1M."""
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number // size:.0f}{sign}"
    return f"{number:g}"


def figure(value):
    """A number as the table writes it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
