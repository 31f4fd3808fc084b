"""The demo tells what really happens, and leaves what it says behind."""

import subprocess
import sys

from erplink.demo import telling


def told(folder):
    lines = []
    well = telling.tell(folder, show=lines.append)
    return well, "\n".join(lines)


def test_the_story_goes_well_and_its_figures_are_true(tmp_path):
    """Linked, synced, asked, imported and taken back: and in the end nothing is left to do."""
    well, text = told(tmp_path / "demo")

    assert well
    for line in (
        "name <> name",
        "3 certain, 0 likely, 0 ambiguous, 0 none",
        "1 questions open",
        "Ropes & Knots new: name: UNSET",
        "created=1",
        "1 reversed, 0 kept, 0 impossible",
        "written: nothing",
    ):
        assert line in text


def test_the_databases_the_workbook_and_a_report_are_left(tmp_path):
    """The report stands alone, and shows every part with its answer, escaped."""
    told(tmp_path)
    report = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert {"crm.db", "erp.xlsx", "erplink.db", "report.html"} <= {
        each.name for each in tmp_path.iterdir()
    }
    assert all(part.title in report for part in telling.parts())
    assert "Ropes &amp; Knots" in report
    assert not {"<script", "http://", "https://", "src="} & set(report.split())


def test_a_part_that_fails_ends_the_story_and_is_told(tmp_path, monkeypatch):
    """Nobody is told that all went well where it did not."""
    broken = [telling.Part("First", "print('so far')"), telling.Part("Second", "1 / 0")]
    monkeypatch.setattr(telling, "parts", lambda: iter([*broken, telling.Part("Third", "3")]))
    well, text = told(tmp_path)

    assert not well
    assert "so far" in text
    assert "ZeroDivisionError" in text
    assert "Third" not in text
    assert "It stopped at the last part" in text


def demo(*arguments):
    command = [sys.executable, "-c", "from erplink.cli import main; main()", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_ends_well_and_refuses_a_folder_with_something_in_it(tmp_path):
    """The exit code tells the truth, and nothing of anybody's is overwritten."""
    first = demo(str(tmp_path / "new"))
    again = demo(str(tmp_path / "new"))

    assert 0 == first.returncode, first.stderr
    assert "All of it went well" in first.stdout
    assert 1 == again.returncode
    assert "is not empty: name a new folder" in again.stderr
