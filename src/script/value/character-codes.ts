/** Codes of the characters that texts and files are cut at, the same as bytes of ASCII. */
export const TAB = 9
export const LF = 10
export const CR = 13
export const BLANK = 32
