-- The first schema. Moments are microseconds since 1970 in UTC; documents are JSON or opaque bytes.
-- What is looked up by lists holds no NUL, at which json_each would cut it.
CREATE TABLE erplink_connections (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE erplink_mappings (
    tenant TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, connection, actor_kind)
) WITHOUT ROWID;

CREATE TABLE erplink_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_key TEXT NOT NULL CHECK (instr(actor_key, char(0)) = 0),
    entity_kind TEXT NOT NULL,
    entity_key TEXT NOT NULL CHECK (instr(entity_key, char(0)) = 0),
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    since INTEGER,
    base TEXT NOT NULL,
    extra TEXT NOT NULL
);
CREATE UNIQUE INDEX erplink_links_living_actor
    ON erplink_links (tenant, connection, actor_kind, actor_key) WHERE status <> 'dead';
CREATE UNIQUE INDEX erplink_links_living_entity
    ON erplink_links (tenant, entity_kind, entity_key, connection) WHERE status <> 'dead';
CREATE INDEX erplink_links_dead
    ON erplink_links (tenant, connection, actor_kind, actor_key) WHERE status = 'dead';

CREATE TABLE erplink_feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    side TEXT NOT NULL,
    state TEXT,
    UNIQUE (tenant, connection, actor_kind, side)
);

CREATE TABLE erplink_fingerprints (
    feed INTEGER NOT NULL,
    key TEXT NOT NULL CHECK (instr(key, char(0)) = 0),
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (feed, key)
) WITHOUT ROWID;

CREATE TABLE erplink_pending (
    feed INTEGER NOT NULL,
    key TEXT NOT NULL CHECK (instr(key, char(0)) = 0),
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    parked INTEGER NOT NULL,
    marked INTEGER NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (feed, key)
) WITHOUT ROWID;
CREATE INDEX erplink_pending_urgent ON erplink_pending (feed, lane, since, key) WHERE parked = 0;
CREATE INDEX erplink_pending_due ON erplink_pending (feed, due) WHERE parked = 0;
CREATE INDEX erplink_pending_parked ON erplink_pending (feed, key) WHERE parked = 1;

CREATE TABLE erplink_intents (
    tenant TEXT NOT NULL,
    record TEXT NOT NULL CHECK (instr(record, char(0)) = 0),
    run TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    lease TEXT NOT NULL,
    fence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (tenant, record)
) WITHOUT ROWID;

CREATE TABLE erplink_issues (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL CHECK (instr(id, char(0)) = 0),
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    side TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX erplink_issues_record ON erplink_issues (tenant, record);
CREATE INDEX erplink_issues_connection ON erplink_issues (tenant, connection, id);

CREATE TABLE erplink_runs (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    lane INTEGER NOT NULL,
    state TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    told TEXT NOT NULL,
    report BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX erplink_runs_connection ON erplink_runs (tenant, connection, started, id);

CREATE TABLE erplink_held (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    run TEXT NOT NULL,
    record TEXT NOT NULL,
    document BLOB NOT NULL
);
CREATE INDEX erplink_held_run ON erplink_held (tenant, run, position);

CREATE TABLE erplink_history (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    link TEXT NOT NULL,
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    run TEXT NOT NULL,
    principal TEXT NOT NULL,
    at INTEGER NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX erplink_history_link ON erplink_history (tenant, link, at);
CREATE INDEX erplink_history_record ON erplink_history (tenant, system, kind, key, at);
CREATE INDEX erplink_history_run ON erplink_history (tenant, run, position);

CREATE TABLE erplink_leases (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    holder TEXT,
    fence INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;

CREATE TABLE erplink_settings (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
