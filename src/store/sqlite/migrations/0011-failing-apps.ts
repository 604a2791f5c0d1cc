/** Of each app whether its last reload that was not canceled failed; NULL before the first one ended. */
export const sql = `
ALTER TABLE apps ADD COLUMN failing INTEGER CHECK (failing IN (0, 1));
`
