/**
 * The indexes of lists of apps also have what says who sees an app: somebody with few apps in a large tenant
 * passes over all others without their rows.
 */
export const sql = `
DROP INDEX apps_of_tenant;
CREATE INDEX apps_of_tenant ON apps (tenant_id, created_at, id, owner_id, space_id);
DROP INDEX apps_by_name;
CREATE INDEX apps_by_name ON apps (tenant_id, name, id, owner_id, space_id);
DROP INDEX apps_by_update;
CREATE INDEX apps_by_update
  ON apps (tenant_id, max(modified_at, ifnull(data ->> '$.engineTime', 0)), id, owner_id, space_id);
`
