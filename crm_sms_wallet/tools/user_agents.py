"""Whether a request comes from a person or from a program that looks at links."""

import re

# Parts of the names by which previews, scanners and searchers call themselves.
# CUBOT makes telephones.
PROGRAMS = re.compile(
    r"(?<!cu)bot(?:\b|[/ _-])|crawl|spider|slurp|scan|preview|fetch|monitor|check"
    r"|archiver|facebookexternalhit|facebookcatalog|meta-external|whatsapp|telegram|skypeuri"
    r"|discord|slack|linkedin|pinterest|embedly|bitly|bitlybot|iframely|vkshare"
    r"|line-poker|linespider|lineproxy|line url|tumblr|quora|flipboard|outbrain"
    r"|googleimageproxy|google-safety|apis-google|mediapartners|duplexweb"
    r"|yahoo!|baidu|yandex|bingpreview|petal|semrush|ahrefs|bytespider|gptbot|claude"
    r"|headless|phantom|selenium|puppeteer|playwright|lighthouse|pagespeed|wget|curl"
    r"|httpie|python|urllib|aiohttp|okhttp|java/|go-http|node-fetch|axios|libwww|perl"
    r"|ruby|php|httpclient|apache-http|dart/|postman|insomnia|proofpoint|barracuda"
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
