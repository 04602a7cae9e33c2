"""`python3 dev explain`: the plan and the time of every statement, with few users and with many.

The command calls the API on a small database, as a user with much of everything (see `explain_traffic.py`), and reads
the statements with their parameters from Postgres' log. Then it fills a database of each size and explains each
statement there with these parameters: `fill` gives the same ids to the first users of every size. (`auto_explain` would
log the plans at once, but this clone's Postgres does not contain it.) A statement that reads a whole table, or far more
rows than its page has, fails the command.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import clone
import database
import emulator
import explain_traffic
import fill
import leftovers
from output import Failure, say, step
from postgres import NO_LIMITS, Cluster, log_entries

# Statements that no call of the traffic reaches, each with the reason. Their plan is still checked, without parameters.
UNREACHED: dict[str, str] = {
    "summarised_conversation::save_summary": "only a real model writes summaries",
    "post_message::save_progress": "only during a long reply",
    "post_message::refund_reply": "only when the user is merged during a reply",
    "generations::outcome": "only when concurrent calls have just used the quota up",
    "shared_texts::link_definition_to_user": "no function calls it",
    "shared_texts::link_insight_to_user": "no function calls it",
    "users::get_user_by_anonymous_id": "no function calls it",
}

# A page of 50 with the rows that belong to it has fewer rows: a statement that reads more discards most of them.
PAGE_ROWS = 500

# With fewer users, reading a whole table may be fastest.
JUDGED_FROM = 100_000

# A statement may read this many rows from the end of an index: a batch of `cleanup`.
BATCH = 1000

# Each call is explained this often; the fastest counts.
RUNS = 3

# Calls of a statement with different parameters that are explained.
CALLS = 5

# The plan for these parameters, and the plan for any, to which Postgres changes after some calls.
MODES = ("force_custom_plan", "force_generic_plan")

LOGGING = {"log_statement": "all", "log_parameter_max_length": "-1", "log_line_prefix": "%m [%p] <%a> "}
_STATEMENT = re.compile(r"<verse> LOG:  execute [^:]*: (?P<sql>.*)$", re.DOTALL)
_PARAMETERS = re.compile(r"<verse> DETAIL:  Parameters: (?P<values>.*)$", re.IGNORECASE | re.DOTALL)
# In the sources: the name of a function, or the text of a statement.
_SOURCE = re.compile(
    r'\bfn (?P<function>\w+)|query\w*!\(\s*(?:\w+,\s*)?(?:r#"(?P<raw>.*?)"#|"(?P<text>(?:[^"\\]|\\.)*)")', re.DOTALL
)
_VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')")


@dataclass
class Measure:
    """The worst of all calls of a statement on one database."""

    calls: int = 0
    error: str = ""
    time: float = 0.0
    rows: int = 0
    scans: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def add(self, time: float, plan: dict[str, Any]) -> None:
        self.calls += 1
        self.time = max(self.time, time)
        one = Measure()
        one.read(plan)
        self.rows = max(self.rows, one.rows)
        self.scans = list(dict.fromkeys(self.scans + one.scans))
        self.whole = list(dict.fromkeys(self.whole + one.whole))

    def read(self, node: dict[str, Any]) -> None:
        kind, table, loops = node["Node Type"], node.get("Relation Name"), node.get("Actual Loops", 0)
        if kind == "Seq Scan":
            self.whole.append(table or "?")
        elif "Index Name" in node:
            is_whole = "Index Cond" not in node and loops and node["Actual Rows"] > BATCH
            (self.whole if is_whole else self.scans).append(node["Index Name"])
        elif kind == "Tid Scan":
            self.scans.append(f"{table} by ctid")
        # The rows of a bitmap are counted in the scan of its table.
        if kind.endswith("Scan") and kind != "Bitmap Index Scan" and table and loops:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            self.rows += round((node["Actual Rows"] + removed) * loops)
        for child in node.get("Plans", []):
            self.read(child)


def command(arguments: list[str]) -> int:
    """Measures all statements at each size, and prints a table; returns 1 if one reads a whole table."""
    parser = argparse.ArgumentParser(prog="python3 dev explain", description="The plan and time of every statement.")
    parser.add_argument("--users", default="1000,1000000", help="the sizes, separated by commas (1000,1000000)")
    parser.add_argument("--only", default="", help="print only statements with this text in their name")
    options = parser.parse_args(arguments)
    if database.given():
        raise Failure("`explain` reads the log of a Postgres of its own: unset DATABASE_URL.")
    sizes = sorted(int(size) for size in options.users.split(","))
    names = {sql: name for sql, name in statements().items() if options.only in name}
    if not names:
        raise Failure("There is no such statement in .sqlx: `make prepare` writes it.")
    results = []
    with database.temporary({**LOGGING, **NO_LIMITS}) as cluster:
        calls = recorded(cluster)
        for size in sizes:
            say(f"\n  {size:,} users, {10 * size:,} messages")
            with filled(cluster, size) as url, step(f"{len(names)} statements", long=True):
                results.append({name: measured(url, sql, calls.get(sql, [])) for sql, name in names.items()})
    return report(sizes, results)


@contextmanager
def filled(cluster: Cluster, users: int) -> Iterator[str]:
    """The address of a database with so many users, which is removed at the end."""
    with database.migrated(cluster.url("postgres"), "verse_explain") as url:
        # Parameters would fill the log: they are recorded from the functions alone.
        database.query(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET log_statement = none")
        fill.fill(url, users, 10 * users)
        yield url


def recorded(cluster: Cluster) -> dict[str, list[str]]:
    """The parameters of some calls of each statement that the API ran on a small database."""
    with filled(cluster, explain_traffic.USERS) as url, explain_traffic.model() as settings:
        with step("building the functions", "built the functions", long=True):
            emulator.build(emulator.variables(url))
        database.query(url, f"ALTER DATABASE {url.rpartition('/')[2]} RESET log_statement")
        with leftovers.temporary(Path(tempfile.mkdtemp(prefix="verse-explain-"))) as folder:
            # The server answers nothing but embeddings: with `openai` each call of the model fails.
            for run, provider in ((explain_traffic.run_without_model, "openai"), (explain_traffic.run, "library")):
                env = {**emulator.variables(url), **settings, "AI_PROVIDER": provider}
                with step("calling the API"), emulator.temporary(env, folder / "watch.log", migrate=False) as service:
                    run(service, url)
    calls: dict[str, list[str]] = {}
    with cluster.log.open(errors="replace") as log:
        for sql, values in executions(log):
            known = calls.setdefault(sql, [])
            if values not in known and len(known) < CALLS:
                known.append(values)
    return calls


def executions(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The functions' statements in a server's log, each with its parameters as a list of SQL literals."""
    sql = ""
    for entry in log_entries(lines):
        statement, parameters = _STATEMENT.search(entry), _PARAMETERS.search(entry)
        if sql:
            # The parameters are the next entry, if there are any.
            values = parameters["values"].replace("\n\t", "\n") if parameters else ""
            yield sql, ", ".join(_VALUE.findall(values))
        sql = statement["sql"].replace("\n\t", "\n") if statement else ""


