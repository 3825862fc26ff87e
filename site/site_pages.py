"""Makes the pages of the site out of the repository's own texts.

    python3 site_pages.py REPOSITORY PAGES SITE CONFIGURATION

Writes the Markdown that mkdocs reads into PAGES, and mkdocs' configuration, which puts the site into SITE. The pages lie there as in the
repository, so that their links among each other stay as they are. A link to a file that is no page (a source file, a script) leads to a
page with its text, and one to a folder to a list of its files. The examples that are shown are so the files that the tests run.
"""

import json
import os
import pathlib
import re
import sys

import site_reference

# What the menu has. A folder's pages follow its name.
MENU = [
    ("vmevents", "README.md"),
    ("For users", [
        ("Scripts", "docs/scripting.md"),
        ("vmwatch", "docs/vmwatch.md"),
        ("A fleet", "docs/fleet.md"),
        ("The C interface", "docs/c-api.md"),
        ("The COM interfaces", "docs/com-api.md"),
        ("Reference", "reference"),
        ("Examples", "examples/README.md"),
        ("When something fails", "docs/troubleshooting.md"),
    ]),
    ("Live machines", [("QEMU", "docs/qemu.md"), ("Hyper-V", "docs/hyperv.md")]),
    ("What is promised", [
        ("Reliability", "docs/reliability.md"),
        ("Performance", "docs/performance.md"),
        ("Versions", "docs/versioning.md"),
        ("Packages", "docs/packaging.md"),
        ("Security", "SECURITY.md"),
        ("Changes", "CHANGELOG.md"),
    ]),
    ("For developers", [
        ("Building", "docs/building.md"),
        ("Architecture", "docs/architecture.md"),
        ("The trace", "docs/trace.md"),
        ("Contributing", "CONTRIBUTING.md"),
    ]),
]

LANGUAGES = {
    ".c": "c", ".h": "c", ".cpp": "cpp", ".hpp": "cpp", ".cs": "csharp", ".js": "javascript", ".vbs": "vbscript",
    ".bas": "vbnet", ".cls": "vbnet", ".ps1": "powershell", ".py": "python", ".rs": "rust", ".pas": "pascal", ".ahk": "autohotkey",
    ".go": "go", ".idl": "c", ".sh": "bash", ".json": "json", ".manifest": "xml", ".csproj": "xml", ".toml": "toml",
}

LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]*)(#[^)\s]*)?\)")
FENCE = re.compile(r"^ *(```|~~~)")


def slug(text, separator="-"):
    """The anchor of a heading, as the places that show a repository's Markdown make it."""
    return re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", separator)


def title_of(text, otherwise):
    found = re.search(r"^# (.+)$", text, re.M)
    return found.group(1) if found else otherwise


class Pages:
    def __init__(self, repository, folder):
        self.repository = repository
        self.folder = folder
        self.made = set()

    def write(self, place, text):
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    def add(self, place):
        """Adds what stands at that place of the repository. Returns the page's place."""
        source = self.repository / place
        if source.is_dir():
            inside = source / "README.md"
            page = (place / "README.md") if inside.is_file() else (place / "index.md")
        elif source.suffix == ".md":
            page = place
        elif source.suffix in (".svg", ".png"):
            page = place
        else:
            page = place.with_name(place.name + ".md")
        if page in self.made:
            return page
        self.made.add(page)
        if source.suffix in (".svg", ".png"):
            target = self.folder / page
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        elif page.name == "index.md" and source.is_dir():
            self.write(page, self.listing(place, source))
        elif source.is_dir() or source.suffix == ".md":
            self.write(page, self.linked(page, (self.repository / page).read_text(encoding="utf-8")))
        else:
            self.write(page, self.listed(place, source))
        return page

    def listing(self, place, folder):
        lines = [f"# {place.as_posix()}", ""]
        for path in sorted(folder.iterdir()):
            if path.is_file():
                self.add(place / path.name)
                suffix = "" if path.suffix == ".md" else ".md"
                lines.append(f"- [{path.name}]({path.name}{suffix})")
        return "\n".join(lines) + "\n"

    @staticmethod
    def listed(place, path):
        text = path.read_text(encoding="utf-8-sig").rstrip("\n")
        fence = "`" * max([3] + [len(run) + 1 for run in re.findall("`{3,}", text)])
        return f"# {place.as_posix()}\n\n{fence}{LANGUAGES.get(path.suffix, 'text')}\n{text}\n{fence}\n"

    def linked(self, page, text):
        """The text with the links of a page, which lead to pages then."""

        def replace(match):
            before, target, anchor = match.group(1), match.group(2), match.group(3) or ""
            if not target or re.match(r"[a-z]+:", target):
                return match.group(0)
            place = pathlib.PurePosixPath(os.path.normpath(page.parent / target))
            if place.parts[0] == ".." or not (self.repository / place).exists():
                sys.exit(f"{page}: there is no {target}")
            found = self.add(place)
            return f"{before}{os.path.relpath(found, page.parent)}{anchor})"

        lines, inside = [], False
        for line in text.split("\n"):
            if FENCE.match(line):
                inside = not inside
            elif not inside and not line.startswith("    "):
                # What is between backquotes is no link.
                parts = re.split(r"(`[^`]*`)", line)
                line = "".join(part if part.startswith("`") else part for part in parts)
                line = LINK.sub(replace, line)
            lines.append(line)
        return "\n".join(lines)

    def menu(self, entries, indent="  "):
        lines = []
        for title, what in entries:
            if isinstance(what, list):
                inside = self.menu(what, indent + "    ")
                lines += [f"{indent}- {json.dumps(title)}:"] + inside if inside else []
            elif what == "reference":
                lines.append(f"{indent}- {json.dumps(title)}:")
                for name, place, text in site_reference.pages(self.repository):
                    self.write(place, text)
                    self.made.add(pathlib.PurePosixPath(place))
                    lines.append(f"{indent}    - {name}: {place}")
            elif (self.repository / what).exists():
                self.add(pathlib.PurePosixPath(what))
                lines.append(f"{indent}- {json.dumps(title)}: {what}")
        return lines


def main():
    repository, folder, site, configuration = (pathlib.Path(part).resolve() for part in sys.argv[1:])
    pages = Pages(repository, folder)
    entries = list(MENU)
    # Pages that nobody has put into the menu are no less documentation.
    known = {what for _, entry in MENU for what in ([entry] if isinstance(entry, str) else [place for _, place in entry])}
    rest = [(title_of(path.read_text(encoding="utf-8"), path.stem), f"docs/{path.name}")
            for path in sorted((repository / "docs").glob("*.md")) if f"docs/{path.name}" not in known]
    if rest:
        entries.append(("More", rest))
    menu = pages.menu(entries)
    for folder_of_example in sorted((repository / "examples").iterdir()):
        if folder_of_example.is_dir():
            pages.add(pathlib.PurePosixPath("examples") / folder_of_example.name)
    own = pathlib.Path(__file__).resolve().parent
    template = (own / "mkdocs.yml").read_text(encoding="utf-8")
    configuration.write_text(
        template.replace("@PAGES@", str(folder)).replace("@THEME@", str(own / "theme")).replace("@SITE@", str(site)).replace("@NAV@", "\n".join(menu)),
        encoding="utf-8")


if __name__ == "__main__":
    main()
