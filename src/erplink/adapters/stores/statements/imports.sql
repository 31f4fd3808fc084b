-- name: import_put
INSERT INTO erplink_imports (tenant, id, created, document)
VALUES (:tenant, :id, :created, :document)
ON CONFLICT (tenant, id) DO UPDATE SET document = excluded.document

-- name: import_get
SELECT id, created, document FROM erplink_imports WHERE tenant = :tenant AND id = :id

-- name: imports_all
SELECT id, created, document FROM erplink_imports WHERE tenant = :tenant
ORDER BY created DESC, id DESC

-- name: import_number
SELECT number FROM erplink_imports WHERE tenant = :tenant AND id = :id

-- name: import_remove
DELETE FROM erplink_imports WHERE tenant = :tenant AND id = :id

-- name: staged_forget
DELETE FROM erplink_staged WHERE import = :import

-- name: staged_last
SELECT coalesce(max(position), 0) FROM erplink_staged WHERE import = :import

-- name: staged_positions
SELECT key, position FROM erplink_staged
WHERE import = :import AND actor_kind = :actor_kind AND key IN :keys

-- name: staged_put
INSERT INTO erplink_staged (import, position, actor_kind, key, document, title, folded, checked,
    answer, action, severity, target, verdict, fate, fate_reason, entity)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, '', '', '', '', '')
ON CONFLICT (import, position) DO UPDATE SET document = excluded.document,
    title = excluded.title, folded = excluded.folded, action = '', severity = 0, target = '',
    verdict = ''

-- name: staged_of
SELECT position, actor_kind, key, document, title, checked, answer, verdict, fate, fate_reason,
    entity
FROM erplink_staged WHERE import = :import AND actor_kind = :actor_kind AND key IN :keys

-- name: staged_page
SELECT position, actor_kind, key, document, title, checked, answer, verdict, fate, fate_reason,
    entity
FROM erplink_staged
WHERE import = :import AND position > :after
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')
ORDER BY position LIMIT :most

-- name: staged_by_title
SELECT position, actor_kind, key, document, title, checked, answer, verdict, fate, fate_reason,
    entity
FROM erplink_staged
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')
ORDER BY folded, position LIMIT :most OFFSET :skip

-- name: staged_by_worst
SELECT position, actor_kind, key, document, title, checked, answer, verdict, fate, fate_reason,
    entity
FROM erplink_staged
WHERE import = :import AND position IN (
    SELECT position FROM erplink_staged
    WHERE import = :import
        AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
        AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
        AND (:matched < 0 OR (target <> '') = (:matched = 1))
        AND (:text = '' OR folded LIKE :text ESCAPE '!')
    ORDER BY severity DESC, position LIMIT :most OFFSET :skip
)
ORDER BY severity DESC, position

-- name: staged_by_place
SELECT position, actor_kind, key, document, title, checked, answer, verdict, fate, fate_reason,
    entity
FROM erplink_staged
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')
ORDER BY position LIMIT :most OFFSET :skip

-- name: staged_count
SELECT count(*) FROM erplink_staged
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')

-- name: staged_totals
SELECT actor_kind, action, severity, fate, checked, count(*) FROM erplink_staged
WHERE import = :import GROUP BY action, severity, fate, checked, actor_kind
ORDER BY actor_kind, action, severity, fate, checked

-- name: staged_check
UPDATE erplink_staged SET checked = :value
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')

-- name: staged_answer
UPDATE erplink_staged SET answer = :answer, action = '', severity = 0, target = '', verdict = ''
WHERE import = :import AND position = :position

-- name: staged_judge
UPDATE erplink_staged SET action = ?, severity = ?, target = ?, verdict = ?
WHERE import = ? AND position = ?

-- name: staged_forget_verdicts
UPDATE erplink_staged SET action = '', severity = 0, target = '', verdict = ''
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')

-- name: staged_settle
UPDATE erplink_staged SET fate = ?, fate_reason = ?, entity = ?
WHERE import = ? AND position = ?

-- name: staged_remove
DELETE FROM erplink_staged
WHERE import = :import
    AND action IN :actions AND severity >= :severity AND fate IN :fates AND checked IN :checked
    AND (:kind = '' OR actor_kind = :kind) AND (:key = '' OR key = :key)
    AND (:matched < 0 OR (target <> '') = (:matched = 1))
    AND (:text = '' OR folded LIKE :text ESCAPE '!')
