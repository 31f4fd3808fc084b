"""The benchmark entry runs, tells what it should, and never lets a wrong answer pass as a fast one.

Nothing here looks at seconds.
"""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

RUN = Path(__file__).with_name("run.py")


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUN), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def told(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def w5() -> Any:
    done = bench("W5", "--n", 2000, "--runs", 2, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return told(done)


def test_w5_measures_erplink_the_floors_and_the_naive_loop_as_often_as_asked(w5: Any) -> None:
    """What needs no installing is always there, each run by run."""
    always = {"erplink", "floor-tuple", "floor-dict", "naive"}
    assert always <= w5["implementations"].keys()
    assert {len(each["measured_seconds"]) for each in w5["implementations"].values()} == {2}


def test_w5_tells_seconds_rates_memory_and_ratios(w5: Any) -> None:
    """The one object holds what a reader wants to quote."""
    ours = w5["implementations"]["erplink"]
    assert (w5["workload"], w5["n"], w5["runs"]) == ("W5", 2000, 2)
    assert w5["erplink_seconds"] == ours["seconds"] > 0
    assert w5["records_per_second"] == ours["records_per_second"] > 0
    assert w5["peak_mb"] > w5["growth_mb"] >= 0
    assert {"erplink/floor-tuple", "naive/erplink"} <= w5["ratios"].keys()
    assert {target["ratio"] for target in w5["targets"]} == {
        "erplink/floor-tuple",
        "jsonpatch/erplink",
    }


def test_w5_comes_to_the_same_decisions_whoever_merges(w5: Any) -> None:
    """Two percent of the rows moved, two in a thousand in conflict, and all say so."""
    whole = [each for each in w5["implementations"].values() if each["measured_n"] == 2000]
    assert w5["agree"] is True
    assert w5["complaints"] == []
    assert {each["outcome"]["touched"] for each in whole} == {40}
    assert {each["outcome"]["decisions"]["conflict"] for each in whole} == {4}
    assert len({each["outcome"]["checksum"] for each in whole}) == 1


def test_a_peer_is_measured_or_not_installed(w5: Any) -> None:
    """A missing peer is told, and is no error."""
    peers = {"jsonpatch", "dictdiffer", "deepdiff"}
    assert peers == peers & (w5["implementations"].keys() | set(w5["not_installed"]))


def test_the_guard_is_measured_beside_the_session_it_guards() -> None:
    """Both read the same records on the same pages, and the ratio of the two has a target."""
    done = bench("GUARD", "--n", 2500, "--runs", 1, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    summary = told(done)
    outcomes = [each["outcome"] for each in summary["implementations"].values()]
    assert {"guarded", "plain"} == summary["implementations"].keys()
    assert [(3, 2500)] * 2 == [(each["pages"], each["records"]) for each in outcomes]
    assert [1.1] == [target["at_most"] for target in summary["targets"]]
    assert summary["targets"][0]["value"] == summary["ratios"]["guarded/plain"]


SLOW_PEERS = {
    "W1": "erplink,floor-httpx",
    "W2": "erplink,erplink-stdlib,floor-httpx",
    "W4": "erplink,erplink-preview,floor-dict,floor-indexed,polars",
}


@pytest.mark.parametrize("workload", ["W1", "W2", "W3", "W4", "W6", "W6FAR", "IDLE"])
def test_the_engine_comes_to_what_its_floors_come_to(workload: str) -> None:
    """Whoever is installed comes to the same end, and erplink is measured with and without speed.

    Peers whose runs are long are left out: none of them is erplink's.
    """
    chosen = ("--impl", SLOW_PEERS[workload]) if workload in SLOW_PEERS else ()
    done = bench(workload, "--n", 1000, "--runs", 1, "--json", *chosen)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = told(done)
    assert [] == summary["complaints"]
    assert summary["peak_mb"] > 0
    assert summary["ratios"].keys() == summary["cpu_ratios"].keys()


def test_the_list_names_workloads_implementations_and_targets() -> None:
    """--list tells what there is without running any of it."""
    done = bench("--list")
    assert done.returncode == 0
    assert "W5: " in done.stdout
    assert "  floor-tuple " in done.stdout
    assert "target: jsonpatch/erplink at least 40" in done.stdout


def test_the_table_tells_a_person_the_same() -> None:
    """Without --json it prints rows, ratios and targets."""
    done = bench("w5", "--n", 1000, "--runs", 1, "--impl", "erplink,floor-tuple")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "records/s" in done.stdout
    assert "erplink/floor-tuple" in done.stdout
    assert "target: jsonpatch/erplink at least 40: not measured" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["W99"], "name a workload: "),
        (["W5", "--impl", "nobody"], "has no implementation 'nobody', but erplink, "),
        (["W5", "--n", 10], "at least 1000"),
        (["W5", "--runs", 0], "at least 1"),
    ],
)
def test_a_wrong_argument_names_what_would_be_right(arguments: list[object], remedy: str) -> None:
    """The exit code is that of wrong usage, and the message helps."""
    done = bench(*arguments)
    assert done.returncode == 2
    assert remedy in done.stderr


