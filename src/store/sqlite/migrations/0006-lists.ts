/** Lists are paged in the database: an index for the usual order of each, and items found by their id. */
export const sql = `
ALTER TABLE apps ADD COLUMN item_id TEXT;
UPDATE apps SET item_id = item_id(id);
CREATE UNIQUE INDEX apps_by_item ON apps (item_id);
CREATE INDEX apps_by_name ON apps (tenant_id, name, id);
CREATE INDEX apps_by_update ON apps (tenant_id, max(modified_at, ifnull(data ->> '$.engineTime', 0)), id);
CREATE INDEX users_by_name ON users (tenant_id, record ->> '$.name', id);
`
