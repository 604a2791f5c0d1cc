/** Codes of the characters that texts and files are cut at, the same as bytes of ASCII. */
export const TAB = 9
export const LF = 10
export const CR = 13
/** Of DOS: what follows is no text. */
export const END_OF_FILE = 26
export const BLANK = 32
