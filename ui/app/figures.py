"""The figures page: what was measured, when, and on how many cases."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import altair as alt
import streamlit as st

from ui.app.drawing import Table, draw_aside, draw_table
from ui.app.markdown import plain
from ui.app.reports import RESULTS, Bench, Evaluation, Figure, read_reports
from ui.app.view_figures import Mark, bench_rows, family, guard_rows, marks, meaning, missed_by_tag, title
from ui.wording import NOTICE

_ROW_HEIGHT = 40
_AROUND_ROWS = 90
# Streamlit's own ink for charts is too pale to read.
_INK = {"light": "#3c4a4e", "dark": "#cfd9db"}
# Told apart by shape as well as by colour; 3 to 1 on white and on dark grounds.
_COLOURS = alt.Scale(range=["#0e8a9c", "#c9661b"])


def page(folder: Path = RESULTS) -> None:
    """Draw the figures page.

    Args:
        folder: where the reports are.
    """
    st.title("Figures", anchor=False)
    draw_aside(NOTICE)
    reports = read_reports(folder)
    for fault in reports.faults:
        st.error(plain(fault), icon=":material/error:")
    if not reports.evaluations and not reports.benches:
        st.info(
            "There are no reports yet. Run `sot evaluate` for the figures and `sot bench` for the speed; "
            "both are shown here."
        )
    if reports.evaluations:
        _draw_evaluation(reports.evaluations)
    if reports.benches:
        _draw_bench(reports.benches)


def _draw_evaluation(evaluations: Mapping[str, Evaluation]) -> None:
    st.header("Evaluation", anchor=False)
    report = evaluations[st.selectbox("Evaluation report", list(evaluations), key="evaluation")]
    commit = f"commit {report.commit}" if report.commit else "an unknown commit"
    changed = ", with uncommitted changes" if report.dirty else ""
    st.markdown(
        f"Measured {plain(report.measured)} at {plain(commit)}{changed}. "
        f"The test half has been looked at **{report.test_looks}** times: the more often, the less its figures prove."
    )
    name, split, kind = _chosen(report.figures)
    cases = report.sets.get(name, {}).get(split, 0)
    draw_aside(f"{cases:,} cases in this half of the set. Lines are 95% intervals, where a figure has one.")
    for measure, shown in marks(
        one for one in report.figures if (one.set, one.split, family(one.group)) == (name, split, kind)
    ).items():
        _draw_measure(measure, shown)
    _draw_misses(report, name, split)


def _chosen(figures: Sequence[Figure]) -> tuple[str, str, str]:
    """The set, the half and the kind of groups that the controls ask for, among those that have figures."""
    left, middle, right = st.columns(3)
    with left:
        name = _choice("Question set", [one.set for one in figures], "set")
    with middle:
        split = _choice("Half", [one.split for one in figures if one.set == name], "split")
    with right:
        kinds = [family(one.group) for one in figures if (one.set, one.split) == (name, split)]
        kind = _choice("Cases by", kinds, "kind")
    return name, split, kind


def _choice(label: str, options: Sequence[str], key: str) -> str:
    """What is chosen of some options, each offered once; nothing if there are none."""
    return (
        st.selectbox(label, list(dict.fromkeys(options)), format_func=lambda one: one.replace("_", " "), key=key) or ""
    )


def _draw_measure(measure: str, shown: Sequence[Mark]) -> None:
    name = title(measure)
    st.subheader(plain(name), anchor=False)
    if means := meaning(measure):
        draw_aside(plain(means))
    st.altair_chart(_chart(name, shown), width="stretch")
    with st.expander(f"{plain(name)} in numbers"):
        rows = tuple((mark.system, mark.group, mark.says) for mark in shown)
        draw_table(Table(name, ("System", "Group", "Figure"), rows))


def _chart(name: str, shown: Sequence[Mark]) -> alt.LayerChart | alt.FacetChart:
    """Points with their intervals, by group; the two systems beside each other."""
    groups = list(dict.fromkeys(mark.group for mark in shown))
    systems = list(dict.fromkeys(mark.system for mark in shown))
    ink = _INK["dark" if st.context.theme.type == "dark" else "light"]
    groups_axis = alt.Axis(title=None, labelColor=ink, labelFontSize=13, labelLimit=220, labelOverlap=False)
    values_axis = alt.Axis(title=None, labelColor=ink, labelFontSize=13, tickCount=5)
    domain = [0, max(1.0, *(mark.high for mark in shown))]
    base = alt.Chart(alt.InlineData(values=[asdict(mark) for mark in shown])).encode(
        y=alt.Y("group:N", sort=groups, axis=groups_axis),
        yOffset=alt.YOffset("system:N", sort=systems),
        color=alt.Color("system:N", sort=systems, scale=_COLOURS, legend=_legend(ink)),
    )
    intervals = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", scale=alt.Scale(domain=domain), axis=values_axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x="value:Q",
        shape=alt.Shape("system:N", sort=systems, legend=_legend(ink)),
        tooltip=[alt.Tooltip("system:N"), alt.Tooltip("group:N"), alt.Tooltip("says:N", title="figure")],
    )
    height = _AROUND_ROWS + _ROW_HEIGHT * len(groups)
    return alt.layer(intervals, points, description=f"{name} by group").properties(height=height)


def _legend(ink: str) -> alt.Legend:
    return alt.Legend(title=None, orient="top", labelColor=ink, labelFontSize=13)


def _draw_misses(report: Evaluation, name: str, split: str) -> None:
    """Counts for either half, cases for the development half alone: those of the test half must stay unseen."""
    counted = missed_by_tag(report, name, split)
    if not counted:
        return
    st.subheader("Misses", anchor=False)
    draw_table(Table("By tag", ("Tag", "Misses"), tuple((tag, str(count)) for tag, count in counted)))
    if split != "dev":
        return
    missed = [miss for miss in report.misses if (miss.set, miss.split) == (name, split)]
    with st.expander(f"Case by case: {len(missed)} misses of the development half"):
        cases = tuple(
            (miss.id, f"{miss.expected}, not {miss.got}", ", ".join((miss.rule or "no rule", *miss.tags)))
            for miss in missed
        )
        draw_table(Table("Development misses", ("Case", "Expected", "Rule and tags"), cases))


def _draw_bench(benches: Mapping[str, Bench]) -> None:
    st.header("Speed", anchor=False)
    report = benches[st.selectbox("Speed report", list(benches), key="bench")]
    machine = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in report.machine.items())
    st.markdown(f"Measured {plain(report.measured)} with {report.questions} different questions. {plain(machine)}")
    draw_table(
        Table("Assistant and quick-start", ("Measured", "SOT Assistant", "Plain quick-start"), bench_rows(report))
    )
    if guard := guard_rows(report):
        draw_table(Table("The guard alone", ("Messages", "Figures"), guard))