def measured(url: str, sql: str, calls: list[str]) -> Measure:
    """Explains the calls of a statement and rolls them back. Without a call, the statement is only planned."""
    measure = Measure()
    if not calls:
        measure.error = "it could not be planned"
        for _, plan in _explained(url, f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {sql};", measure):
            measure.error = ""
            measure.read(plan)
        return measure
    script = ""
    for mode in MODES:
        script += f"SET plan_cache_mode = {mode};\nPREPARE s AS {sql};\n"
        for values in calls:
            call = f"s({values})" if values else "s"
            explain = f"BEGIN;\nEXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {call};\n"
            error = "\\if :ERROR\n\\echo ERROR :LAST_ERROR_MESSAGE\n\\endif\n\\echo ;;\nROLLBACK;\n"
            script += (explain + error) * RUNS
        script += "DEALLOCATE s;\n"
    for time, plan in _explained(url, script, measure):
        measure.add(time, plan)
    return measure


def _explained(url: str, script: str, measure: Measure) -> Iterator[tuple[float, dict[str, Any]]]:
    """Milliseconds and plan of each call; the fastest of its runs. Notes an error in the measure."""
    outputs = database.rows_of_script(url, script).split(";;")
    for at in range(0, len(outputs), RUNS):
        plans = []
        for output in outputs[at : at + RUNS]:
            if "ERROR" in output:
                measure.error = output.strip()[:100]
            elif output.strip():
                plans.append(json.loads(output)[0])
        if plans:
            best = min(plans, key=lambda plan: float(plan.get("Execution Time", 0)))
            yield best.get("Execution Time", 0.0), best["Plan"]


def statements() -> dict[str, str]:
    """The name `module::function` of every prepared statement, by its SQL, in the order of the sources.

    Several statements in one function are numbered.
    """
    prepared = [json.loads(path.read_text())["query"] for path in (clone.ROOT / ".sqlx").glob("query-*.json")]
    unnamed = {" ".join(sql.split()): sql for sql in prepared}
    named: dict[str, str] = {}
    for path in sorted((clone.ROOT / "shared/data/src").rglob("*.rs")):
        for found in _SOURCE.finditer(path.read_text()):
            if found["function"]:
                function, count = f"{path.stem}::{found['function']}", 0
                continue
            text = found["raw"] or re.sub(r'\\(["\n])', r"\1", found["text"])
            if sql := unnamed.pop(" ".join(text.split()), None):
                count += 1
                named[sql] = f"{function} ({count})" if count > 1 else function
    return named | {sql: f"?::{start[:40]}" for start, sql in unnamed.items()}


def report(sizes: list[int], results: list[dict[str, Measure]]) -> int:
    """Prints the table; returns 1 if a statement reads too much, or was not called and is not in `UNREACHED`."""
    heads = "".join(f"{size:>12,}" for size in sizes)
    say(f"\n  {'milliseconds, by users':<46}{heads}{'rows read':>12}  by")
    is_judged = sizes[-1] >= JUDGED_FROM
    paged = {name for sql, name in statements().items() if "LIMIT $" in sql and not name.startswith("retention::")}
    bad, uncalled = [], []
    for name, last in results[-1].items():
        times = "".join(f"{result[name].time:>12.3f}" for result in results)
        by = ", ".join(last.scans) or "-"
        is_wasteful = name in paged and last.rows > PAGE_ROWS
        if last.whole:
            by = f"ALL OF {', '.join(last.whole)}; {by}"
        elif is_wasteful:
            by = f"TOO MANY FOR A PAGE: {by}"
        elif last.error:
            by = f"{last.error}; {by}"
        elif not last.calls:
            by = f"not called: {UNREACHED.get(name, 'ADD A CALL TO dev/explain_traffic.py')}"
        # A small database lacks the rows that the calls made: a foreign key fails there.
        if is_judged and (last.whole or is_wasteful or (last.error and not last.calls)):
            bad.append(name)
        elif not last.calls and not last.error and name not in UNREACHED:
            uncalled.append(name)
        say(f"  {name:<46}{times}{last.rows:>12,}  {by}")
    if bad:
        say(f"\n  {len(bad)} read a whole table or too many rows, or failed: {', '.join(bad)}")
    if uncalled:
        say(f"\n  {len(uncalled)} were not called: {', '.join(uncalled)}")
    if not is_judged:
        say(f"\n  no verdict: with fewer than {JUDGED_FROM:,} users, reading a whole table may be right")
    return 1 if bad or uncalled else 0
