/**
 * Every kind of fault that a script can have, by its code: a stable word for whoever reads faults with a
 * program. The page docs/reference/script-faults.md is made from this table.
 */
export interface FaultKind {
  /**
   * What ScriptError holds behind such a fault (LANGUAGE, section 11): 1 general, 2 syntax, 8 file not found,
   * 10 table not found, 11 field not found, 12 wrong format, 14 encrypted, 16 semantic.
   */
  readonly scriptError: number
  /** Shown as EDC_ERROR:<number> (contract 02, section 6.3). */
  readonly engineErrorCode: number
  readonly meaning: string
  readonly remedy: string
}

const kind = (scriptError: number, engineErrorCode: number, meaning: string, remedy: string): FaultKind => ({
  scriptError,
  engineErrorCode,
  meaning,
  remedy,
})

export const FAULT_KINDS = {
  general: kind(
    1,
    1,
    'The script asks for more than the engine can hold, or the system refuses it.',
    'Do what the message says: less at once, less deeply nested, or shorter.',
  ),
  syntax: kind(
    2,
    11003,
    'The statement is not written as the language wants it.',
    'Correct the statement at that place; the message names what was expected there.',
  ),
  unknownStatement: kind(
    2,
    11002,
    'The statement begins with no word that the language knows.',
    'Check the spelling, and that the statement before it ends with a semicolon.',
  ),
  controlMismatch: kind(
    2,
    11023,
    'A block has no end, an end has no beginning, or EXIT leaves what is not there.',
    'Close each IF, FOR, DO, SWITCH and SUB with its own end, inside the block around it.',
  ),
  fileNotFound: kind(
    8,
    11020,
    'A file, or the folder to write it to, does not exist.',
    'Check path and spelling, upper and lower case too.',
  ),
  connectionNotFound: kind(
    8,
    11015,
    'The path names a connection that the app cannot use.',
    'Check the name behind lib://, or make the connection.',
  ),
  pathInvalid: kind(
    8,
    11025,
    'The path is no path that can be read or written.',
    'Write lib:// with connection and path, and write only where the connection allows it.',
  ),
  pathOutside: kind(
    8,
    11026,
    'The path leads out of the folder of its connection.',
    'Name a file below the folder of the connection, without .. and links out of it.',
  ),
  tableNotFound: kind(
    10,
    11001,
    'No table of that name is loaded, or the file has no such table.',
    'Check the name, and that the table is loaded before and not dropped.',
  ),
  fieldNotFound: kind(
    11,
    11013,
    'The source has no field, and the script no variable, of that name.',
    'Check the name: case counts. Texts stand in single quotes.',
  ),
  mapNotFound: kind(
    10,
    11014,
    'No mapping table of that name is loaded.',
    'Load it with MAPPING LOAD before it is used.',
  ),
  wrongFormat: kind(
    12,
    3004,
    'The content of a file is not of the format that the script says.',
    'Check the format specification behind the path, and the file.',
  ),
  fileEmpty: kind(
    12,
    3004,
    'A text file has no row.',
    'Check the file; among those of a path with wildcards an empty one is passed over.',
  ),
  binary: kind(
    16,
    11039,
    'BINARY cannot load the data of another app.',
    'Make it the first statement, name an app that owner and caller may read, and reload that one first.',
  ),
  wrongQvd: kind(12, 11047, 'A QVD file is damaged, or is none.', 'Write the file again.'),
  encrypted: kind(14, 11019, 'The workbook is encrypted.', 'Save it without a password.'),
  nameTaken: kind(
    16,
    11016,
    'A table or field of that name is there already.',
    'Choose another name, or drop or rename the other one first.',
  ),
  groupBy: kind(
    16,
    11031,
    'Aggregations and GROUP BY do not fit together.',
    'Name each field outside of an aggregation in GROUP BY; do not nest aggregations.',
  ),
  autogenerateCount: kind(
    16,
    11021,
    'AUTOGENERATE has no number of rows.',
    'Give it an expression that is a number, 0 or more.',
  ),
  prefixes: kind(
    16,
    11022,
    'The prefixes of a LOAD exclude each other, stand twice or in the wrong place.',
    'Keep one of them, at the top of the stack of LOADs.',
  ),
  nothingToConcatenate: kind(
    16,
    11046,
    'There is no table that rows could be added to.',
    'Load a table first, or leave the prefix out.',
  ),
  merge: kind(
    16,
    30101,
    'A MERGE cannot tell what to do with its rows.',
    'Load the operation first, and every key and the sequence field.',
  ),
  notSupported: kind(
    16,
    1,
    'A statement, prefix, function, source or format item of the language that this engine does not run.',
    'Write it in another way, or leave it out.',
  ),
  fieldTwice: kind(
    16,
    1,
    'Two fields of a table, or of a file that is stored, have the same name.',
    'Give one of them another name with AS.',
  ),
  mappingFields: kind(
    16,
    1,
    'A MAPPING LOAD has more or fewer than two fields.',
    'Load first the value to look for, then the value that replaces it, and nothing else.',
  ),
  orderBy: kind(
    16,
    1,
    'ORDER BY stands at a source that cannot be sorted, or names more than a field.',
    'Load the table first, then sort it by its fields in a LOAD with RESIDENT.',
  ),
  subNotFound: kind(
    16,
    1,
    'No sub of that name is defined before the CALL.',
    'Check the name. Define the sub, or include its file, before it is called.',
  ),
  variableReadOnly: kind(
    16,
    1,
    'The script sets a variable that the engine keeps itself.',
    'Choose another name for the variable.',
  ),
  semantic: kind(
    16,
    1,
    'The statement is well written, but cannot be done.',
    'Correct what the message names.',
  ),
} as const satisfies Readonly<Record<string, FaultKind>>

export type FaultName = keyof typeof FAULT_KINDS
/** The name of the kind with a capital letter: FieldNotFound. */
export type FaultCode = Capitalize<FaultName>

export function faultCode(name: FaultName): FaultCode {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}` as FaultCode
}
