/**
 * Reload tasks, under what they listen, and their runs. What a task listens under is one JSON array in its
 * row, from which triggers keep the table that is searched. A waiting run goes with its task, any other one
 * stays as history: `waiting_of` is the task's id as long as the run waits.
 */
export const sql = `
CREATE TABLE tasks (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  owner_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  scheduled INTEGER NOT NULL CHECK (scheduled = 0 OR scheduled = 1),
  chained INTEGER NOT NULL CHECK (chained = 0 OR chained = 1),
  listens TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_of_tenant ON tasks (tenant_id, created_at, id);
CREATE INDEX tasks_by_update ON tasks (tenant_id, record ->> '$.updatedAt', id);
CREATE INDEX tasks_of_app ON tasks (app_id, tenant_id, created_at, id);
CREATE INDEX tasks_of_owner ON tasks (owner_id, tenant_id, created_at, id);
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_due_of_tenant ON tasks (tenant_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_scheduled ON tasks (id) WHERE scheduled = 1;
CREATE INDEX tasks_chained ON tasks (tenant_id, created_at, id) WHERE chained = 1;

CREATE TABLE task_listens (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  task_id TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  PRIMARY KEY (tenant_id, subject, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_listens_of_task ON task_listens (task_id);
CREATE TRIGGER tasks_listen AFTER INSERT ON tasks BEGIN
  INSERT INTO task_listens SELECT new.tenant_id, value, new.id FROM json_each(new.listens);
END;
CREATE TRIGGER tasks_listen_otherwise AFTER UPDATE OF listens ON tasks WHEN old.listens <> new.listens BEGIN
  DELETE FROM task_listens WHERE task_id = new.id;
  INSERT INTO task_listens SELECT new.tenant_id, value, new.id FROM json_each(new.listens);
END;

CREATE TABLE task_runs (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  task_id TEXT NOT NULL,
  waiting_of TEXT GENERATED ALWAYS AS (iif(state = 'waiting', task_id, NULL)) VIRTUAL
    REFERENCES tasks (id) ON DELETE CASCADE,
  app_id TEXT NOT NULL,
  key TEXT NOT NULL,
  reload_id TEXT,
  state TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  record TEXT NOT NULL,
  CONSTRAINT states CHECK (
    state = 'waiting' AND reload_id IS NULL AND ended_at IS NULL
    OR state = 'running' AND reload_id IS NOT NULL AND ended_at IS NULL
    OR (state = 'succeeded' OR state = 'aborted') AND reload_id IS NOT NULL AND ended_at IS NOT NULL
    OR state = 'failed' AND ended_at IS NOT NULL
    OR (state = 'skipped' OR state = 'missed') AND reload_id IS NULL AND ended_at IS NOT NULL
  )
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX task_runs_unique ON task_runs (task_id, key);
CREATE UNIQUE INDEX task_runs_of_reload ON task_runs (reload_id) WHERE reload_id IS NOT NULL;
CREATE INDEX task_runs_waiting ON task_runs (waiting_of, created_at, id) WHERE waiting_of IS NOT NULL;
CREATE INDEX task_runs_due ON task_runs (not_before, id) WHERE state = 'waiting';
CREATE INDEX task_runs_due_of_tenant ON task_runs (tenant_id, not_before, id) WHERE state = 'waiting';
CREATE INDEX task_runs_of_tenant ON task_runs (tenant_id, created_at, id);
CREATE INDEX task_runs_of_task ON task_runs (tenant_id, task_id, started_at, id);
CREATE INDEX task_runs_of_app ON task_runs (tenant_id, app_id, started_at, id);
CREATE INDEX task_runs_ended ON task_runs (ended_at, id) WHERE ended_at IS NOT NULL;
`
