/**
 * A delivery that failed for good may be opened again by its webhook's owner; a delivered one never changes.
 * Finding them costs what they are, not what was delivered.
 */
export const sql = `
DROP TRIGGER deliveries_end_once;
CREATE TRIGGER deliveries_end_once AFTER UPDATE ON deliveries
  WHEN old.state = 'delivered' OR (old.state <> 'pending' AND new.state <> 'pending')
  BEGIN SELECT RAISE(ABORT, 'an ended delivery never changes'); END;
CREATE INDEX deliveries_failed ON deliveries (subscription_id, created_at) WHERE state IN ('exhausted', 'given-up');
`
