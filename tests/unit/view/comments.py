"""Markdown read as GitHub reads it, by the parser it uses, and taken apart again."""

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

OWN_TAGS = {
    *("h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "em", "ul", "li"),
    *("sub", "br", "details", "summary"),
}


class Page(HTMLParser):
    """What a reader gets to see."""

    def __init__(self, markdown):
        super().__init__()
        self.tags = []
        self.rows = []
        self.links = []
        self.code = []
        self.text = ""
        self.outside_code = ""
        self._inside = []
        html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for key, value in attrs if key in ("href", "src")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "code":
            self.code.append("")
        if tag not in ("br", "img"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data):
        self.text += data
        if {"td", "th"} & set(self._inside):
            self.rows[-1][-1] += data
        if "code" in self._inside:
            self.code[-1] += data
        else:
            self.outside_code += data
