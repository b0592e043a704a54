"""Draws where the time of layers goes."""

COLORS = ["#4477aa", "#cc6677", "#228833", "#888888", "#dddddd"]
LEFT, RIGHT, TOP, BAR, GROUP = 190, 110, 62, 11, 30
WIDTH = 900


def text(x, y, content, size=11, anchor="start"):
    return ('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s">%s</text>'
            % (x, y, size, anchor, content))


def box(x, y, width, color, tip=""):
    title = "<title>%s</title>" % tip if tip else ""
    return ('<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s">%s</rect>'
            % (x, y, width, BAR, color, title))


def bar(result, y, scale, names):
    """A bar as long as the layer takes, parted as its profile is."""
    lines, x = [], LEFT
    total = result["profiled_us"]
    for part, color, name in zip(result["parts_us"], COLORS, names):
        width = part / total * result["us"] * scale
        lines.append(box(x, y, width, color, "%s: %.1f us" % (name, part)))
        x += width
    lines.append(text(x + 6, y + 10, "%.1f us" % result["us"], 10))
    return lines


def layers(path, rows, names, ranks):
    """`rows` are (case, {"fused": .., "unfused": ..}); fused is above unfused,
    and the longer of the two is as long for all cases."""
    height = TOP + GROUP * len(rows) + 16
    svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'viewBox="0 0 %d %d" font-family="sans-serif">'
           % (WIDTH, height, WIDTH, height),
           '<rect width="%d" height="%d" fill="white"/>' % (WIDTH, height),
           text(WIDTH / 2, 20, "A layer on each of %d ranks of one GPU, fused "
                "above unfused" % ranks, 14, "middle")]
    x = LEFT
    for name, color in zip(names, COLORS):
        svg += [box(x, 32, 11, color), text(x + 16, 42, name)]
        x += 34 + 7 * len(name)
    for i, (case, both) in enumerate(rows):
        y = TOP + GROUP * i
        longest = max(both["fused"]["us"], both["unfused"]["us"])
        scale = (WIDTH - LEFT - RIGHT) / longest
        svg.append(text(LEFT - 8, y + 15, case, 11, "end"))
        svg += bar(both["fused"], y, scale, names)
        svg += bar(both["unfused"], y + BAR + 1, scale, names)
        svg.append(text(WIDTH - 8, y + 15, "%.2f" % (
            both["unfused"]["us"] / both["fused"]["us"]), 12, "end"))
    svg.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(svg) + "\n")
