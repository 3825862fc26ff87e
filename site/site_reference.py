"""The reference: each interface, member, parameter, enumerator and HRESULT, made from idl/vmevents.idl.

What an interface's members return is from the table of HRESULTs in docs/com-api.md: a member has those rows that name it, by `Member` or, where
it is that of one interface alone, by `Interface.Member`, and those that are for all.
"""

import dataclasses
import re

DISPIDS = {"DISPID_VALUE": "0", "DISPID_NEWENUM": "-4"}

DECLARATION = re.compile(
    r"\[(?P<attributes>(?:[^\[\]\"]|\"(?:[^\"\\]|\\.)*\")*)\]\s*"
    r"(?P<kind>interface|dispinterface|coclass)\s+(?P<name>\w+)[^{;]*\{(?P<body>(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*)\}", re.S)
# Where one begins, whatever is in it: so that none is left out.
BEGINNING = re.compile(r"^\s*(?:interface|dispinterface|coclass)\s+(\w+)[^{;]*\{", re.M)
ENUMERATION = re.compile(r"typedef\s*(?:\[[^\]]*\])?\s*enum\s*\w*\s*\{(?P<body>[^}]*)\}\s*(?P<name>\w+)\s*;", re.S)
MEMBER = re.compile(
    r"\[(?P<attributes>(?:[^\[\]\"]|\"(?:[^\"\\]|\\.)*\")*)\]\s*(?P<result>\w+)\s+(?P<name>\w+)\((?P<parameters>.*?)\)\s*;", re.S)
PARAMETER = re.compile(r"\[(?P<attributes>[^\]]*)\]\s*(?P<type>\w+(?:\(\w+\))?)(?:\s+|\s*(?P<stars>\*+)\s*)(?P<name>\w+)\s*$")


@dataclasses.dataclass
class Declared:
    kind: str
    name: str
    uuid: str
    about: str
    members: list


