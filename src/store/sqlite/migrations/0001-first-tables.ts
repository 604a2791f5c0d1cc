/**
 * Room `store/sqlite/migrations`: the tables of the database and every change to them, in order. One file a
 * step enters; a step that was released never changes.
 *
 * The first schema. Everything that is selected, sorted or constrained on is a column; what is only carried
 * is JSON text. The constraints hold the invariants of ARCHITECTURE.md section 1 a second time, after
 * src/store/rule/saving.ts: 1 = outcome_is_final, 2 = events_unique, 4 = attempts_gapless, attempts_open,
 * reloads_active, 5 = deliveries_unique.
 */
export const sql = `
CREATE TABLE tenants (
  id TEXT NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_of_tenant ON users (tenant_id, created_at, id);

CREATE TABLE keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_of_tenant ON keys (tenant_id, created_at, id);
CREATE INDEX keys_of_user ON keys (user_id);

CREATE TABLE spaces (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignments (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  space_id TEXT NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('user', 'group', 'bot')),
  assignee_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (space_id, type, assignee_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_of_assignee ON assignments (tenant_id, type, assignee_id);

CREATE TABLE apps (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  space_id TEXT,
  usage TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  data_version TEXT UNIQUE,
  data TEXT,
  crashed_full INTEGER NOT NULL CHECK (crashed_full IN (0, 1)),
  crashed_partial INTEGER NOT NULL CHECK (crashed_partial IN (0, 1)),
  current_script_id TEXT,
  CHECK ((data IS NULL) = (data_version IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX apps_of_tenant ON apps (tenant_id, created_at, id);
CREATE INDEX apps_of_space ON apps (space_id) WHERE space_id IS NOT NULL;

CREATE TABLE scripts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  script TEXT NOT NULL,
  message TEXT NOT NULL,
  modifier_id TEXT NOT NULL,
  modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX scripts_of_app ON scripts (app_id);

CREATE TABLE data_files (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  space_id TEXT,
  owner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX data_files_of_space ON data_files (tenant_id, space_id, name) WHERE space_id IS NOT NULL;
CREATE UNIQUE INDEX data_files_of_owner ON data_files (tenant_id, owner_id, name) WHERE space_id IS NULL;

CREATE TABLE subscriptions (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_of_tenant ON subscriptions (tenant_id, created_at, id);

CREATE TABLE reloads (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  app_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  trigger TEXT NOT NULL,
  weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 10),
  partial INTEGER NOT NULL CHECK (partial IN (0, 1)),
  request TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('QUEUED', 'RELOADING', 'CANCELING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT')),
  queued_at INTEGER NOT NULL,
  waited_ms INTEGER NOT NULL CHECK (waited_ms >= 0),
  waits_since INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  backing_off INTEGER NOT NULL CHECK (backing_off IN (0, 1)),
  first_claimed_at INTEGER,
  ended_at INTEGER,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  requeues_total INTEGER NOT NULL CHECK (requeues_total >= 0),
  requeues_with_errors INTEGER NOT NULL CHECK (requeues_with_errors BETWEEN 0 AND requeues_total),
  fault_requeues INTEGER NOT NULL CHECK (fault_requeues BETWEEN 0 AND requeues_with_errors),
  size_index INTEGER NOT NULL CHECK (size_index >= 0),
  lease TEXT,
  engine TEXT NOT NULL,
  error_code TEXT,
  error_message TEXT,
  engine_time INTEGER,
  session_asked INTEGER NOT NULL CHECK (session_asked IN (0, 1)),
  crashed_on_max_size INTEGER NOT NULL CHECK (crashed_on_max_size IN (0, 1)),
  log TEXT NOT NULL,
  CHECK ((state IN ('RELOADING', 'CANCELING')) = (lease IS NOT NULL)),
  CHECK ((state IN ('SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT')) = (ended_at IS NOT NULL)),
  CHECK (engine_time IS NULL OR state = 'SUCCEEDED'),
  CHECK (waits_since = queued_at - waited_ms)
) STRICT;
CREATE UNIQUE INDEX reloads_active ON reloads (app_id) WHERE state IN ('QUEUED', 'RELOADING', 'CANCELING');
CREATE INDEX reloads_claim ON reloads (tenant_id, weight DESC, created_at, id)
  WHERE state = 'QUEUED' AND backing_off = 0;
CREATE INDEX reloads_backing_off ON reloads (not_before) WHERE state = 'QUEUED' AND backing_off = 1;
CREATE INDEX reloads_waiting ON reloads (waits_since, id) WHERE state = 'QUEUED';
CREATE INDEX reloads_of_tenant ON reloads (tenant_id, created_at, id);
CREATE INDEX reloads_of_app ON reloads (app_id, created_at, id);

CREATE TRIGGER outcome_is_final AFTER UPDATE OF state ON reloads
  WHEN old.state IN ('SUCCEEDED', 'FAILED', 'CANCELED', 'EXCEEDED_LIMIT') AND new.state <> old.state
  BEGIN SELECT RAISE(ABORT, 'an outcome never changes'); END;

CREATE TABLE accepted_keys (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  reload_id TEXT NOT NULL REFERENCES reloads (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX accepted_keys_of_reload ON accepted_keys (reload_id);

CREATE TABLE attempts (
  reload_id TEXT NOT NULL REFERENCES reloads (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  lease_token TEXT NOT NULL,
  worker_id TEXT NOT NULL,
  lease_expires_at INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  size_index INTEGER NOT NULL CHECK (size_index >= 0),
  session TEXT NOT NULL,
  closed_at INTEGER,
  end TEXT,
  duration_ms REAL,
  peak_memory_bytes INTEGER,
  PRIMARY KEY (reload_id, number),
  CHECK ((closed_at IS NULL) = (end IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempts_open ON attempts (reload_id) WHERE closed_at IS NULL;
CREATE INDEX attempts_lease ON attempts (lease_expires_at, reload_id) WHERE closed_at IS NULL;

CREATE TRIGGER attempts_gapless BEFORE INSERT ON attempts
  WHEN new.number <> 1 + (SELECT count(*) FROM attempts WHERE reload_id = new.reload_id)
  BEGIN SELECT RAISE(ABORT, 'attempt numbers have no gaps'); END;
CREATE TRIGGER attempts_end_once AFTER UPDATE ON attempts WHEN old.closed_at IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a closed attempt never changes'); END;

CREATE TABLE script_logs (
  reload_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (reload_id, attempt),
  FOREIGN KEY (reload_id, attempt) REFERENCES attempts (reload_id, number) ON DELETE CASCADE
) STRICT;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  type TEXT NOT NULL,
  time INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  top_level_resource_id TEXT NOT NULL,
  space_id TEXT,
  reload_id TEXT,
  unique_key TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_unique ON events (unique_key, type);
CREATE INDEX events_of_tenant ON events (tenant_id);
CREATE INDEX events_of_reload ON events (reload_id) WHERE reload_id IS NOT NULL;

CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  subscription_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted', 'given-up')),
  sends INTEGER NOT NULL CHECK (sends >= 0),
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT,
  lease TEXT,
  lease_expires_at INTEGER,
  CHECK ((lease IS NULL) = (lease_expires_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX deliveries_unique ON deliveries (event_id, subscription_id);
CREATE INDEX deliveries_pending ON deliveries (subscription_id, due_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_in_flight ON deliveries (subscription_id, lease_expires_at)
  WHERE state = 'pending' AND lease IS NOT NULL;

CREATE TRIGGER deliveries_end_once AFTER UPDATE ON deliveries WHEN old.state <> 'pending'
  BEGIN SELECT RAISE(ABORT, 'an ended delivery never changes'); END;

CREATE TABLE sends (
  id TEXT NOT NULL PRIMARY KEY,
  subscription_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('success', 'fail')),
  triggered_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sends_of_subscription ON sends (subscription_id, triggered_at, id);
`
