"""Runs the queries on DuckDB and on ClickHouse. A line a test: `ok   …` or `FAIL …: why`.

run.py MADE_UP.parquet REPLAY.parquet REPLAY.csv STATS.json: a million made-up stalls, and the export of the recordings in both
forms with what `whystall stats --json` says of the same.
"""
import json
import math
import sys
from decimal import Decimal
from pathlib import Path

import chdb.session
import duckdb

QUERIES = sorted(Path("queries").glob("*.sql"))
ROWS = 1_000_000


class DuckDb:
    def __init__(self, file):
        self.at = duckdb.connect()
        self.at.execute(f"CREATE VIEW stalls AS SELECT * FROM '{file}'")

    def ask(self, sql):
        answer = self.at.execute(sql)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row)) for row in answer.fetchall()]


class ClickHouse:
    """One engine a process: tables are told apart by their databases."""

    session = None
    count = 0

    def __init__(self, file):
        ClickHouse.session = ClickHouse.session or chdb.session.Session()
        ClickHouse.count += 1
        self.database = f"stalls_{ClickHouse.count}"
        self.tell(f"CREATE DATABASE {self.database}")
        self.tell(f"CREATE VIEW {self.database}.stalls AS SELECT * FROM file('{Path(file).resolve()}')")

    def tell(self, sql):
        return self.session.query(sql, "JSONEachRow").bytes().decode()

    def ask(self, sql):
        self.tell(f"USE {self.database}")
        return [json.loads(line) for line in self.tell(sql).splitlines()]


def same(one, other):
    """Numbers to twelve digits: the engines may add up fractions in another order."""
    numbers = (int, float, Decimal)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other


def difference(one, other):
    if len(one) != len(other):
        return f"{len(one)} rows and {len(other)}"
    for number, (left, right) in enumerate(zip(one, other)):
        if list(left) != list(right):
            return f"columns {list(left)} and {list(right)}"
        for name in left:
            if not same(left[name], right[name]):
                return f"row {number}, {name}: {left[name]!r} and {right[name]!r}"
    return None


def sql(name):
    return Path("queries", f"{name}.sql").read_text()


def has_rows(duck, click):
    for engine in (duck, click):
        [row] = engine.ask("SELECT COUNT(*) AS rows_there FROM stalls")
        assert row == {"rows_there": ROWS}, row


def agree(query, duck, click):
    one, other = (engine.ask(query.read_text()) for engine in (duck, click))
    assert len(one) > 1, f"only {len(one)} rows"
    assert difference(one, other) is None, difference(one, other)


def finds_the_change(duck):
    """From the middle on a fifth of all stalls is the interconnect's alone: that has to be found, and nothing of the device."""
    rows = {row["zone"]: row for row in duck.ask(sql("before_after"))}
    assert rows["interconnect"]["share_difference_low"] > 0.05, rows["interconnect"]
    assert rows["device"]["share_difference_high"] < 0, rows["device"]
    for row in rows.values():
        assert row["share_difference_low"] < row["share_difference"] < row["share_difference_high"], row


def says_what_stats_says(engine, stats):
    def told(name, columns, members):
        asked = [[row[column] for column in columns] for row in engine.ask(sql(name))]
        counted = [[of[member] or "" if member == "host" else of[member] for member in members] for of in stats[f"by_{name[:-1]}"]]
        return sorted(asked), sorted(counted)

    zone_columns = ["zone", "possible_stalls", "alone_stalls", "ruled_out_stalls", "direct_total_us", "believed_total_us"]
    asked, counted = told("zones", zone_columns, ["zone", "possible", "alone", "cleared", "direct_us", "believed_us"])
    assert asked == counted, (asked, counted)
    asked, counted = told("causes", ["cause", "stall_count", "stalled_us"], ["cause", "stalls", "duration_us"])
    assert asked == counted, (asked, counted)
    asked, counted = told("hosts", ["server", "stall_count", "stalled_us"], ["host", "stalls", "duration_us"])
    assert asked == counted, (asked, counted)
    stats["by_hour"] = stats["by_hour_utc"]
    asked, counted = told("hours", ["hour_utc", "stall_count", "stalled_us"], ["hour", "stalls", "duration_us"])
    assert asked == counted, (asked, counted)


def csv_is_the_same(parquet, csv):
    """An empty field is nothing or an empty text: CSV can't tell."""
    names = [row["column_name"] for row in parquet.ask("DESCRIBE stalls")]
    as_text = ", ".join(f"COALESCE(CAST({name} AS VARCHAR), '') AS {name}" for name in names)
    query = f"SELECT {as_text} FROM stalls ORDER BY sha256"
    assert difference(parquet.ask(query), csv.ask(query)) is None, difference(parquet.ask(query), csv.ask(query))


def main():
    made_up, replay, csv, stats = sys.argv[1:]
    stats = json.loads(Path(stats).read_text())
    duck, click = DuckDb(made_up), ClickHouse(made_up)
    recorded = {"DuckDB": DuckDb(replay), "ClickHouse": ClickHouse(replay)}
    tests = [("a million rows are there", lambda: has_rows(duck, click))]
    for query in QUERIES:
        tests.append((f"{query.name}: both engines agree", lambda query=query: agree(query, duck, click)))
        tests.append((f"{query.name}: and over the recordings", lambda query=query: agree(query, *recorded.values())))
    tests.append(("before_after.sql finds the change that was made", lambda: finds_the_change(duck)))
    for name, engine in recorded.items():
        tests.append((f"{name} says what `whystall stats` says", lambda engine=engine: says_what_stats_says(engine, dict(stats))))
    tests.append(("CSV and Parquet are the same table", lambda: csv_is_the_same(recorded["DuckDB"], DuckDb(csv))))
    failed = 0
    for name, test in tests:
        try:
            test()
            print(f"ok   {name}", flush=True)
        except Exception as error:  # noqa: BLE001: one that breaks must not hide the others
            failed += 1
            print(f"FAIL {name}: {type(error).__name__} {str(error)[:2000]}", flush=True)
    sys.exit(1 if failed else 0)


main()
