"""Whether a request comes from a person or from a program that looks at links."""

import re

# Parts of the names by which previews, scanners and searchers call themselves. Names of
# apps that people read in (Telegram, LinkedIn) are not among them, and CUBOT makes
# telephones.
PROGRAMS = re.compile(
    r"(?<!cu)bot(?:\b|[/ _-])|crawl|spider|slurp|\bscan|preview|fetch|monitor|checker"
    r"|archiver|facebookexternalhit|facebookcatalog|meta-external|whatsapp|skypeuri"
    r"|slack-imgproxy|embedly|iframely|vkshare|line-poker|line url|lineproxy|outbrain"
    r"|googleimageproxy|google-safety|apis-google|mediapartners|duplexweb|semrush|ahrefs"
    r"|headless|phantom|selenium|puppeteer|playwright|lighthouse|pagespeed|wget|curl"
    r"|httpie|python|urllib|aiohttp|okhttp|java/|go-http|node-fetch|axios|libwww|\bperl"
    r"|\bruby|\bphp|httpclient|apache-http|dart/|postman|insomnia|proofpoint|barracuda"
    r"|mimecast|forcepoint|trendmicro|virustotal|safelinks|url-?defense|nmap|nikto",
    re.IGNORECASE,
)


def is_program(headers, method="GET"):
    """:param headers: of the request, with ``get``
    :return: whether it is one that should not count as a tap: it names itself as a
        program, names nothing, only asks whether the page is there, or loads it ahead
        of a person who may never come"""
    if method != "GET":
        return True
    for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"):
        if "prefetch" in headers.get(name, "") or "preview" in headers.get(name, ""):
            return True
    agent = headers.get("User-Agent", "")
    return not agent or bool(PROGRAMS.search(agent))
