"""A report in words."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from musivum.export._arranged import Arranged, Flow
from musivum.export._explanation import Explanation, ScarceColour
from musivum.export._free import FreeForm
from musivum.export._report import Matching, Report
from musivum.export._score import Score

_SHOWN = 5
_LACKING = "Colours that the library lacks; photos to add:"


def lines(report: Report) -> list[str]:
    """The report as lines of plain text for people."""
    out = _figures(report)
    out += [f"limit relaxed: {text}" for text in report.relaxed]
    if report.clashes:
        out.append(f"{report.clashes:,} cells are nearer to a repeat of their photo than was asked, for want of others")
    if report.explanation is not None:
        out += ["", *_reasons(report.explanation)]
    if report.free is not None and report.free.missing_colours:
        out += ["", _LACKING, *_colours(report.free.missing_colours, "placement")]
    return out


def _figures(report: Report) -> list[str]:
    rows = []
    for at in report.fidelity:
        text = f"CIEDE2000 {at.ciede2000:.1f} (0 is equal), SSIM {at.ssim:.2f} (1 is equal)"
        rows.append((f"fidelity at {at.pixels_per_cell} pixels a cell", text))
    if report.free is not None and report.free.afar is not None:
        rows.append(("fidelity from afar", _afar(report.free.afar)))
    if report.alteration is not None:
        rows.append(("alteration of the photos", f"CIE76 {report.alteration:.1f} (0 is untouched)"))
    if report.arranged is not None:
        rows += _arranged(report.placements, report.arranged)
    elif report.free is None:
        rows.append(("cells", f"{report.placements:,}"))
    else:
        rows += _free(report.placements, report.free)
    rows.append(("different photos", f"{report.distinct:,} of {report.available:,}"))
    if report.most_used and report.most_used[0].used > 1:
        top = [use for use in report.most_used[:_SHOWN] if use.used > 1]
        names = _names([use.file for use in top])
        text = ", ".join(f"{name} ({use.used:,}x)" for name, use in zip(names, top, strict=True))
        rows.append(("most used", text))
    if report.nearest_repeat is None:
        rows.append(("nearest repeat", "none, every photo is shown once"))
    elif report.free is not None:
        rows.append(("nearest repeat", f"{report.nearest_repeat:.3g} times the smaller one's side apart"))
    else:
        rows.append(("nearest repeat", f"{report.nearest_repeat:.3g} cells apart (1 is touching)"))
    if report.excess is not None:
        rows.append(("cost over its lower bound", f"{1 + report.excess:.3g} (1 is the best there is without limits)"))
    if report.matching is not None:
        rows.append(("matched by", _matching(report.matching)))
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {text}" for name, text in rows]


def _afar(score: Score) -> str:
    return (
        f"CIEDE2000 {score.ciede2000:.1f}, CIELAB RMS {score.rms:.1f} (0 is equal), SSIM {score.ssim:.2f} (1 is equal)"
    )


def _free(placements: int, free: FreeForm) -> list[tuple[str, str]]:
    sizes = f"{free.smallest:,.0f} to {free.largest:,.0f} pixels of the mosaic across, median {free.median:,.0f}"
    return [
        ("placements", f"{placements:,}"),
        ("sizes", f"{sizes}; half of the picture in photos of {free.typical:,.0f} or more"),
        ("covered by photos", f"{free.coverage:.1%}"),
    ]


def _arranged(placements: int, told: Arranged) -> list[tuple[str, str]]:
    rows = [("places", f"{placements:,}" + (f", {told.repeats:,} of them repeats" if told.repeats else ""))]
    if told.left_out:
        names = _names(told.left_out[:_SHOWN])
        more = [] if len(names) == len(told.left_out) else [f"{len(told.left_out) - len(names):,} more"]
        rows.append(("left out", f"{_count(len(told.left_out), 'photo')}: {', '.join(names + more)}"))
    if told.features:
        flow = "not measured, these features are not to be had here" if told.likeness is None else _flow(told.likeness)
        rows.append((f"order by {told.features}", flow))
    rows.append(("order by mean colour", _flow(told.colour)))
    if told.neighbours is not None:
        apart, chance = told.neighbours
        rows.append(("neighbours apart by", f"{apart:.3f} in OKLab ({chance:.3f} by chance)"))
    return rows


def _flow(flow: Flow) -> str:
    return (
        f"DPQ_16 {flow.dpq_16:.3f} ({flow.chance_16:.3f} by chance), "
        f"DPQ_2 {flow.dpq_2:.3f} ({flow.chance_2:.3f} by chance); 1 is the best"
    )


def _matching(matching: Matching) -> str:
    if matching.kept >= matching.whole:
        return f"{matching.features}, {matching.whole:,} numbers"
    return (
        f"{matching.features}, {matching.whole:,} numbers compressed to {matching.kept:,} "
        f"({matching.whole / matching.kept:.1f}x shorter, {matching.energy:.1%} of the energy, "
        f"the same best photo for {matching.agreement:.0%} of a sample)"
    )


def _reasons(why: Explanation) -> list[str]:
    out = [
        "Where the error comes from:",
        f"  {why.missing:>4.0%}  colours that the library lacks",
        f"  {why.detail:>4.0%}  detail and contrast that no photo matches, whatever the limits",
        f"  {why.limits:>4.0%}  limits on repeats: the best photos were taken",
    ]
    if why.missing_colours:
        out += ["", _LACKING, *_colours(why.missing_colours, "cell")]
    if why.scarce_colours:
        out += ["", "Colours with too few photos; photos to add:", *_colours(why.scarce_colours, "cell")]
    if why.wanted:
        out += ["", "Good photos that ran out; more like these would help:"]
        top = why.wanted[:_SHOWN]
        for name, photo in zip(_names([photo.file for photo in top]), top, strict=True):
            out.append(f"  {name}: best for {_count(photo.wanted, 'cell')}, shown in {photo.used:,}")
    return out


def _colours(colours: Sequence[ScarceColour], noun: str) -> list[str]:
    return [
        f"  about {_count(lack.photos, 'photo')} of {lack.name} ({lack.hex}): {_count(lack.places, noun)}, "
        f"{lack.share:.0%} of the error"
        for lack in colours
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _names(files: Sequence[str]) -> list[str]:
    """Names of files, with their folder where two would read alike."""
    names = [os.path.basename(file.replace("\\", "/")) or file for file in files]
    seen = Counter(names)
    return [file if seen[name] > 1 else name for name, file in zip(names, files, strict=True)]
