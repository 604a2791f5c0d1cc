/**
 * The place among the events of the audit that a reload was accepted, which is made of the reload's row;
 * null of those that nobody asked for, and of those whose audit is an event of its own.
 */
export const sql = `
ALTER TABLE reloads ADD COLUMN audit_sequence INTEGER;
CREATE INDEX reloads_audited ON reloads (tenant_id, audit_sequence) WHERE audit_sequence IS NOT NULL;
`
