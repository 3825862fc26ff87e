#!/usr/bin/env python3
"""Draws two charts from build/bench.json.

bench.svg: how far each row is from what it has to reach. A bar's length is the factor by which the target is met, on a
logarithmic scale: to the right of the line it is met, to the left it is missed.

bench-fleet.svg: what things cost with the number of machines that are there, each beside what it costs with the first of
them. A line that stays level costs the same with a thousand machines.
"""
import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, LABELS, NUMBERS = 960, 420, 150
ROW, TOP, BOTTOM = 26, 56, 40
FACTORS = (0.5, 1, 2, 4, 8)
MET, MISSED, INK, GRID = "#2f7d4f", "#b3403a", "#222222", "#cccccc"


def factor(row):
    if row["bound"] == "at most":
        return row["target"] / row["value"]
    return row["value"] / row["target"]


def place(value):
    """The x of a factor."""
    low, high = math.log(FACTORS[0]), math.log(FACTORS[-1])
    share = (math.log(value) - low) / (high - low)
    return LABELS + min(max(share, 0), 1) * (WIDTH - LABELS - NUMBERS)


def text(x, y, content, anchor="start", size=13):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">'
            f"{escape(content)}</text>")


def scale(bottom):
    for value in FACTORS:
        x, width = place(value), 2 if value == 1 else 1
        colour = INK if value == 1 else GRID
        yield f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>'
        yield text(x, bottom + 18, "target" if value == 1 else f"{value:g} times", "middle", 12)


def bars(rows):
    for number, row in enumerate(rows):
        y = TOP + number * ROW
        start, end = sorted((place(1), place(factor(row))))
        colour = MET if row["met"] else MISSED
        yield text(LABELS - 12, y + 15, row["detail"], "end", 12)
        yield f'<rect x="{start:.1f}" y="{y + 4}" width="{end - start:.1f}" height="{ROW - 10}" fill="{colour}"/>'
        yield text(WIDTH - NUMBERS + 12, y + 15, f'{row["value"]:.3g}  ({row["bound"]} {row["target"]:g})', size=12)


def chart(rows):
    bottom = TOP + len(rows) * ROW
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + BOTTOM}" '
           f'viewBox="0 0 {WIDTH} {bottom + BOTTOM}" font-family="sans-serif">')
    yield "<title>vmevents beside what people use today</title>"
    yield f'<rect width="{WIDTH}" height="{bottom + BOTTOM}" fill="white"/>'
    yield text(16, 28, "vmevents: how far each measurement is from its target", size=16)
    yield from scale(bottom)
    yield from bars(rows)
    yield "</svg>"


FLEET_WIDTH, FLEET_HEIGHT, LEFT, RIGHT = 960, 420, 60, 330
COLOURS = ("#2f7d4f", "#b3403a", "#2a5c9a", "#a06a12", "#6b3f8f", "#1f8a8a", "#555555")


def fleet_x(machines, most):
    return LEFT + machines / most * (FLEET_WIDTH - LEFT - RIGHT)


def fleet_y(value, highest):
    return FLEET_HEIGHT - BOTTOM - value / highest * (FLEET_HEIGHT - TOP - BOTTOM)


def fleet_grid(most, highest):
    for value in range(math.ceil(highest) + 1):
        if value > highest:
            break
        y = fleet_y(value, highest)
        yield (f'<line x1="{LEFT}" y1="{y:.1f}" x2="{FLEET_WIDTH - RIGHT}" y2="{y:.1f}" '
               f'stroke="{INK if value == 1 else GRID}"/>')
        yield text(LEFT - 8, y + 4, f"{value:g}", "end", 12)
    for machines in range(0, most + 1, max(most // 5, 1)):
        yield text(fleet_x(machines, most), FLEET_HEIGHT - BOTTOM + 18, f"{machines:,}", "middle", 12)


def fleet_line(line, number, most, highest):
    colour, values = COLOURS[number % len(COLOURS)], line["us"]
    points = [(fleet_x((i + 1) * line["step"], most), fleet_y(value / values[0], highest))
              for i, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    y = TOP + 12 + number * 22
    x = FLEET_WIDTH - RIGHT + 16
    yield f'<line x1="{x}" y1="{y - 4}" x2="{x + 20}" y2="{y - 4}" stroke="{colour}" stroke-width="2"/>'
    yield text(x + 28, y, f'{line["name"]}: {values[0]:.0f} to {values[-1]:.0f} \u00b5s', size=12)


def fleet_chart(series):
    most = max(line["step"] * len(line["us"]) for line in series)
    highest = max(2, max(max(line["us"]) / line["us"][0] for line in series))
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{FLEET_WIDTH}" height="{FLEET_HEIGHT}" '
           f'viewBox="0 0 {FLEET_WIDTH} {FLEET_HEIGHT}" font-family="sans-serif">')
    yield "<title>what things cost with the number of machines</title>"
    yield f'<rect width="{FLEET_WIDTH}" height="{FLEET_HEIGHT}" fill="white"/>'
    yield text(16, 28, "Cost with so many machines at one host, beside that with the first 100", size=16)
    yield from fleet_grid(most, highest)
    for number, line in enumerate(series):
        yield from fleet_line(line, number, most, highest)
    yield "</svg>"


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def main(source, target):
    with open(source, encoding="utf-8") as file:
        report = json.load(file)
    write(target, chart([row for row in report["rows"] if "target" in row]))
    if "series" in report:
        write(target.replace(".svg", "-fleet.svg"), fleet_chart(report["series"]))


main(sys.argv[1], sys.argv[2])
