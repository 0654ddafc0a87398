"""Pictures of how the time of a job grows with the shop, drawn as SVG by hand."""

from html import escape
from math import floor, log10

COLOURS = {"suite": "#0b6e63", "floor": "#8a8f98", "native": "#c2570c"}
NAMES = {"suite": "suite", "floor": "raw SQL or library", "native": "native Odoo"}
WIDTH, HEIGHT, COLUMNS = 300, 210, 3
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 30, 30  # around the lines of one panel
HEAD = 34


def jobs(known, benchmark):
    """:param known: the content of performance.json
    :return: dict of a job to {way: {customers: seconds}}, those measured at two sizes
        or more; a job is a row of the suite with the floor last above it"""
    found = {}
    for name, run in known.items():
        what, size = name.split()
        if what != benchmark:
            continue
        base, job = None, None
        for row in run["rows"]:
            way, _comma, label = row["label"].partition(", ")
            if way == "floor":
                base, job = row["cpu"], None
                continue
            if way == "suite":
                job = found.setdefault(label, {})
                if base is not None:
                    job.setdefault("floor", {})[int(size)] = base
            if job is not None:
                job.setdefault(way, {}).setdefault(int(size), row["cpu"])
    return {label: job for label, job in found.items() if len(job["suite"]) > 1}


def draw(known, benchmark):
    """:return: text of an SVG with a panel per job, or None when nothing was measured
    at two sizes"""
    panels = jobs(known, benchmark)
    if not panels:
        return None
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, HEAD + rows * HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(benchmark)}: seconds of processor time by customers</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for place, (way, name) in enumerate(NAMES.items()):
        x = LEFT + place * 150
        parts.append(f'<circle cx="{x}" cy="16" r="4" fill="{COLOURS[way]}"/>')
        parts.append(_text(x + 10, 20, name))
    for place, (label, job) in enumerate(panels.items()):
        row, column = divmod(place, COLUMNS)
        parts.append(
            f'<g transform="translate({column * WIDTH} {HEAD + row * HEIGHT})">'
        )
        parts += _panel(label, job)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(label, job):
    sizes = sorted({size for line in job.values() for size in line})
    seconds = [max(value, 0.001) for line in job.values() for value in line.values()]
    low, high = floor(log10(min(seconds))), floor(log10(max(seconds))) + 1
    first, last = log10(sizes[0]), log10(sizes[-1])

    def x(size):
        return LEFT + (log10(size) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value):
        part = (log10(max(value, 0.001)) - low) / (high - low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    yield _text(LEFT, 16, label, weight="bold")
    for power in range(low, high + 1):
        at = y(10**power)
        yield f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#e3e5e8"/>'
        yield _text(LEFT - 6, at + 4, f"{10.0**power:g} s", "end")
    for size in sizes:
        anchor = "end" if size == sizes[-1] else "middle"
        yield _text(x(size), HEIGHT - BOTTOM + 16, f"{size:,}", anchor)
    for way in ("native", "floor", "suite"):
        points = [
            (x(size), y(value)) for size, value in sorted(job.get(way, {}).items())
        ]
        line = " ".join(f"{left:.1f},{down:.1f}" for left, down in points)
        colour = COLOURS[way]
        style = f'fill="none" stroke="{colour}" stroke-width="2"'
        yield f'<polyline points="{line}" {style}/>'
        for left, down in points:
            yield f'<circle cx="{left:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>'


def _text(x, y, text, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}"'
        f' fill="#33373d">{escape(text)}</text>'
    )
