-- name: setting_get
SELECT data FROM erplink_settings WHERE tenant = :tenant AND name = :name

-- name: setting_put
INSERT INTO erplink_settings (tenant, name, data) VALUES (:tenant, :name, :data)
ON CONFLICT (tenant, name) DO UPDATE SET data = excluded.data

-- name: setting_forget
DELETE FROM erplink_settings WHERE tenant = :tenant AND name = :name

-- name: settings_under
SELECT name, data FROM erplink_settings
WHERE tenant = :tenant AND name >= :start AND substr(name, 1, :length) = :start ORDER BY name
