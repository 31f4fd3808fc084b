"""erplink: an import of everything, staged, previewed and run."""

import tempfile
from pathlib import Path

from clock import Clock
from contract import Job, Outcome
from imports import Imported, held
from server import serving
from systems import ERP, HTTP, PagedSession

from erplink.adapters.context import make_context


def run(job: Job, clock: Clock) -> Outcome:
    """Import all that the ERP has into an empty CRM."""
    with tempfile.TemporaryDirectory(dir=job.data) as scratch, serving(job.data) as address:
        folder = Path(scratch)
        with clock:
            erp = PagedSession(f"http://{address}/", make_context(ERP, {}, http=HTTP()))
            imported = Imported(folder, erp, link=True)
            imported.run()
        imported.check(linked=job.n, written=job.n)
        imported.close()
        return held(folder / "crm.db")
