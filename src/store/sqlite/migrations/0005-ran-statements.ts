/** The LOADs and STOREs that an attempt ran stand beside its log. */
export const sql = `
ALTER TABLE script_logs ADD COLUMN statements TEXT NOT NULL DEFAULT '[]';
`
