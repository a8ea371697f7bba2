# SPDX-License-Identifier: GPL-2.0-only
"""C sources as the rules of this folder read them: without comments, line by line."""
import pathlib
import re

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    """As many lines as there were; of a string, which is no comment, only the quotes."""
    text = match.group(0)
    return '""' if text[0] in "\"'" else "\n" * text.count("\n")


class Source:
    """One file: its path below TOP, its includes and its code, both with line numbers."""

    def __init__(self, top, path):
        self.path = path
        text = (top / path).read_text(encoding="utf-8")
        # Of an include, the name is no string to be blanked
        self.includes = [(number, match.group(2), match.group(1) == '"')
                         for number, line in enumerate(text.splitlines(), 1)
                         for match in [re.match(r'#\s*include\s+(["<])([^">]+)[">]', line)] if match]
        self.code = TOKEN.sub(blank, text).splitlines()


def sources(top, folder):
    """All of a folder's C files."""
    found = sorted(path for pattern in ("*.c", "*.h")
                   for path in (top / folder).rglob(pattern))
    return [Source(top, path.relative_to(top)) for path in found]


def resolve(top, source, name, roots):
    """The file that an include names, below TOP: of the same folder, or from a root; None if not ours."""
    for base in [source.path.parent, *roots]:
        path = pathlib.Path(base) / name
        if (top / path).is_file():
            return path
    return None
