/**
 * What settled reloads stored and what is still to be put into its places, in the order of their commits; and
 * of each app whether it waits for that commit.
 */
export const sql = `
CREATE TABLE publications (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  record TEXT NOT NULL
) STRICT;
ALTER TABLE apps ADD COLUMN stores TEXT;
`
