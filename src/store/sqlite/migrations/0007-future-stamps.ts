/**
 * What a clock that was ahead has stamped can be pulled back: a delivery tells the wait that is part of its
 * due time (of old ones no more is known than that it began after they were made), and the time that history
 * is forgotten by is kept.
 */
export const sql = `
ALTER TABLE deliveries ADD COLUMN wait_ms INTEGER;
UPDATE deliveries SET wait_ms = min(max(due_at - created_at, 0), 103680000) WHERE state = 'pending' AND sends > 0;
CREATE TABLE seen_time (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  seen_at INTEGER NOT NULL
) STRICT;
`
