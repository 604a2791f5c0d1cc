/** What callers search is walked by age, a slice in a turn (slices.ts). */
export const sql = `
CREATE INDEX groups_of_tenant ON groups (tenant_id, created_at, id);
CREATE INDEX spaces_of_tenant ON spaces (tenant_id, created_at, id);
CREATE INDEX data_files_of_tenant ON data_files (tenant_id, created_at, id);
CREATE INDEX automations_by_age ON automations (tenant_id, created_at, id);
`
