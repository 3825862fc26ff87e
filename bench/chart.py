#!/usr/bin/env python3
"""Draws build/bench.svg from build/bench.json: how far each row is from what it has to reach.

A bar's length is the factor by which the target is met, on a logarithmic scale: to the right of the line it is met, to
the left it is missed.
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


def main(source, target):
    with open(source, encoding="utf-8") as file:
        rows = [row for row in json.load(file)["rows"] if "target" in row]
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(chart(rows)) + "\n")


main(sys.argv[1], sys.argv[2])
