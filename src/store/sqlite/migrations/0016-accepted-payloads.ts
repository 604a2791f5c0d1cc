/** Beside an idempotency key the digest of what was asked for under it; null of those accepted before. */
export const sql = `
ALTER TABLE accepted_keys ADD COLUMN payload TEXT;
`
