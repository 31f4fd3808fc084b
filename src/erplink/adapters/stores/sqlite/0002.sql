-- Staged imports and their rows, of which a row has what it takes to show it and the rest is in
-- documents; and how often an intent was put, changed or removed.
CREATE TABLE erplink_imports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (tenant, id)
);

CREATE TABLE erplink_staged (
    import INTEGER NOT NULL,
    position INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    key TEXT NOT NULL CHECK (instr(key, char(0)) = 0),
    document TEXT NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    checked INTEGER NOT NULL,
    answer TEXT NOT NULL,
    action TEXT NOT NULL,
    severity INTEGER NOT NULL,
    target TEXT NOT NULL,
    verdict TEXT NOT NULL,
    fate TEXT NOT NULL,
    fate_reason TEXT NOT NULL,
    entity TEXT NOT NULL,
    PRIMARY KEY (import, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX erplink_staged_key ON erplink_staged (import, actor_kind, key);
CREATE INDEX erplink_staged_title ON erplink_staged (import, folded, position);
CREATE INDEX erplink_staged_seen
    ON erplink_staged (import, action, severity, fate, checked, actor_kind, position);

CREATE TABLE erplink_moves (
    tenant TEXT NOT NULL PRIMARY KEY,
    moves INTEGER NOT NULL
) WITHOUT ROWID;
