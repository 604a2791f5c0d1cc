/**
 * Which apps read which data files: found by the file that changed. Triggers keep it from the data of the
 * apps, where what an app reads is one JSON array.
 */
const rowsOf = (from: string) => `
  INSERT INTO app_reads
    SELECT app.tenant_id,
      coalesce('space/' || (value ->> '$.place.spaceId'), 'owner/' || (value ->> '$.place.ownerId')),
      instr(value ->> '$.name', '*') > 0 OR instr(value ->> '$.name', '?') > 0,
      value ->> '$.name',
      app.id
    FROM ${from} AS app, json_each(app.data, '$.reads') WHERE true
    ON CONFLICT DO NOTHING;`
const ROWS_OF_NEW = rowsOf('(SELECT new.id AS id, new.tenant_id AS tenant_id, new.data AS data)')

export const sql = `
CREATE TABLE app_reads (
  tenant_id TEXT NOT NULL,
  place TEXT NOT NULL,
  mask INTEGER NOT NULL CHECK (mask = 0 OR mask = 1),
  name TEXT NOT NULL,
  app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
  PRIMARY KEY (tenant_id, place, mask, name, app_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_reads_of_app ON app_reads (app_id);
CREATE TRIGGER apps_read AFTER INSERT ON apps WHEN new.data IS NOT NULL BEGIN ${ROWS_OF_NEW}
END;
CREATE TRIGGER apps_read_otherwise AFTER UPDATE OF data ON apps
  WHEN old.data ->> '$.reads' IS NOT new.data ->> '$.reads' BEGIN
  DELETE FROM app_reads WHERE app_id = new.id; ${ROWS_OF_NEW}
END;
${rowsOf('apps')}
`
