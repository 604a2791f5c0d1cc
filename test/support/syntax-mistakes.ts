/** Mistakes in the writing of statements, each in a script that is sound but for it. */

export interface Mistake {
  readonly what: string
  readonly script: readonly string[]
  /** From 1. */
  readonly line: number
  readonly severity?: 'warning'
  readonly code: string
  /** In the message. */
  readonly says: string
}

/** Of a file of the tests. */
export const CUSTOMERS = ['Customers:', 'LOAD id, name, region FROM [lib://DataFiles/customers.csv] (txt);']

export const SYNTAX_MISTAKES: readonly Mistake[] = [
  {
    what: 'a missing semicolon',
    script: ['LET a = 1', 'LET b = 2;'],
    line: 2,
    code: 'Syntax',
    says: "is a ';' missing before it?",
  },
  {
    what: 'a missing semicolon behind a LOAD',
    script: ['A: LOAD 1 as a AUTOGENERATE 1', 'B: LOAD 2 as b AUTOGENERATE 1;'],
    line: 2,
    code: 'Syntax',
    says: 'the end of the statement',
  },
  {
    what: 'a missing semicolon behind TRACE',
    script: ['TRACE hello', ...CUSTOMERS],
    line: 2,
    severity: 'warning',
    code: 'SemicolonMissing',
    says: "the TRACE above: is a ';' missing",
  },
  {
    what: 'a missing semicolon behind SET',
    script: ['SET vRate = 2', 'LET b = 3;'],
    line: 2,
    severity: 'warning',
    code: 'SemicolonMissing',
    says: "the SET above: is a ';' missing",
  },
  {
    what: 'two equals signs',
    script: ['LET a = 1;', 'IF a == 1 THEN', 'END IF'],
    line: 2,
    code: 'Syntax',
    says: 'equal is written with one =',
  },
  {
    what: 'another delimiter',
    script: ['Customers:', 'LOAD CustomerID', 'FROM [lib://DataFiles/semicolons.csv] (txt);'],
    line: 2,
    code: 'FieldNotFound',
    says: "one field 'CustomerID;Name;Country': delimiter is ';'?",
  },
  {
    what: 'a folder that is not there',
    script: ['LOAD * FROM', '  [lib://DataFiles/script/customers.csv] (txt);'],
    line: 2,
    code: 'FileNotFound',
    says: "'lib://DataFiles' has no folder 'script' (did you mean 'scripts'?)",
  },
  {
    what: 'a file of which nothing is like it',
    script: ['LOAD * FROM', '  [lib://DataFiles/orders.xlsx] (ooxml);'],
    line: 2,
    code: 'FileNotFound',
    says: "; folders of 'lib://DataFiles': scripts",
  },
  {
    what: 'a connection in other letters',
    script: ['LOAD * FROM [lib://datafiles/customers.csv] (txt);'],
    line: 1,
    code: 'ConnectionNotFound',
    says: "did you mean 'DataFiles'?",
  },
  {
    what: 'an expression of a chart in a text',
    script: ['SET vSales = Sum({<Year={$(=Max(Year) +)}>} Sales);'],
    line: 1,
    severity: 'warning',
    code: 'ExpansionEmpty',
    says: '$(=Max(Year) +) is empty',
  },
  {
    what: 'BINARY behind another statement',
    script: ['SET a=1;', 'BINARY Sales;'],
    line: 2,
    code: 'Binary',
    says: 'BINARY must be the first statement',
  },
  {
    what: 'a locale that there is not',
    script: ["SET CollationLocale='sv_SE';"],
    line: 1,
    severity: 'warning',
    code: 'LocaleUnknown',
    says: "in the locale 'sv_SE' is not known",
  },
  {
    what: 'a label without a LOAD',
    script: ['Customers:', 'TRACE done;'],
    line: 1,
    code: 'Syntax',
    says: "No LOAD follows the label 'Customers'",
  },
  {
    what: 'a missing comma',
    script: ['LOAD id,', '  name', '  region', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 3,
    code: 'Syntax',
    says: "expected ','",
  },
  {
    what: 'a comma before FROM',
    script: ['LOAD id,', '  name,', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 3,
    code: 'Syntax',
    says: "FROM is taken for a field: remove the ',' or AS before it",
  },
  {
    what: 'AS without a name',
    script: ['LOAD id as', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 2,
    code: 'Syntax',
    says: "FROM is taken for a field: remove the ',' or AS before it",
  },
  {
    what: 'WHERE before FROM',
    script: ['LOAD id', 'WHERE id > 1', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 3,
    code: 'Syntax',
    says: 'FROM and RESIDENT stand before WHERE and GROUP BY',
  },
  {
    what: 'quotes of a word processor',
    script: ['LET a = \u2018one\u2019;'],
    line: 1,
    code: 'Syntax',
    says: 'a text stands in straight quotes',
  },
  {
    what: 'an unbalanced parenthesis',
    script: ['LET a = 1;', 'LET b = (a + 2;'],
    line: 2,
    code: 'Syntax',
    says: "expected ')'",
  },
  {
    what: 'a parenthesis too many',
    script: ['LET b = (1 + 2));'],
    line: 1,
    code: 'Syntax',
    says: "Unexpected token: ')'",
  },
]
