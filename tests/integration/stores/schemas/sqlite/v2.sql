BEGIN TRANSACTION;
CREATE TABLE erplink_connections (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
INSERT INTO "erplink_connections" VALUES('of old','erp','{"id":"erp","name":"Our ERP","connector":"acme","configuration":{"url":"https://erp.example","password":{"secret":{"plain":"let-me-in-123"}}},"everyone":false,"users":["ann"],"groups":["sales"],"active":false,"description":""}',NULL);
INSERT INTO "erplink_connections" VALUES('of old','gone','{"id":"gone","name":"Our ERP","connector":"acme","configuration":{"url":"https://erp.example","password":{"secret":{"plain":"let-me-in-123"}}},"everyone":false,"users":["ann"],"groups":["sales"],"active":false,"description":""}',1769862615123456);
CREATE TABLE erplink_feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    side TEXT NOT NULL,
    state TEXT,
    UNIQUE (tenant, connection, actor_kind, side)
);
INSERT INTO "erplink_feeds" VALUES(1,'of old','erp','customer','erp','["c-1","","","",null,null]');
CREATE TABLE erplink_fingerprints (
    feed INTEGER NOT NULL,
    key TEXT NOT NULL CHECK (instr(key, char(0)) = 0),
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (feed, key)
) WITHOUT ROWID;
INSERT INTO "erplink_fingerprints" VALUES(1,'A',X'6F6E65');
CREATE TABLE erplink_held (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    run TEXT NOT NULL,
    record TEXT NOT NULL,
    document BLOB NOT NULL
);
INSERT INTO "erplink_held" VALUES(1,'of old','run-0','B',X'7B7D');
INSERT INTO "erplink_held" VALUES(2,'of old','run-1','A',X'7B7D');
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
INSERT INTO "erplink_history" VALUES(1,'of old','link','erp','customer','A','run-1','"ann"',1769862615123456,'[["name",["name"],"Ann","Anna",{"unset":true},[],"rank","it ranks",null,[]]]');
CREATE TABLE erplink_imports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (tenant, id)
);
INSERT INTO "erplink_imports" VALUES(1,'of old','import-1',1769862615123456,'{"connection":"erp","actor_kind":"customer","settings":"","source":"","principal":"","run":"","reason":"","state":"staged"}');
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
INSERT INTO "erplink_intents" VALUES('of old','A','run-1','erp','customer','erp/customer',1,1769862615123456,X'7B7D');
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
INSERT INTO "erplink_issues" VALUES('of old','issue-1','erp','customer','erp','A','field','A',1769862615123456,'["Which name is right?",{"crm":"Ann","erp":"ANN"}]');
CREATE TABLE erplink_leases (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    holder TEXT,
    fence INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
INSERT INTO "erplink_leases" VALUES('of old','lease','me',1,1769866215123456);
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
INSERT INTO "erplink_links" VALUES(1,'of old','erp','customer','A','company','E','active',1,NULL,'{"name":["Ann","ANN"],"city":"Oslo"}','');
INSERT INTO "erplink_links" VALUES(2,'of old','erp','customer','D','company','F','dead',1,1769862615123456,'{"name":["Ann","ANN"],"city":"Oslo"}','');
CREATE TABLE erplink_mappings (
    tenant TEXT NOT NULL,
    connection TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, connection, actor_kind)
) WITHOUT ROWID;
INSERT INTO "erplink_mappings" VALUES('of old','erp','customer','{"format":1,"connection":"erp","actor_kind":"customer","entity_kind":"company","version":1,"rules":[{"erp":"name","crm":"title","direction":"<>"}]}');
CREATE TABLE erplink_moves (
    tenant TEXT NOT NULL PRIMARY KEY,
    moves INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "erplink_moves" VALUES('of old',1);
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
INSERT INTO "erplink_pending" VALUES(1,'A',2,1769862615123456,1769862615123456,0,0,0,1,'["","",""]');
INSERT INTO "erplink_pending" VALUES(1,'P',2,1769862615123456,1769862615123456,0,0,1,1,'["","",""]');
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
INSERT INTO "erplink_runs" VALUES('of old','run-0','erp','customer','changes',2,'done',1769862615123456,1769862615123456,'["ann",""]',X'');
INSERT INTO "erplink_runs" VALUES('of old','run-1','erp','customer','changes',2,'running',1769862615123456,NULL,'["ann",""]',X'');
CREATE TABLE erplink_schema (number INTEGER NOT NULL);
INSERT INTO "erplink_schema" VALUES(2);
CREATE TABLE erplink_settings (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
INSERT INTO "erplink_settings" VALUES('of old','setting','{"on":true}');
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
INSERT INTO "erplink_staged" VALUES(1,1,'customer','A','[{"name":"A"},"",null]','A','a',1,'','changed',2,'E','["changed","the same name","E",[["name",{"unset":true},"A"]],[[2,"too long","cut it"]],["E","F"],0]','failed','no name','');
INSERT INTO "erplink_staged" VALUES(1,2,'customer','B','[{"name":"B"},"",null]','B','b',1,'','changed',2,'E','["changed","the same name","E",[["name",{"unset":true},"A"]],[[2,"too long","cut it"]],["E","F"],0]','','','');
INSERT INTO "erplink_staged" VALUES(1,3,'customer','C','[{"name":"C"},"",null]','C','c',1,'','',0,'','','','','');
CREATE UNIQUE INDEX erplink_links_living_actor
    ON erplink_links (tenant, connection, actor_kind, actor_key) WHERE status <> 'dead';
CREATE UNIQUE INDEX erplink_links_living_entity
    ON erplink_links (tenant, entity_kind, entity_key, connection) WHERE status <> 'dead';
CREATE INDEX erplink_links_dead
    ON erplink_links (tenant, connection, actor_kind, actor_key) WHERE status = 'dead';
CREATE INDEX erplink_pending_urgent ON erplink_pending (feed, lane, since, key) WHERE parked = 0;
CREATE INDEX erplink_pending_due ON erplink_pending (feed, due) WHERE parked = 0;
CREATE INDEX erplink_pending_parked ON erplink_pending (feed, key) WHERE parked = 1;
CREATE INDEX erplink_issues_record ON erplink_issues (tenant, record);
CREATE INDEX erplink_issues_connection ON erplink_issues (tenant, connection, id);
CREATE INDEX erplink_runs_connection ON erplink_runs (tenant, connection, started, id);
CREATE INDEX erplink_held_run ON erplink_held (tenant, run, position);
CREATE INDEX erplink_history_link ON erplink_history (tenant, link, at);
CREATE INDEX erplink_history_record ON erplink_history (tenant, system, kind, key, at);
CREATE INDEX erplink_history_run ON erplink_history (tenant, run, position);
CREATE UNIQUE INDEX erplink_staged_key ON erplink_staged (import, actor_kind, key);
CREATE INDEX erplink_staged_title ON erplink_staged (import, folded, position);
CREATE INDEX erplink_staged_seen
    ON erplink_staged (import, action, severity, fate, checked, actor_kind, position);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('erplink_links',2);
INSERT INTO "sqlite_sequence" VALUES('erplink_feeds',1);
INSERT INTO "sqlite_sequence" VALUES('erplink_held',2);
INSERT INTO "sqlite_sequence" VALUES('erplink_history',1);
INSERT INTO "sqlite_sequence" VALUES('erplink_imports',1);
COMMIT;
