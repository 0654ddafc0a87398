"""Ready layouts of a rich menu: where its areas lie in the picture."""

WIDTH = 2500
LARGE, COMPACT = 1686, 843
# Rows from top to bottom, each with its number of areas from left to right.
LAYOUTS = {
    "large_6": (LARGE, (3, 3)),
    "large_4": (LARGE, (2, 2)),
    "large_1_3": (LARGE, (1, 3)),
    "large_1_2": (LARGE, (1, 2)),
    "large_2": (LARGE, (1, 1)),
    "large_1": (LARGE, (1,)),
    "compact_4": (COMPACT, (4,)),
    "compact_3": (COMPACT, (3,)),
    "compact_2": (COMPACT, (2,)),
    "compact_1": (COMPACT, (1,)),
}


def size_of(layout):
    """:return: pair (width, height) of the picture, in pixels"""
    return WIDTH, LAYOUTS[layout][0]


def boxes_of(layout):
    """:return: list of (x, y, width, height) in pixels, which fill the picture without
    gap or overlap, in the order in which people read"""
    height, rows = LAYOUTS[layout]
    boxes = []
    for row, count in enumerate(rows):
        top, bottom = (height * edge // len(rows) for edge in (row, row + 1))
        for column in range(count):
            left, right = (WIDTH * edge // count for edge in (column, column + 1))
            boxes.append((left, top, right - left, bottom - top))
    return boxes
