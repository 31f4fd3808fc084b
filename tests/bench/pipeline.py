"""dlt as tuned as it can be for SQLite: its REST source, and primary keys and unique indexes."""

import os
from pathlib import Path
from typing import Any

_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "NORMALIZE__WORKERS": "1",
    # SQLite has one writer: more of them would only wait for each other, and then give up.
    "LOAD__WORKERS": "1",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "20000",
    "DATA_WRITER__FILE_MAX_ITEMS": "100000",
}


def pipeline(folder: Path) -> Any:
    """A pipeline that keeps everything in ``folder``."""
    os.environ.update({**_SETTINGS, "DLT_DATA_DIR": str(folder / "dlt")})
    import dlt

    database = f"sqlite:///{folder / 'rows.db'}"
    keyed = {"create_primary_keys": True, "create_unique_indexes": True}
    destination = dlt.destinations.sqlalchemy(database, **keyed)
    home = str(folder / "dlt")
    return dlt.pipeline("bench", destination=destination, dataset_name="main", pipelines_dir=home)


def source(address: str, since: str | None = None) -> Any:
    """The ERP's records, all of them or those that changed."""
    from dlt.sources.rest_api import rest_api_source

    asked: dict[str, Any] = {"limit": 1000, **({"modified_since": since} if since else {})}
    paging = {"type": "cursor", "cursor_path": "next_cursor", "cursor_param": "cursor"}
    merging = {"disposition": "merge", "strategy": "delete-insert"}
    customers = {"path": "customers", "data_selector": "data", "params": asked}
    return rest_api_source(
        {
            "client": {"base_url": f"http://{address}/", "paginator": paging},
            "resource_defaults": {"primary_key": "key", "write_disposition": merging},
            "resources": [{"name": "customers", "endpoint": customers}],
        }
    )