def attribute(attributes, name):
    found = re.search(rf'\b{name}\(("(?:[^"\\]|\\.)*"|[^)]*)\)', attributes)
    text = found.group(1) if found else ""
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def read(path):
    """The IDL with the files that it includes, and without comments."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'^#include "([^"]+)"$', lambda found: read(path.parent / found.group(1)), text, flags=re.M)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def split(parameters):
    """At the commas that are not inside of brackets."""
    parts, depth, start = [], 0, 0
    for i, letter in enumerate(parameters):
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and not depth:
            parts.append(parameters[start:i])
            start = i + 1
    parts.append(parameters[start:])
    return [part.strip() for part in parts if part.strip() not in ("", "void")]


def declarations(text):
    for found in DECLARATION.finditer(text):
        yield Declared(found["kind"], found["name"], attribute(found["attributes"], "uuid"),
                       attribute(found["attributes"], "helpstring"), list(MEMBER.finditer(found["body"])))


def enumerations(text):
    for found in ENUMERATION.finditer(text):
        values = re.findall(r"(\w+)\s*=\s*(-?\w+)", found["body"])
        if not values:
            raise SystemExit(f"idl: no values in {found['name']}")
        yield found["name"], values


def results(repository):
    """The rows of the table of HRESULTs: value, name, where."""
    text = (repository / "docs/com-api.md").read_text(encoding="utf-8")
    table = text[text.index("\n## HRESULTs"):]
    return re.findall(r"^\| `(0x[0-9A-F]{8})` \| `(\w+)` \| (.*) \|$", table, re.M)


def sections(repository):
    """Each heading of docs/com-api.md with its anchor."""
    text = (repository / "docs/com-api.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^#{2,4} (.+)$", text, re.M):
        yield heading, re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def cell(text):
    return text.replace("|", "\\|")


def parameter_rows(parameters, enumerated):
    for parameter in parameters:
        found = PARAMETER.match(parameter)
        if not found:
            raise SystemExit(f"idl: what is {parameter!r}?")
        attributes = found["attributes"]
        way = "returned" if "retval" in attributes else "out" if "out" in attributes else "in"
        # The star of an out parameter is where it goes to.
        stars = (found["stars"] or "")[0 if way == "in" else 1:]
        base = found["type"].strip()
        kind = f"[`{base}`](enumerations.md#{base.lower()})" if base in enumerated else f"`{base}{' ' if stars else ''}{stars}`"
        default = attribute(attributes, "defaultvalue")
        if "defaultvalue" in attributes:
            remark = f"optional, {'an empty string' if default == '' else f'`{default}`' }"
        else:
            remark = "optional" if "optional" in attributes else ""
        yield f"| `{found['name']}` | {way} | {kind} | {remark} |"


def describe_member(member, declared, enumerated, rows, headings):
    attributes, name = member["attributes"], member["name"]
    parameters = split(member["parameters"])
    number = attribute(attributes, "id")
    kind = "property" if "propget" in attributes else "property, put" if "propput" in attributes else "method"
    yield f"## {name}" + (" (put)" if "propput" in attributes else "")
    yield ""
    if attribute(attributes, "helpstring"):
        yield attribute(attributes, "helpstring").rstrip(".") + "."
        yield ""
    words = [kind, f"DISPID {DISPIDS.get(number, number)}"]
    words += [word for word in ("vararg", "restricted") if re.search(rf"\b{word}\b", attributes)]
    yield ", ".join(words)
    yield ""
    if parameters:
        yield "| parameter | | type | |"
        yield "|---|---|---|---|"
        yield from parameter_rows(parameters, enumerated)
        yield ""
    own = [row for row in rows if f"`{name}`" in row[2] or f"`{declared.name}.{name}`" in row[2]]
    if declared.kind != "dispinterface" and own:
        yield "Besides what any call can return:"
        yield ""
        yield "| HRESULT | | |"
        yield "|---|---|---|"
        for value, word, where in own:
            yield f"| `{value}` | `{word}` | {cell(where)} |"
        yield ""
    places = [anchor for heading, anchor in headings if name in re.findall(r"\w+", heading)]
    if places:
        yield f"[More about it](../docs/com-api.md#{places[0]})"
        yield ""


def describe(declared, enumerated, rows, headings):
    lines = [f"# {declared.name}", "", declared.about.rstrip(".") + ".", "",
             f"{declared.kind}, IID `{{{declared.uuid}}}`", ""]
    for member in declared.members:
        lines += describe_member(member, declared, enumerated, rows, headings)
    return "\n".join(lines)


def pages(repository):
    """The reference's pages: title, place, text."""
    text = read(repository / "idl/vmevents.idl")
    enumerated = dict(enumerations(text))
    rows, headings = results(repository), list(sections(repository))
    found = [declared for declared in declarations(text) if declared.kind != "coclass"]
    classes = [declared for declared in declarations(text) if declared.kind == "coclass"]
    understood, all_of_them = {declared.name for declared in found + classes}, set(BEGINNING.findall(text))
    if understood != all_of_them:
        raise SystemExit(f"idl: {', '.join(sorted(understood ^ all_of_them))}: not written as it is read here")
    if not found or not classes or not enumerated or len(rows) < 20:
        raise SystemExit("the IDL, or the table of HRESULTs, is not written as it is read here")
    for declared in found:
        if not declared.members:
            raise SystemExit(f"idl: no member of {declared.name} was understood")

    overview = ["# Reference", "", "Made from [idl/vmevents.idl](../idl/vmevents.idl.md).", "",
                "| interface | |", "|---|---|"]
    overview += [f"| [`{declared.name}`]({declared.name}.md) | {cell(declared.about)} |" for declared in found]
    overview += ["", "| coclass | CLSID | |", "|---|---|---|"]
    overview += [f"| `{declared.name}` | `{{{declared.uuid}}}` | {cell(declared.about)} |" for declared in classes]
    overview += ["", "[Enumerations](enumerations.md), [HRESULTs](hresults.md)", ""]
    yield "Overview", "reference/index.md", "\n".join(overview)
    for declared in found:
        yield declared.name, f"reference/{declared.name}.md", describe(declared, enumerated, rows, headings)

    lines = ["# Enumerations", ""]
    for name, values in enumerated.items():
        lines += [f"## {name}", "", "| name | value |", "|---|---|"]
        lines += [f"| `{word}` | {value} |" for word, value in values] + [""]
    yield "Enumerations", "reference/enumerations.md", "\n".join(lines)

    lines = ["# HRESULTs", "", "| value | name | where |", "|---|---|---|"]
    lines += [f"| `{value}` | `{word}` | {where} |" for value, word, where in rows]
    # What this table links to stands in its own page.
    table = re.sub(r"\]\(#", "](../docs/com-api.md#", "\n".join(lines))
    yield "HRESULTs", "reference/hresults.md", table + "\n"
