/** How far the events were forgotten: a cursor before that has missed some. */
export const sql = `
CREATE TABLE forgotten (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL
) STRICT;
`
