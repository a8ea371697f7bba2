# SPDX-License-Identifier: GPL-2.0-only
"""Single tokens of C that can be exchanged for another so that the text most often still compiles."""
import dataclasses
import re

LEXEME = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
  | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<number>\b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b)
  | (?P<word>\b[A-Za-z_]\w*\b)
  | (?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^<>=!~?:])
""", re.X | re.S | re.M)

# Only between two operands, which our style sets off with spaces
BINARY = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&": ["|"], "|": ["&"],
    "^": ["|"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "<<=": [">>="], ">>=": ["<<="],
}
UNARY = {"++": ["--"], "--": ["++"], "!": [""], "~": [""]}
WORDS = {"true": ["false"], "false": ["true"], "break": ["continue"], "continue": ["break"]}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """In PATH, the token at OFFSET, which is OLD, becomes NEW."""
    path: str
    offset: int
    old: str
    new: str
    line: int
    text: str       # the line, without what is around it
    nth: int        # which of the line's tokens of this kind it is, from 1

    def __str__(self):
        nth = f" (number {self.nth})" if self.nth > 1 else ""
        return f"{self.path}:{self.line}: {self.old} -> {self.new or 'nothing'}{nth}: {self.text}"

    def key(self):
        """What stays when lines above change."""
        return self.path, self.text, self.old, self.new, self.nth

    def apply(self, source):
        return source[:self.offset] + self.new + source[self.offset + len(self.old):]


def other_numbers(token):
    digits = token.rstrip("uUlL")
    tail = token[len(digits):]
    octal = digits.isdigit() and digits.startswith("0") and len(digits) > 1
    value = int(digits, 8 if octal else 0)
    return [f"{other}{tail}" for other in ([1] if value == 0 else [0, 2] if value == 1 else
                                           [value - 1, value + 1])]


def replacements(match, source):
    token = match.group(0)
    if match.lastgroup == "number":
        return other_numbers(token)
    if match.lastgroup == "word":
        return WORDS.get(token, [])
    if match.lastgroup != "operator":
        return []
    if token in UNARY:
        return UNARY[token]
    before, after = source[match.start() - 1], source[match.end():match.end() + 1]
    return BINARY.get(token, []) if before == " " and after in (" ", "\n") else []


def mutants(path, source):
    """All mutants of a file's text. Of data it has many, of declarations none."""
    counts = {}
    for match in LEXEME.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        start = source.rfind("\n", 0, match.start()) + 1
        end = source.find("\n", match.start())
        text = source[start:end]
        # What begins in the first column declares, but for one-line functions' bodies there are none
        if not text.startswith("\t"):
            continue
        found = replacements(match, source)
        if not found:
            continue
        seen = (line, match.group(0))
        counts[seen] = counts.get(seen, 0) + 1
        for new in found:
            yield Mutant(path, match.start(), match.group(0), new, line, text.strip(), counts[seen])
