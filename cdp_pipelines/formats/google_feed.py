"""Google product data -> entries: RSS 2.0 (`item`) and Atom 1.0 (`entry`), streamed.

Names are local names: feeds were seen with and without the prefix `g:`, and with `<channel>` as the root. A document
type definition is refused before anything of it can count (entity bombs, files read by entities).
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.entries import Entry, FeedReader
from cdp_pipelines.issues import Notice

GOOGLE = "http://base.google.com/ns/1.0"
_ENTRIES = ("item", "entry")
_ROOTS = ("rss", "channel", "feed")


class GoogleFeedReader(FeedReader):
    """Reads a feed; a context manager.

    Attributes:
        encoding: As the document declares it, UTF-8 by default; known once the last entry is out.
    """

    encoding = "utf-8"

    @property
    def warnings(self) -> list[Notice]:
        """What was found besides the entries."""
        return list(self._octets.warnings)

    def entries(self) -> Iterator[Entry]:
        """Yield the feed's entries: texts by local name, a list of them for each name.

        Raises:
            FileError: The file is no feed, or no well-formed XML to its end.
        """
        try:
            yield from self._entries()
        except etree.XMLSyntaxError as error:
            line = error.lineno or None
            place = f" at line {line:,}" if line else ""
            message = f"the feed is no well-formed XML{place}: export it anew, or transfer a cut file again"
            raise FileError("MALFORMED_XML", message, line) from None

    def _entries(self) -> Iterator[Entry]:
        context = etree.iterparse(
            self._octets,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        root, lines = None, {}
        for event, element in context:
            if root is None:
                root = element
                self._begin(root)
            if not _is_entry(element):
                continue
            if event == "start":
                lines[element] = element.sourceline or 0
            else:
                yield Entry(lines.pop(element), _fields(element))
                _forget(element)
        if root is not None:  # libxml2 tells it at the end only
            self.encoding = (root.getroottree().docinfo.encoding or self.encoding).lower()

    def _begin(self, root: Any) -> None:
        document = root.getroottree().docinfo
        if document.doctype or document.internalDTD is not None:
            message = "the feed declares a document type, which feeds have no use for: remove <!DOCTYPE ...>"
            raise FileError("XML_DOCTYPE", message, 1)
        if _local(root) not in _ROOTS:
            message = "the file is XML but no product feed: its root must be rss, channel or feed"
            raise FileError("NOT_A_FEED", message, 1)


def _is_entry(element: Any) -> bool:
    """Whether an element is an entry of the feed, and not a part of one that is named alike."""
    if _local(element) not in _ENTRIES:
        return False
    parent = element.getparent()
    return parent is not None and _local(parent) in _ROOTS


def _local(element: Any) -> str:
    """Return a name without its namespace; comments and instructions have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _fields(element: Any) -> dict[str, list[str]]:
    """Return the texts of an entry's fields, those of Google's namespace first; parts of fields are left out."""
    found: dict[str, list[str]] = {}
    for part in sorted(element, key=lambda one: not str(one.tag).startswith(f"{{{GOOGLE}}}")):
        name, text = _local(part), _text(part)
        if name and text:
            found.setdefault(name, []).append(text)
    return found


def _text(part: Any) -> str:
    """Return an element's own text; that of Atom's `<link href="..."/>` is its address."""
    if not (part.text or "").strip() and part.get("href") and part.get("rel", "alternate") == "alternate":
        return part.get("href").strip()
    if len(part) and any(isinstance(child.tag, str) for child in part):
        return ""
    return "".join(part.itertext(etree.Element)).strip() if len(part) else (part.text or "").strip()


def _forget(element: Any) -> None:
    """Free what is read: the entry itself and whatever stands before it."""
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]
