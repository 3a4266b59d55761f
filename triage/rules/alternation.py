"""One fast pattern out of many words: common beginnings are tried once, not once a word."""

from collections.abc import Iterable, Sequence

_Node = dict[str, "_Node"]
_END = ""


def alternation(words: Iterable[Sequence[str]]) -> str:
    """A regular expression that matches any of the words, the longest first.

    A word is a sequence of atoms, each a regular expression for one step; a plain string of
    letters, digits and spaces is one as it stands.
    """
    root: _Node = {}
    for word in words:
        node = root
        for atom in word:
            node = node.setdefault(atom, {})
        node[_END] = {}
    return _pattern(root)


def _pattern(node: _Node) -> str:
    branches = [atom + _pattern(child) for atom, child in node.items() if atom != _END]
    if not branches:
        return ""
    if len(branches) == 1 and _END not in node:
        return branches[0]
    return f"(?:{'|'.join(branches)})" + ("?" if _END in node else "")
