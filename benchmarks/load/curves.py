"""Small pictures side by side, one for each figure, for documents."""

COLOURS = ["#2f6f4f", "#c77d1e", "#8a3b8f", "#2b5fa8"]
WIDTH, HEIGHT, LEFT, TOP, STEP = 200, 150, 20, 48, 262


def draw(figures: list, reports: dict, places: list, lines: list, name_line) -> str:
    """An SVG with a panel for each of `figures` (title, unit, how it is read from a report). To the right are
    `places`; `lines` are one each, called as `name_line` says; `reports` are by (place, line)."""
    panels = [draw_panel(index, figure, reports, places, lines) for index, figure in enumerate(figures)]
    legend = "".join(f'<text x="{LEFT + 10 + 110 * place}" y="{TOP + HEIGHT + 38}" fill="{colour}">{name_line(line)}</text>'
                     for place, (colour, line) in enumerate(zip(COLOURS, lines)))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {STEP * len(figures)} {TOP + HEIGHT + 50}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>\n' +
            "\n".join(panels) + f"\n{legend}\n</svg>\n")


def draw_panel(index: int, figure: tuple, reports: dict, places: list, lines: list) -> str:
    title, unit, read = figure
    most = max(read(report) for report in reports.values())
    x = [LEFT + WIDTH * place / max(1, len(places) - 1) for place in range(len(places))]
    parts = [f'<g transform="translate({index * STEP + 10},0)">',
             f'<text x="{LEFT}" y="20">{title}</text><text x="{LEFT}" y="36" fill="#777">{unit}, from 0 to {most:,.3g}</text>',
             f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#ccc"/>']
    for place, count in zip(x, places):
        parts.append(f'<text x="{place:.0f}" y="{TOP + HEIGHT + 16}" fill="#777" text-anchor="middle">{count:,}</text>')
    for colour, line in zip(COLOURS, lines):
        y = [TOP + HEIGHT * (1 - read(reports[count, line]) / (most or 1)) for count in places]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in zip(x, y)]
    return "\n".join(parts) + "\n</g>"
