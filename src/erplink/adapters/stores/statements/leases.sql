-- name: lease_acquire
INSERT INTO erplink_leases AS known (tenant, key, holder, fence, expires)
VALUES (:tenant, :key, :holder, 1, :expires)
ON CONFLICT (tenant, key) DO UPDATE SET
    fence = CASE WHEN known.holder = excluded.holder AND known.expires > :now
        THEN known.fence ELSE known.fence + 1 END,
    holder = excluded.holder,
    expires = excluded.expires
WHERE known.holder IS NULL OR known.holder = excluded.holder OR known.expires <= :now

-- name: lease_get
SELECT holder, fence, expires FROM erplink_leases WHERE tenant = :tenant AND key = :key

-- name: lease_lock
SELECT holder, fence, expires FROM erplink_leases WHERE tenant = :tenant AND key = :key

-- name: lease_renew
UPDATE erplink_leases SET expires = :expires
WHERE tenant = :tenant AND key = :key AND holder = :holder AND fence = :fence

-- name: lease_release
UPDATE erplink_leases SET holder = NULL
WHERE tenant = :tenant AND key = :key AND holder = :holder AND fence = :fence

-- name: leases_all
SELECT key, holder, fence, expires FROM erplink_leases
WHERE tenant = :tenant AND holder IS NOT NULL ORDER BY key
