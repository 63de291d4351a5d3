# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of a run as tables for people and as JSON."""

import json

PHASES = ("trace", "stat", "hash", "requirements", "upload", "create", "total")


class Report:
    def __init__(self):
        self.rows = []
        self.phases = []

    def seconds(self, work, figure, beside="", its_figure=None, most=None):
        """`most`: the most that figure / its_figure, or the figure alone, should be."""
        ratio = figure / its_figure if its_figure else None
        judged = ratio if ratio is not None else figure
        target = "" if most is None else f"≤ {most:g} ×" if its_figure else f"≤ {most:g} s"
        self.add(work, show_seconds(figure), beside, show_seconds(its_figure), ratio, target,
                 most is None or judged <= most)

    def add(self, work, figure, beside, its_figure, ratio, target, is_met):
        row = {"work": work, "figure": figure, "beside": beside, "itsFigure": its_figure,
               "ratio": None if ratio is None else round(ratio, 3), "target": target,
               "met": is_met if target else None}
        self.rows.append(row)
        print(f"people: {work}: {figure}"
              + (f", {beside} {its_figure}, {ratio:.2f} ×" if ratio is not None else ""),
              flush=True)

    def parts(self, work, milliseconds):
        self.phases.append((work, milliseconds))

    def text(self):
        lines = ["| work | figure | compared with | its figure | ratio | target | met |",
                 "|---|--:|---|--:|--:|--:|--:|"]
        for row in self.rows:
            ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f} ×"
            met = {None: "", True: "yes", False: "NO"}[row["met"]]
            lines.append(f"| {row['work']} | {row['figure']} | {row['beside']} | "
                         f"{row['itsFigure']} | {ratio} | {row['target']} | {met} |")
        lines += ["", "Where the client's time went, in milliseconds:", "",
                  "| work | " + " | ".join(PHASES) + " |", "|---|" + "--:|" * len(PHASES)]
        for work, parts in self.phases:
            lines.append(f"| {work} | " + " | ".join(f"{parts[p]:.0f}" for p in PHASES) + " |")
        return "\n".join(lines) + "\n"

    def json(self):
        return json.dumps({"schema": 1, "rows": self.rows, "parts": dict(self.phases)}, indent=1)


def show_seconds(value):
    if value is None:
        return ""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
