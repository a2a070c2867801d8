"""The rows of the method table, read out of its Swift source (`Sources/ProxyCore/Policy/MethodTable+*.swift`)."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "Sources" / "ProxyCore" / "Policy"
ROW = re.compile(
    r'\bRow\(\s*"(\w+)",\s*\.(?:(connected)|needs\(\.(\w+)\)),\s*"{1,3}([^"]*)"{1,3}(?:,\s*check: \.(\w+))?\s*\)'
)
PERMISSION = re.compile(r'^\s*case (\w+) = "([^"]+)"', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Rule:
    """One method. `access` is `connected` or the permission that opens it; `check` may be None."""

    method: str
    access: str
    check: str | None


def permissions():
    """The name of each permission by that of its Swift case."""
    return dict(PERMISSION.findall((ROOT / "Sources/ProxyCore/Auth/Permission.swift").read_text(encoding="utf-8")))


def rules():
    """The rule of each method, in the order of the table."""
    names = permissions()
    found = []
    for file in sorted(FOLDER.glob("MethodTable+*.swift")):
        text = file.read_text(encoding="utf-8")
        rows = ROW.findall(text)
        if len(rows) != len(re.findall(r"\bRow\(", text)):
            raise ValueError(f"{file.name}: a row is not written as the others are")
        for domain, connected, permission, methods, check in rows:
            access = connected or names[permission]
            found += [Rule(f"{domain}.{name}", access, check or None) for name in methods.split()]
    return {rule.method: rule for rule in found}
