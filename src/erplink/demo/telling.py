"""Telling: carries the story out part by part, and shows each beside what it really answered."""

import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stdout
from html import escape
from importlib.resources import files
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

from attrs import frozen

__all__ = ["Part", "parts", "tell"]

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>erplink: the demo</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }}
pre {{ padding: .8rem 1rem; overflow-x: auto; border-radius: .4rem; margin: .4rem 0 }}
.calls {{ background: #f2f4f8 }} .answer {{ background: #10243e; color: #e8f0fb }}
.failed {{ background: #5b1020; color: #fff }}
</style>
<h1>erplink: the demo</h1>
{body}
</html>
"""


@frozen
class Part:
    """One part of the story: its title, what is done, and what came of it."""

    title: str
    calls: str
    answer: str = ""
    failed: bool = False


def parts() -> Iterator[Part]:
    """The parts of the story, before they are carried out."""
    story = (files("erplink.demo") / "story.py").read_text(encoding="utf-8")
    for chunk in story.split("\n# %% ")[1:]:
        title, _, calls = chunk.partition("\n")
        yield Part(title, calls.strip())


def tell(folder: Path | None = None, *, show: Callable[[str], None] = print) -> bool:
    """Carry the story out in a new folder and show it; whether all of it went well.

    The CRM's database, the workbook and a report stay there, to be looked at.
    """
    folder = Path(tempfile.mkdtemp(prefix="erplink-demo-")) if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    begun, told = perf_counter(), []
    names: dict[str, Any] = {"__name__": "story"}
    with chdir(folder):
        for part in parts():
            told.append(_carried_out(part, names))
            show(_as_text(told[-1]))
            if told[-1].failed:
                break
    report = folder / "report.html"
    report.write_text(_PAGE.format(body="\n".join(map(_as_html, told))), encoding="utf-8")
    well = not told[-1].failed
    show(_summary(folder, perf_counter() - begun, well=well))
    return well


def _carried_out(part: Part, names: dict[str, Any]) -> Part:
    heard = StringIO()
    try:
        with redirect_stdout(heard):
            exec(compile(part.calls, part.title, "exec"), names)  # noqa: S102 - the story is ours
    except Exception:  # noqa: BLE001 - whatever it was, it is told
        return Part(part.title, part.calls, heard.getvalue() + traceback.format_exc(), failed=True)
    return Part(part.title, part.calls, heard.getvalue())


def _as_text(part: Part) -> str:
    calls = "\n".join(f"    {line}".rstrip() for line in part.calls.splitlines())
    return f"\n== {part.title}\n\n{calls}\n\n{part.answer.rstrip()}"


def _as_html(part: Part) -> str:
    answer = "answer failed" if part.failed else "answer"
    return (
        f"<h2>{escape(part.title)}</h2>\n"
        f'<pre class="calls">{escape(part.calls)}</pre>\n'
        f'<pre class="{answer}">{escape(part.answer.rstrip())}</pre>'
    )


def _summary(folder: Path, seconds: float, *, well: bool) -> str:
    outcome = "All of it went well" if well else "It stopped at the last part"
    return (
        f"\n{outcome}, in {seconds:.1f} s. What is left to look at:\n"
        f"  {folder / 'crm.db'}       the CRM: any SQLite browser\n"
        f"  {folder / 'erp.xlsx'}     the ERP: any spreadsheet program\n"
        f"  {folder / 'erplink.db'}   what erplink remembers\n"
        f"  {folder / 'report.html'}  this story: any browser"
    )
