"""The picture of what vmwatch prints: its own words and colours, as SVG.

    python3 pictures.py RECORDING PICTURE [--check] -- VMWATCH...

VMWATCH is what runs it. It shows the beginning of RECORDING; with --check nothing is written, and another picture than the one that is
there is a failure.
"""

import argparse
import html
import pathlib
import re
import subprocess
import sys

OPTIONS = ["--clock", "utc", "--count", "18"]

# The letters' size, and the widest that those fonts have: the picture is as wide as its longest line in any of them.
FONT = "'Cascadia Mono', Consolas, Menlo, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
SIZE, WIDTH, HEIGHT, MARGIN = 13, 7.9, 19, 16
BACKGROUND, PLAIN = "#1b1f27", "#d7dae0"
# What ECMA-48's numbers for colours are on that background.
COLOURS = {
    "31": "#ff6b68", "32": "#7fc46a", "33": "#e5b04f", "34": "#6ea8fe", "35": "#d58fe0", "36": "#4fb9c6", "96": "#8be9fd",
}


def styled(line):
    """(text, attributes of SVG) of each part of a line with control sequences."""
    attributes = {}
    for sequence, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if text:
            yield text, dict(attributes)
            continue
        for number in sequence.split(";"):
            if number in ("", "0"):
                attributes.clear()
            elif number == "1":
                attributes["font-weight"] = "bold"
            elif number == "2":
                attributes["opacity"] = "0.6"
            elif number in COLOURS:
                attributes["fill"] = COLOURS[number]
            else:
                sys.exit(f"pictures: vmwatch has a colour that the picture does not know: {number}")


def text_element(number, parts):
    # Blanks in a row are one to many who show SVG, but for those that do not break.
    spans = "".join(
        "<tspan%s>%s</tspan>" % ("".join(f' {name}="{value}"' for name, value in sorted(attributes.items())),
                                 html.escape(text, quote=False).replace("  ", "\u00a0\u00a0")) for text, attributes in parts)
    return f'<text x="{MARGIN}" y="{MARGIN + HEIGHT * number + SIZE}">{spans}</text>'


def picture(command, lines):
    shown = [[("> ", {"opacity": "0.6"}), (command, {})]] + [list(styled(line)) for line in lines]
    columns = max(sum(len(text) for text, _ in parts) for parts in shown)
    width, height = round(2 * MARGIN + columns * WIDTH), 2 * MARGIN + HEIGHT * len(shown) - (HEIGHT - SIZE)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        "<title>vmwatch prints a day's events, a line each: time, machine, event</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        f'<g font-family="{FONT}" font-size="{SIZE}" fill="{PLAIN}">',
        *(text_element(number, parts) for number, parts in enumerate(shown)),
        "</g>", "</svg>", ""])


def printed(vmwatch, recording):
    done = subprocess.run([*vmwatch, "--from", recording, *OPTIONS, "--color", "always"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=600, check=False)
    if done.returncode or not done.stdout:
        sys.exit("pictures: vmwatch ended with %d\n%s" % (done.returncode, done.stderr.decode(errors="replace")))
    return done.stdout.decode("utf-8").replace("\r\n", "\n").rstrip("\n").split("\n")


def main():
    parser = argparse.ArgumentParser(description="Makes the picture of what vmwatch prints.")
    parser.add_argument("recording")
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="compare with the picture that is there")
    parser.add_argument("vmwatch", nargs="+", help="what runs vmwatch")
    options = parser.parse_args()
    name = re.split(r"[/\\]", options.recording)[-1]
    made = picture(" ".join(["vmwatch", "--from", name, *OPTIONS]), printed(options.vmwatch, options.recording))
    if not options.check:
        options.picture.write_text(made, encoding="utf-8", newline="\n")
    elif options.picture.read_text(encoding="utf-8") != made:
        sys.exit(f"{options.picture} is not what vmwatch prints now; ./run pictures makes it anew")


if __name__ == "__main__":
    main()
