"""naive: requests without a session, ORM objects, and a commit for each record."""

import json
from pathlib import Path
from typing import Any

import requests
from clock import Clock
from contract import Job, Outcome
from floors import naively
from server import serving
from sqlalchemy import JSON, Boolean, Column, Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session
from world import COLUMNS, FIELDS, T0

from w6.floor_httpx import told


class Base(DeclarativeBase):
    """What the tables have in common."""


_TYPES: dict[str, Any] = {"payment_terms": Integer, "credit_limit": Integer, "active": Boolean}
_COLUMNS = {key: Column(_TYPES.get(key, String)) for key in COLUMNS[1:]}
Partner: Any = type(
    "Partner",
    (Base,),
    {"__tablename__": "partners", "id": Column(Integer, primary_key=True), **_COLUMNS},
)


class Link(Base):
    """A link and its base."""

    __tablename__ = "link"
    key: Any = Column(String, primary_key=True)
    crm_id: Any = Column(Integer)
    base: Any = Column(JSON)


def run(job: Job, clock: Clock) -> Outcome:
    """Do the pass record by record."""
    assert job.state is not None
    with serving(job.data) as address:
        with clock:
            keys = _synced(job.state, address)
        return told(job.state, keys, address)


def _synced(state: Path, address: str) -> list[str]:
    erp = {row["key"]: row for rows in naively(address, T0) for row in rows}
    crm_engine = create_engine(f"sqlite:///{state / 'crm.db'}")
    link_engine = create_engine(f"sqlite:///{state / 'links.db'}")
    done: list[str] = []
    with Session(crm_engine) as crm, Session(link_engine) as links:
        edited = crm.scalars(select(Partner.id).where(Partner.last_modified >= T0)).all()
        keys = {links.scalars(select(Link).where(Link.crm_id == each)).one().key for each in edited}
        for key in sorted(keys | set(erp)):
            link = links.get(Link, key)
            assert link is not None
            partner = crm.get(Partner, link.crm_id)
            base = dict(zip(COLUMNS, link.base, strict=True))
            row, tell_crm, tell_erp = _merged(base, erp.get(key, base), partner)
            if tell_erp:
                url = f"http://{address}/customers/{key}"
                requests.put(url, data=json.dumps(row), timeout=60).raise_for_status()
            link.base = list(row.values())
            crm.commit()
            links.commit()
            if tell_crm:
                done.append(key)
    for each in (crm_engine, link_engine):
        each.dispose()
    return done


def _merged(base: dict[str, Any], erp: dict[str, Any], partner: Any) -> tuple[Any, bool, bool]:
    row, tell_crm, tell_erp = dict(base), False, False
    for key in FIELDS:
        was, theirs, ours = base[key], erp[key], getattr(partner, key)
        if theirs == ours:
            row[key] = theirs
        elif theirs == was:
            row[key], tell_erp = ours, True
        else:
            setattr(partner, key, theirs)
            row[key], tell_crm = theirs, True
    return row, tell_crm, tell_erp
