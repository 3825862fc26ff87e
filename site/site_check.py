"""Checks a site: each link leads to a file and an anchor that are there, and nothing is fetched from elsewhere.

    python3 site_check.py SITE
"""

import html.parser
import pathlib
import sys
import urllib.parse

# What a browser fetches by itself. That <a> leads elsewhere is no fault.
FETCHED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.titles = set(), [], []
        self.in_title = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            if value and ((tag, name) in FETCHED or (tag, name) == ("a", "href")):
                if not (tag == "link" and dict(attrs).get("rel") == "canonical"):
                    self.links.append((tag, value))
        self.in_title = tag == "title"

    def handle_data(self, data):
        if self.in_title:
            self.titles.append(data)
            self.in_title = False


def check(site):
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    faults, count = [], 0
    for path, page in pages.items():
        for tag, link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme in ("data", "mailto") or (tag == "a" and parts.scheme in ("http", "https")):
                continue
            count += 1
            where = f"{path.relative_to(site)}: {link}"
            if parts.scheme or parts.netloc:
                faults.append(f"{where}: is fetched from elsewhere")
                continue
            target = path
            if parts.path:
                base = site if parts.path.startswith("/") else path.parent
                target = (base / urllib.parse.unquote(parts.path).lstrip("/")).resolve()
                if target.is_dir():
                    target /= "index.html"
            if not target.is_file():
                faults.append(f"{where}: is not there")
            elif parts.fragment and target in pages and parts.fragment not in ("__top", "__skip") \
                    and urllib.parse.unquote(parts.fragment) not in pages[target].anchors:
                faults.append(f"{where}: there is no such anchor")
    return pages, count, faults


def main():
    site = pathlib.Path(sys.argv[1]).resolve()
    pages, count, faults = check(site)
    print("\n".join(faults))
    print(f"{len(pages)} pages, {count} links, {len(faults)} faults")
    if not (site / "search/search_index.json").is_file():
        sys.exit("there is nothing to search in")
    if len(pages) < 30 or count < 500:
        sys.exit("that cannot be the whole site")
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
