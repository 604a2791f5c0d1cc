/**
 * Groups, OAuth clients, identity providers and login sessions; and the subject of a user, which is unique
 * among those of its tenant that are not deleted.
 */
export const sql = `
ALTER TABLE users ADD COLUMN subject TEXT;
UPDATE users SET subject = record ->> '$.subject' WHERE record ->> '$.status' <> 'deleted';
CREATE UNIQUE INDEX users_by_subject ON users (tenant_id, subject) WHERE subject IS NOT NULL;

CREATE TABLE groups (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE oauth_clients (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_clients_of_tenant ON oauth_clients (tenant_id, created_at, id);

CREATE TABLE identity_providers (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  issuer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_providers_of_tenant ON identity_providers (tenant_id, created_at, id);
CREATE INDEX identity_providers_by_issuer ON identity_providers (issuer);

CREATE TABLE login_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_sessions_of_user ON login_sessions (tenant_id, user_id, created_at);
CREATE INDEX login_sessions_ending ON login_sessions (expires_at);
`
