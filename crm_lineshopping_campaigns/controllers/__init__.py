from . import line_links
