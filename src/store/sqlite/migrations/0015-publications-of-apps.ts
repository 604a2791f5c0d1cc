/** Which app an app was published from, and the smallest engine for its reloads; both JSON. */
export const sql = `
ALTER TABLE apps ADD COLUMN publication TEXT;
ALTER TABLE apps ADD COLUMN placement TEXT;
CREATE INDEX apps_by_origin ON apps (tenant_id, (publication ->> '$.originAppId'))
  WHERE publication IS NOT NULL;
`