WORKLOAD = """
    import json
    from pathlib import Path
    from contract import Implementation, Target, Workload

    def prepare(n):
        folder = Path(__file__).parent / f"data-{n}"
        (folder / "state").mkdir(parents=True, exist_ok=True)
        (folder / "state" / "rows").write_text("as prepared")
        (folder / "expected.json").write_text(json.dumps({"rows": n}))
        return folder

    WORKLOAD = Workload(
        "TOY", "Count the records.", prepare,
        (
            Implementation("erplink", "erplink", "Counts."),
            Implementation("other-one", "peer", "Counts, too.", ("json",), one_in=2),
            Implementation("absent", "peer", "Is missing.", ("no_such_module",)),
        ),
        (Target("other-one/erplink", at_least=0),),
    )
"""

COUNTS = """
    def run(job, clock):
        rows = job.state / "rows"
        assert rows.read_text() == "as prepared"
        with clock:
            rows.write_text("spoilt")
            sum(range(job.n))
        print("some noise")
        return {"rows": job.n}
"""

MISCOUNTS = """
    def run(job, clock):
        with clock:
            sum(range(job.n))
        return {"rows": job.n - 1}
"""

FAILS = """
    def run(job, clock):
        raise ValueError("no such luck")
"""

HANGS = """
    import time

    def run(job, clock):
        time.sleep(60)
"""


def toy(folder: Path, other_one: str) -> list[object]:
    """The arguments that run a workload with a peer of this source."""
    package = folder / "toy"
    package.mkdir()
    (package / "__init__.py").write_text(dedent(WORKLOAD))
    (package / "erplink.py").write_text(dedent(COUNTS))
    (package / "other_one.py").write_text(dedent(other_one))
    return ["TOY", "--workloads", folder, "--n", 4000, "--runs", 2, "--json"]


def test_every_run_has_a_state_of_its_own_and_a_slow_one_measures_less(tmp_path: Path) -> None:
    """A spoilt state is gone with its run; the seconds of fewer records are scaled to all."""
    done = bench(*toy(tmp_path, COUNTS))
    summary = told(done)
    assert done.returncode == 0, done.stdout + done.stderr
    other = summary["implementations"]["other-one"]
    assert other["measured_n"] == 2000
    assert other["seconds"] == pytest.approx(2 * sum(other["measured_seconds"]) / 2, abs=2e-6)
    assert summary["targets"][0]["met"] is True
    assert summary["not_installed"] == ["absent"]
    assert [path.name for path in (tmp_path / "toy").glob("tmp*")] == []


@pytest.mark.parametrize(
    ("other_one", "complaint"),
    [
        (MISCOUNTS, "other-one came to {'rows': 1999}, not to {'rows': 2000}"),
        (FAILS, "other-one failed: ValueError: no such luck (exit code 1)"),
    ],
)
def test_who_disagrees_or_fails_is_told_and_the_exit_code_is_one(
    tmp_path: Path, other_one: str, complaint: str
) -> None:
    """A wrong answer is no result, however fast; the others are still told."""
    done = bench(*toy(tmp_path, other_one))
    summary = told(done)
    assert done.returncode == 1
    assert summary["agree"] is False
    assert summary["complaints"] == [complaint]
    assert "erplink" in summary["implementations"]


def test_a_run_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """The limit is told, and is a failure."""
    done = bench(*toy(tmp_path, HANGS), "--timeout", 2)
    assert done.returncode == 1
    assert told(done)["complaints"] == ["other-one failed: not done after 2 seconds"]
