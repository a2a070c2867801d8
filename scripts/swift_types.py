"""What a Swift file declares and which types it mentions, as far as that can be told without a compiler.

Comments and the text of string literals are blanked out first; what stands in an interpolation is code. Then a type is
a name that begins with a capital letter and stands behind `struct`, `class`, `enum`, `actor`, `protocol` or
`typealias`. A member is not seen: an extension of a library's type belongs in the lowest folder that uses it.
"""

import collections
import dataclasses
import re

TYPE = re.compile(r"\b(struct|class|enum|actor|protocol|typealias|extension)\s+([A-Z][\w.]*)")
FUNCTION = re.compile(r"\bfunc\s+(\w+)")
VALUE = re.compile(r"\b(?:let|var)\s+(\w+)")
PARAMETERS = re.compile(r"\b(?:func\s+[^\s(<]+|(?:struct|class|enum|actor|typealias)\s+\w+|init[?]?)\s*<([^>]*)>")
IMPORT = re.compile(r"^\s*(?:@\w+ |public |package |internal |private |fileprivate )*import\s")
MENTION = re.compile(r"(?<![\w.`#@])[A-Z]\w*(?:\s*\.\s*[A-Z]\w*)*")


@dataclasses.dataclass(frozen=True)
class Declaration:
    """A type (`struct Name`), an addition to one (`extension Name`), or a global function or value (`func`, `let`)."""

    kind: str
    name: str
    line: int
    depth: int
    outer: str
    is_private: bool


def code(text):
    """The text with comments and literals blanked out; every line keeps its number and every character its place."""
    out = []
    position = 0
    while position < len(text):
        position = _step(text, position, out)
    return "".join(out)


def _blank(text, out):
    out.append(re.sub(r"[^\n]", " ", text))


def _step(text, start, out):
    """Copies or blanks what begins at `start`, and says where it ends."""
    if text.startswith("//", start):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        _blank(text[start:end], out)
        return end
    if text.startswith("/*", start):
        depth, end = 1, start + 2
        while depth and end < len(text):
            mark = text[end : end + 2]
            depth += {"/*": 1, "*/": -1}.get(mark, 0)
            end += 2 if mark in ("/*", "*/") else 1
        _blank(text[start:end], out)
        return end
    if opening := re.compile(r'(#*)("""|")').match(text, start):
        return _literal(text, start, opening[1], opening[2], out)
    out.append(text[start])
    return start + 1


def _literal(text, start, hashes, quote, out):
    """Blanks a string literal but for the code in its interpolations."""
    position = start + len(hashes) + len(quote)
    _blank(text[start:position], out)
    escape, closing = "\\" + hashes, quote + hashes
    while position < len(text) and not text.startswith(closing, position):
        if text.startswith(escape + "(", position):
            end = position + len(escape) + 1
            _blank(text[position:end], out)
            depth = 1
            while depth and end < len(text):
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end = _step(text, end, out)
            position = end
        else:
            width = len(escape) + 1 if text.startswith(escape, position) else 1
            _blank(text[position : position + width], out)
            position += width
    _blank(text[position : position + len(closing)], out)
    return position + len(closing)


def declarations(text):
    """Each declaration of `code(text)`: types and extensions of any depth, functions and values of the file's own."""
    found = []
    stack = []  # one entry a brace: the name of what it opens, or ""
    pending = ""
    for number, line in enumerate(text.split("\n"), 1):
        for match in re.finditer(rf"[{{}}]|{TYPE.pattern}|{FUNCTION.pattern}|{VALUE.pattern}", line):
            word = match[0]
            outer = ".".join(name for name in stack if name)
            if word == "{":
                stack.append(pending)
                pending = ""
            elif word == "}":
                stack and stack.pop()
            elif match[1]:
                if match[1] == "class" and match[2] in ("func", "var"):
                    continue
                is_private = bool(re.search(r"\b(?:private|fileprivate)\b", line[: match.start()]))
                found.append(Declaration(match[1], match[2], number, len(stack), outer, is_private))
                pending = "" if match[1] == "typealias" else match[2]
            elif not stack:
                is_private = bool(re.search(r"\b(?:private|fileprivate)\b", line[: match.start()]))
                kind, name = ("func", match[3]) if match[3] else ("let", match[4])
                found.append(Declaration(kind, name, number, 0, "", is_private))
    return found


def mentions(text):
    """The types that `code(text)` names, as (line, name); `Outer.Inner` in one piece.

    The name of a generic parameter that the file declares is none.
    """
    parameters = {
        name
        for list_ in PARAMETERS.findall(text)
        for name in re.findall(r"(?:^|,)\s*(?:each\s+|let\s+)?([A-Z]\w*)", list_)
    }
    for number, line in enumerate(text.split("\n"), 1):
        if IMPORT.search(line):
            continue
        for match in MENTION.finditer(line):
            name = re.sub(r"\s", "", match[0])
            if name.split(".")[0] not in parameters:
                yield number, name


def strays(sources, folder_of, allowed):
    """Mentions of a type in a folder that may not know it, as (file, line, name, the folder it is declared in).

    `sources` maps a file's name to its text, `folder_of` gives the folder of a file's name or None, and `allowed` maps
    a folder to those whose types it may name beside its own; one that is not in it may name all. A name that several
    folders declare is the file's own if the file declares it, else that of a folder it may name. An extension mentions
    what it extends; a type nested in it belongs to the folder of the extension, and is found as `Outer.Inner`.
    """
    owners = collections.defaultdict(set)
    own = collections.defaultdict(set)
    codes = {file: code(text) for file, text in sources.items() if folder_of(file)}
    for file, text in codes.items():
        for declared in declarations(text):
            if declared.kind in ("extension", "func", "let"):
                continue
            own[file].add(declared.name)
            if declared.is_private:
                continue
            if declared.depth == 0:
                owners[declared.name].add(folder_of(file))
            elif declared.outer:
                owners[f"{declared.outer}.{declared.name}"].add(folder_of(file))
    for file, text in sorted(codes.items()):
        folder = folder_of(file)
        if folder not in allowed:
            continue
        known = {folder, *allowed[folder]}
        for line, name in mentions(text):
            parts = name.split(".")
            if parts[0] in own[file]:
                continue
            for length in range(1, len(parts) + 1):
                declared_in = owners.get(".".join(parts[:length]))
                if declared_in and not declared_in & known:
                    yield file, line, ".".join(parts[:length]), min(declared_in)
                    break


def misnamed(name, text):
    """What is wrong between a file's name and what it declares; None when they agree.

    `X.swift` declares a type `X`, or a global function or value `x`; `X+Y.swift` extends `X`, and `Array+Y.swift` also
    `[Element]`.
    """
    base = name.rsplit("/", 1)[-1].removesuffix(".swift")
    extended, plus, _ = base.partition("+")
    found = [declared for declared in declarations(code(text)) if declared.depth == 0]
    if plus:
        extends = {declared.name for declared in found if declared.kind == "extension"}
        if re.search(r"^(?:\w+ )*extension \[", code(text), re.MULTILINE):
            extends.add("Array")
        return None if extended in extends else f"extends no {extended}: name the file after what it extends"
    names = {declared.name for declared in found if declared.kind != "extension"}
    if base in names or base[:1].lower() + base[1:] in names:
        return None
    return f"declares no {base}: name the file after the one thing it declares, or move that out"
