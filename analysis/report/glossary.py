"""The terms that pages explain, and where on a page they are met first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from importlib.resources import files

_ENTRY = re.compile(r"^(?P<term>\S.*)\n(?P<text>(?:  .*(?:\n|$))+)", re.MULTILINE)


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, str]:
    """Return the explanation of each term, as on the site's glossary page.

    Examples
    --------
    >>> glossary()["trial"]
    'One configuration that a sampler asked for, new or not.'
    """
    page = (files("analysis.report") / "glossary.md").read_text(encoding="utf-8")
    body = page[page.index("{glossary}") :]
    return {
        entry["term"]: " ".join(entry["text"].replace("*", "").split())
        for entry in _ENTRY.finditer(body)
    }


def term_anchor(term: str) -> str:
    """Return where a page explains a term.

    Examples
    --------
    >>> term_anchor("true front, IGD+")
    'term-true-front-igd'
    """
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    words = sorted(_spellings(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _spellings() -> Mapping[str, str]:
    """Return the term of each spelling, in lower case: singular and plural, of each of several."""
    found = {}
    for term in glossary():
        for word in term.lower().split(", "):
            found[word] = term
            found.setdefault(f"{word}s", term)
    return found


@dataclass
class Terms:
    """Links the first use of each term in every section to its explanation on the page.

    Attributes
    ----------
    used
        Terms that were met, in the order of the glossary once a page is complete.

    Examples
    --------
    >>> terms = Terms()
    >>> terms.linked("Two trials, one trial < all")
    'Two <a class="term" href="#term-trial">trials</a>, one trial &lt; all'
    >>> terms.explained()
    {'trial': 'One configuration that a sampler asked for, new or not.'}
    """

    used: set[str] = field(default_factory=set)
    _here: set[str] = field(default_factory=set)

    def begin_section(self) -> str:
        """Link every term anew; returns nothing to show."""
        self._here.clear()
        return ""

    def linked(self, text: str) -> str:
        """Return a text as HTML, with a link at the first use of each term in the section."""

        def link(match: re.Match[str]) -> str:
            term = _spellings()[match[0].lower()]
            if term in self._here:
                return match[0]
            self._here.add(term)
            self.used.add(term)
            return f'<a class="term" href="#{term_anchor(term)}">{match[0]}</a>'

        return _pattern().sub(link, escape(str(text)))

    def asked(self, text: str) -> str:
        """Return a question mark that leads to the first term of a text; nothing without one."""
        found = _pattern().search(str(text))
        if found is None:
            return ""
        term = _spellings()[found[0].lower()]
        self.used.add(term)
        meaning = escape(glossary()[term])
        return f' <a class="term" href="#{term_anchor(term)}" title="{meaning}">?</a>'

    def explained(self) -> dict[str, str]:
        """Return the terms that were met, with their explanations."""
        return {term: text for term, text in glossary().items() if term in self.used}
