/**
 * Automations, and when they are due by their schedules; and their runs: `record` is what lists show of a
 * run, `work` the rest. When a run is due (core/automation/run.ts): from `wake_at` on, or when the reload
 * that it awaits has ended.
 */
export const sql = `
CREATE TABLE automations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  owner_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  listens INTEGER NOT NULL,
  due_at INTEGER,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX automations_of_tenant ON automations (tenant_id, owner_id);
CREATE INDEX automations_listening ON automations (id) WHERE listens = 1;
CREATE INDEX automations_due ON automations (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE automation_runs (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  automation_id TEXT NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  wake_at INTEGER,
  awaits TEXT,
  held INTEGER NOT NULL,
  record TEXT NOT NULL,
  work TEXT NOT NULL,
  UNIQUE (automation_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX automation_runs_by_age ON automation_runs (automation_id, created_at, id);
CREATE INDEX automation_runs_active ON automation_runs (automation_id, state) WHERE ended_at IS NULL;
CREATE INDEX automation_runs_ended ON automation_runs (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX automation_runs_due ON automation_runs (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX automation_runs_awaiting ON automation_runs (awaits) WHERE awaits IS NOT NULL;
`
