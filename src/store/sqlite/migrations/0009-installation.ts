/** The installation has a name that its folders bear, and tells whether a server has it open. */
export const sql = `
CREATE TABLE installation (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  starts INTEGER NOT NULL,
  marked INTEGER NOT NULL,
  key_check TEXT,
  open INTEGER NOT NULL
) STRICT;
INSERT INTO installation (id, name, starts, marked, open) VALUES (1, lower(hex(randomblob(16))), 0, 0, 0);
`
