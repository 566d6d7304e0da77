#!/usr/bin/env python3
"""Adds up the files of a directory of results and compares the sums with summary.json.

Independent of fedsim: it reads nothing but the files, with Python's standard library alone.

    python3 check_sums.py DIRECTORY...

Prints every difference and exits 1 if there is one.
"""

import csv
import json
import os
import sys
from collections import Counter
from decimal import Decimal


def nanoseconds(text):
    """Seconds as they stand in a table, in whole nanoseconds."""
    return int(Decimal(text) * 1_000_000_000)


class Results:
    """A directory of results, and the differences found in it."""

    def __init__(self, directory):
        self.directory = directory
        self.compared = 0
        self.differences = []
        with open(os.path.join(directory, "summary.json"), encoding="utf-8") as file:
            self.summary = json.load(file)

    def table(self, name):
        """The rows of a table, one after the other."""
        with open(os.path.join(self.directory, name), encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def equal(self, what, of_table, of_summary):
        """Notes a difference."""
        self.compared += 1
        if of_table != of_summary:
            self.differences.append(f"{what}: {of_table} by rows, {of_summary} in the summary")

    def near(self, what, exact, told):
        """Notes a percentile that is too low, or more than 0.1 % too high."""
        self.compared += 1
        if told is None or not exact <= told <= exact + exact // 1000 + 1:
            self.differences.append(f"{what}: {exact} by rows, {told} in the summary")


def latencies(results, name, spans, told):
    """Compares all that a summary says of response times with the times themselves."""
    spans.sort()
    results.equal(f"{name}.count", len(spans), told["count"])
    if not spans:
        return
    results.equal(f"{name}.mean_ns", sum(spans) // len(spans), told["mean_ns"])
    results.equal(f"{name}.min_ns", spans[0], told["min_ns"])
    results.equal(f"{name}.max_ns", spans[-1], told["max_ns"])
    for percent in (50, 95, 99):
        rank = max(1, -(-len(spans) * percent // 100))
        results.near(f"{name}.p{percent}_ns", spans[rank - 1], told[f"p{percent}_ns"])
    inside = told["up_to_5_s"] + told["up_to_10_s"] + told["up_to_20_s"] + told["above_20_s"]
    results.equal(f"{name} in classes", len(spans), inside)


def requests(results):
    """requests.csv."""
    outcomes, spans, groups, views, answered, retries = Counter(), [], 0, 0, 0, 0
    served = []
    for row in results.table("requests.csv"):
        outcomes[row["outcome"].replace("-", "_")] += 1
        groups += int(row["groups"])
        views += int(row["views"] or 0)
        answered += int(row["answered"] or 0)
        retries += row["attempt"] != "0"
        if row["latency_s"]:
            spans.append(nanoseconds(row["latency_s"]))
            if row["outcome"] != "failed":
                served.append(spans[-1])
    told = results.summary["requests"]
    results.equal("requests.sent", sum(outcomes.values()), told["sent"])
    results.equal("requests.retries", retries, told["retries"])
    for outcome in ("complete", "partial", "failed", "in_flight"):
        results.equal(f"requests.{outcome}", outcomes[outcome], told[outcome])
    results.equal("groups of requests", groups, results.summary["groups"]["dispatched"])
    if told["in_flight"] == 0:
        attendees = results.summary["attendees"]
        results.equal("views of requests", views, attendees["views"])
        results.equal("answers of requests", answered, attendees["answered"])
    latencies(results, "latency", spans, results.summary["latency"])
    latencies(results, "served_latency", served, results.summary["served_latency"])


def groups(results):
    """groups.csv."""
    outcomes, causes, spans = Counter(), Counter(), []
    for row in results.table("groups.csv"):
        outcomes[row["outcome"]] += 1
        spans.append(nanoseconds(row["latency_s"]))
        if row["cause"]:
            causes[row["cause"]] += 1
    told = results.summary["groups"]
    results.equal("groups.answered", outcomes["answered"], told["answered"])
    results.equal("groups.failed", outcomes["failed"], told["failed"])
    results.equal("groups.failed_by_cause", dict(causes), told["failed_by_cause"])
    latencies(results, "group_latency", spans, results.summary["group_latency"])


def attendees(results):
    """attendees.csv."""
    outcomes, levels, answers, paths = Counter(), Counter(), Counter(), Counter()
    kinds, cache = {}, Counter()
    for row in results.table("attendees.csv"):
        outcomes[row["outcome"]] += 1
        paths[row["path"] or "none"] += 1
        cache[row["cache"]] += 1
        if row["outcome"] == "view":
            levels[row["level"]] += 1
            continue
        if row["outcome"] == "answered":
            answers[row["level"]] += 1
            continue
        inner = int(row["inner_code"]) if row["inner_code"] else None
        kind = (row["cause"], int(row["code"]), inner, row["side"], row["layer"])
        kinds.setdefault(kind, []).append(row["ended"])
    told = results.summary["attendees"]
    results.equal("attendees.views", outcomes["view"], told["views"])
    results.equal("attendees.failed", outcomes["failed"], told["failed"])
    results.equal("attendees.views_by_level", dict(levels), told["views_by_level"])
    results.equal("attendees.answered", outcomes["answered"], told["answered"])
    results.equal("attendees.answered_by_kind", dict(answers), told["answered_by_kind"])
    results.equal("attendees.by_path", dict(paths), told["by_path"])
    fields = ("cause", "code", "inner_code", "side", "layer")
    rows = {
        tuple(row[field] for field in fields): (row["count"], row["first"], row["last"])
        for row in results.summary["failures"]
    }
    found = {kind: (len(ends), min(ends), max(ends)) for kind, ends in kinds.items()}
    results.equal("failures", found, rows)


def tokens(results):
    """tokens.csv, against the summary and the tables by pair and hour."""
    issued, volume, refused, reused = Counter(), Counter(), Counter(), 0
    hours, requesters = Counter(), Counter()
    for row in results.table("tokens.csv"):
        if row["event"] == "issued":
            issued[row["offer"]] += 1
            volume[row["offer"]] += int(row["bytes"])
            hours[(row["at"][:13], row["offer"])] += 1
            requesters[row["request"].split("/")[0]] += 1
        elif row["event"] == "refused":
            refused[row["cause"]] += 1
        else:
            reused += 1
    told = results.summary["tokens"]
    by_offer = {
        offer: {"issued": issued[offer], "issued_bytes": volume[offer]} for offer in issued
    }
    results.equal("tokens.by_offer", by_offer, told["by_offer"])
    results.equal("tokens.refused_by_cause", dict(refused), told["refused_by_cause"])
    results.equal("tokens.reused", reused, told["reused"])
    by_hour = Counter()
    for row in results.table("token_hours.csv"):
        by_hour[(row["hour"][:13], row["offer"])] += int(row["tokens"])
    results.equal("token_hours.csv", dict(by_hour), dict(hours))
    by_requester = Counter()
    for row in results.table("token_pairs.csv"):
        by_requester[row["requester"]] += int(row["tokens"])
    if "" not in by_requester:
        results.equal("token_pairs.csv", dict(by_requester), dict(requesters))


def total(rows, column):
    """The sum of a column of whole numbers."""
    return sum(int(row[column]) for row in rows)


def measures(results):
    """The tables that are there whatever the log keeps."""
    summary = results.summary
    rows = list(results.table("timeline.csv"))
    results.equal("timeline.intervals", len(rows), summary["timeline"]["intervals"])
    for column, told in (
        ("requests_sent", summary["requests"]["sent"]),
        ("requests_complete", summary["requests"]["complete"]),
        ("requests_partial", summary["requests"]["partial"]),
        ("requests_failed", summary["requests"]["failed"]),
        ("groups_answered", summary["groups"]["answered"]),
        ("groups_failed", summary["groups"]["failed"]),
        ("views", summary["attendees"]["views"]),
        ("answered", summary["attendees"]["answered"]),
        ("attendees_failed", summary["attendees"]["failed"]),
        ("tokens", summary["tokens"]["issued"]),
        ("token_bytes", summary["tokens"]["issued_bytes"]),
        ("tokens_refused", summary["tokens"]["refused"]),
    ):
        results.equal(f"timeline.csv {column}", total(rows, column), told)
    for before, after in zip(rows, rows[1:]):
        results.equal("timeline.csv without gaps", before["to"], after["from"])

    rows = list(results.table("failures.csv"))
    results.equal("failures.csv", total(rows, "attendees"), summary["attendees"]["failed"])
    layers = Counter()
    for row in rows:
        layers[row["layer"]] += int(row["attendees"])
    results.equal("failures_by_layer", dict(layers), summary["failures_by_layer"])

    for name in ("token_pairs.csv", "token_hours.csv"):
        rows = list(results.table(name))
        results.equal(name, total(rows, "tokens"), summary["tokens"]["issued"])
        results.equal(f"{name} bytes", total(rows, "bytes"), summary["tokens"]["issued_bytes"])
        if "pairs" in (rows or [{}])[0]:
            results.equal("tokens.pairs", total(rows, "pairs"), summary["tokens"]["pairs"])

    for kind, field in (("data-centre", "data_centres"), ("server", "servers")):
        rows = [row for row in results.table("stations.csv") if row["kind"] == kind]
        told = summary["stations"][field]
        for column in (
            "stations", "servers", "arrivals", "served", "refused", "gave_up", "in_service_at_end",
            "waiting_at_end", "busy_ns", "queue_ns", "wait_ns", "up_ns",
        ):
            results.equal(f"stations.csv {kind} {column}", total(rows, column), told[column])
        longest = max((int(row["queue_max"]) for row in rows), default=0)
        results.equal(f"stations.csv {kind} queue_max", longest, told["queue_max"])


def summary_alone(results):
    """What has to hold within the summary."""
    told = results.summary["requests"]
    parts = told["complete"] + told["partial"] + told["failed"] + told["in_flight"]
    results.equal("requests.sent", parts, told["sent"])
    attendees = results.summary["attendees"]
    with_outcome = attendees["views"] + attendees["answered"] + attendees["failed"]
    results.equal("attendees.by_path", sum(attendees["by_path"].values()), with_outcome)
    for failure in results.summary["failures"]:
        results.equal("failures[].of", with_outcome, failure["of"])
    for law in results.summary["laws"]:
        what = f"law {law['law']} at {law['station']}"
        results.equal(what, law["left"], law["right"])
        results.equal(f"{what} holds", True, law["holds"])


def check(directory):
    """Prints the differences of a directory and tells whether there are none."""
    results = Results(directory)
    summary_alone(results)
    measures(results)
    rows = results.summary["rows"]
    if rows["log"] in ("all", "up-to-limit") and not rows["dropped"]:
        requests(results)
        groups(results)
        attendees(results)
        tokens(results)
    for difference in results.differences:
        print(f"{directory}: {difference}")
    print(f"{directory}: {results.compared} sums, {len(results.differences)} differ")
    return not results.differences


def main():
    """Checks each directory that is named."""
    directories = sys.argv[1:]
    if not directories:
        print(__doc__)
        return 2
    return 0 if all([check(directory) for directory in directories]) else 1


if __name__ == "__main__":
    sys.exit(main())
