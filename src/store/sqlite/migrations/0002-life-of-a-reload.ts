/**
 * The tables of a reload's life, laid out for speed. What is written at every step became narrower: the open
 * attempt stands in its reload's row and is written to `attempts` once, when it is closed; indexes and CHECKs
 * compare with `=` instead of IN lists, which SQLite builds a table for at every evaluation; no trigger
 * stands on a statement of the hot path, because it makes SQLite copy each page the statement changes.
 *
 * What holds the invariants now: 1 = the states CHECK and `AND ended_at IS NULL` in update-reload.ts, 2 =
 * events_unique, 4 = attempts (the foreign key to the attempt before), one lease column, reloads_active, 5 =
 * deliveries_unique.
 */
export const sql = `
CREATE TABLE new_reloads (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  app_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  trigger TEXT NOT NULL,
  weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 10),
  partial INTEGER NOT NULL,
  request TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  waited_ms INTEGER NOT NULL,
  waits_since INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  backing_off INTEGER NOT NULL,
  first_claimed_at INTEGER,
  ended_at INTEGER,
  attempts INTEGER NOT NULL,
  requeues_total INTEGER NOT NULL,
  requeues_with_errors INTEGER NOT NULL,
  fault_requeues INTEGER NOT NULL,
  size_index INTEGER NOT NULL,
  lease TEXT,
  lease_expires_at INTEGER,
  open_attempt TEXT,
  engine TEXT NOT NULL,
  error_code TEXT,
  error_message TEXT,
  engine_time INTEGER,
  session_asked INTEGER NOT NULL,
  crashed_on_max_size INTEGER NOT NULL,
  log TEXT NOT NULL,
  CONSTRAINT states CHECK (
    state = 'QUEUED' AND lease IS NULL AND ended_at IS NULL
    OR (state = 'RELOADING' OR state = 'CANCELING') AND lease IS NOT NULL AND ended_at IS NULL
    OR (state = 'SUCCEEDED' OR state = 'FAILED' OR state = 'CANCELED' OR state = 'EXCEEDED_LIMIT')
      AND lease IS NULL AND ended_at IS NOT NULL
  ),
  CONSTRAINT leases CHECK (
    (lease IS NULL) = (lease_expires_at IS NULL) AND (lease IS NULL) = (open_attempt IS NULL)
  ),
  CONSTRAINT data_of_success CHECK (engine_time IS NULL OR state = 'SUCCEEDED'),
  CONSTRAINT waits CHECK (waited_ms >= 0 AND waits_since = queued_at - waited_ms),
  CONSTRAINT requeues CHECK (
    requeues_with_errors <= requeues_total AND fault_requeues BETWEEN 0 AND requeues_with_errors
  )
) STRICT;

INSERT INTO new_reloads
SELECT reloads.id, tenant_id, app_id, user_id, trigger, weight, partial, request, created_at, state, queued_at, waited_ms,
  waits_since, not_before, backing_off, first_claimed_at, ended_at, attempts, requeues_total, requeues_with_errors,
  fault_requeues, reloads.size_index, lease, open.lease_expires_at,
  iif(lease IS NULL, NULL, json_object('workerId', open.worker_id, 'openedAt', open.opened_at,
    'sizeIndex', open.size_index, 'session', json(open.session))),
  engine, error_code, error_message, engine_time, session_asked, crashed_on_max_size, log
FROM reloads LEFT JOIN attempts AS open ON open.reload_id = reloads.id AND open.closed_at IS NULL
ORDER BY reloads.rowid;

CREATE TABLE new_attempts (
  reload_id TEXT NOT NULL REFERENCES reloads (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  number_before INTEGER GENERATED ALWAYS AS (nullif(number - 1, 0)) VIRTUAL,
  lease_token TEXT NOT NULL,
  worker_id TEXT NOT NULL,
  lease_expires_at INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  size_index INTEGER NOT NULL,
  session TEXT NOT NULL,
  closed_at INTEGER NOT NULL,
  end TEXT NOT NULL,
  duration_ms REAL,
  peak_memory_bytes INTEGER,
  PRIMARY KEY (reload_id, number),
  FOREIGN KEY (reload_id, number_before) REFERENCES attempts (reload_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO new_attempts (reload_id, number, lease_token, worker_id, lease_expires_at, opened_at, size_index, session,
  closed_at, end, duration_ms, peak_memory_bytes)
SELECT reload_id, number, lease_token, worker_id, lease_expires_at, opened_at, size_index, session,
  closed_at, end, duration_ms, peak_memory_bytes
FROM attempts WHERE closed_at IS NOT NULL;

CREATE TABLE new_script_logs (
  reload_id TEXT NOT NULL REFERENCES reloads (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (reload_id, attempt)
) STRICT;
INSERT INTO new_script_logs SELECT reload_id, attempt, text FROM script_logs;

DROP TABLE script_logs;
DROP TABLE attempts;
DROP TABLE reloads;
ALTER TABLE new_reloads RENAME TO reloads;
ALTER TABLE new_attempts RENAME TO attempts;
ALTER TABLE new_script_logs RENAME TO script_logs;

CREATE UNIQUE INDEX reloads_active ON reloads (app_id) WHERE ended_at IS NULL;
CREATE INDEX reloads_claim ON reloads (tenant_id, weight DESC, created_at, id)
  WHERE state = 'QUEUED' AND backing_off = 0;
CREATE INDEX reloads_backing_off ON reloads (not_before) WHERE state = 'QUEUED' AND backing_off = 1;
CREATE INDEX reloads_waiting ON reloads (waits_since, id) WHERE state = 'QUEUED';
CREATE INDEX reloads_leased ON reloads (lease_expires_at, id) WHERE lease IS NOT NULL;
CREATE INDEX reloads_of_tenant ON reloads (tenant_id, created_at, id);
CREATE INDEX reloads_of_app ON reloads (app_id, created_at, id);

CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts
  BEGIN SELECT RAISE(ABORT, 'a closed attempt never changes'); END;

DROP INDEX events_of_reload;

CREATE TABLE new_deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  subscription_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'delivered' OR state = 'exhausted' OR state = 'given-up'),
  sends INTEGER NOT NULL CHECK (sends >= 0),
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  reason TEXT,
  lease TEXT,
  lease_expires_at INTEGER,
  CHECK ((lease IS NULL) = (lease_expires_at IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO new_deliveries SELECT * FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE UNIQUE INDEX deliveries_unique ON deliveries (event_id, subscription_id);
CREATE INDEX deliveries_pending ON deliveries (subscription_id, due_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_in_flight ON deliveries (subscription_id, lease_expires_at)
  WHERE state = 'pending' AND lease IS NOT NULL;
CREATE TRIGGER deliveries_end_once AFTER UPDATE ON deliveries WHEN old.state <> 'pending'
  BEGIN SELECT RAISE(ABORT, 'an ended delivery never changes'); END;
`
