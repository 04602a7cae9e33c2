"""The check of README.md and docs/: their links and the paths they name exist, and they are short."""

import re
from collections.abc import Iterator
from pathlib import Path

import clone
from output import say

# README.md and all pages together have fewer words. A new function or crate may raise it: 9,000 before `study`,
# 9,500 before `quotations`.
MOST_WORDS = 10500

_FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2`*\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)
_PATH = re.compile(r"`((?:functions|shared|tests|dev|migrations)/[^`\s]*)`")
# A part of a path that stands for several: `<name>`, `…`.
_PLACEHOLDER = re.compile(r"<[^>]*>|…")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#", re.IGNORECASE)


def check(root: Path = clone.ROOT) -> bool:
    """Whether all is well; prints what is not."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    texts = {page: page.read_text() for page in pages}
    found = [error for page, text in texts.items() for error in _missing(root, page, text)]
    words = sum(len(text.split()) for text in texts.values())
    if words >= MOST_WORDS:
        found.append(f"README.md and docs/ have {words:,} words; the limit is {MOST_WORDS:,}")
    for error in found:
        say(f"  {error}")
    if not found:
        say(f"  {len(pages)} pages of {words:,} words: all links and paths exist")
    return not found


def _missing(root: Path, page: Path, text: str) -> Iterator[str]:
    """The links and paths of a page that do not exist."""
    name, prose = page.relative_to(root), _FENCED.sub("", text)
    for inline, reference in _LINK.findall(prose):
        link = inline or reference
        if not _ELSEWHERE.match(link) and not (page.parent / link.split("#")[0]).exists():
            yield f"{name}: the link {link} leads to no file"
    for path in _PATH.findall(prose):
        # The line after a colon is not part of the path.
        pattern = _PLACEHOLDER.sub("*", re.sub(r":\d+$", "", path)).rstrip("/")
        if not any(root.glob(pattern)):
            yield f"{name}: there is no {path}"
