/**
 * Mistakes that people make, each in a script that is sound but for it: a check tells every one at its line,
 * with a remedy, with the files at hand.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issuesWithFiles } from '../support/checked-ahead.ts'
import { CUSTOMERS, type Mistake, SYNTAX_MISTAKES } from '../support/syntax-mistakes.ts'

const MISTAKES: readonly Mistake[] = [
  {
    what: 'a misspelt field of a file',
    script: ['Customers:', 'LOAD id,', '  nmae', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 3,
    code: 'FieldNotFound',
    says: 'the source has id, name, region',
  },
  {
    what: 'a field in other letters',
    script: ['LOAD ID FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 1,
    code: 'FieldNotFound',
    says: "there is 'id'",
  },
  {
    what: 'a missing file',
    script: [...CUSTOMERS, 'LOAD * FROM', '  [lib://DataFiles/customer.csv] (txt);'],
    line: 4,
    code: 'FileNotFound',
    says: "did you mean 'customers.csv'?",
  },
  ...SYNTAX_MISTAKES,
  {
    what: 'a variable that is not set',
    script: ['SET vFolder = lib://DataFiles;', 'LOAD * FROM [$(vFoldr)/customers.csv] (txt);'],
    line: 2,
    severity: 'warning',
    code: 'VariableNotSet',
    says: "did you mean 'vFolder'?",
  },
  {
    what: 'RESIDENT of an unknown table',
    script: [...CUSTOMERS, 'LOAD id RESIDENT Customer;'],
    line: 3,
    code: 'TableNotFound',
    says: "did you mean 'Customers'?",
  },
  {
    what: 'RESIDENT of a table that is dropped',
    script: [...CUSTOMERS, 'DROP TABLE Customers;', 'LOAD id as x RESIDENT Customers;'],
    line: 4,
    code: 'TableNotFound',
    says: "Table 'Customers' not found",
  },
  {
    what: 'an unknown sub',
    script: ['SUB LoadAll(folder)', 'END SUB', "CALL LodAll('x')"],
    line: 3,
    code: 'SubNotFound',
    says: 'did you mean LoadAll?',
  },
  {
    what: 'too many arguments of a sub',
    script: ['SUB LoadAll(folder)', 'END SUB', "CALL LoadAll('x', 1)"],
    line: 3,
    code: 'Semantic',
    says: 'takes 1 argument(s), got 2',
  },
  {
    what: 'an unknown connection',
    script: ['LOAD * FROM [lib://DataFile/customers.csv] (txt);'],
    line: 1,
    code: 'ConnectionNotFound',
    says: "did you mean 'DataFiles'?",
  },
  {
    what: 'a path of the machine',
    script: ['LOAD * FROM [C:\\data\\customers.csv] (txt);'],
    line: 1,
    severity: 'warning',
    code: 'PathInvalid',
    says: 'write lib://<connection>/<path>',
  },
  {
    what: 'MAPPING LOAD of three fields',
    script: ['Regions:', 'MAPPING', 'LOAD id, name, region FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 2,
    code: 'MappingFields',
    says: 'has two fields, not 3',
  },
  {
    what: 'an aggregation without GROUP BY',
    script: [...CUSTOMERS, 'LOAD region,', '  Count(id) as customers', 'RESIDENT Customers;'],
    line: 3,
    code: 'GroupBy',
    says: "Field 'region' must be aggregated or stand in GROUP BY",
  },
  {
    what: 'a name twice',
    script: ['LOAD id,', '  name as id', 'FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 2,
    code: 'FieldTwice',
    says: "'id' occurs twice",
  },
  {
    what: 'ORDER BY on a file',
    script: ['LOAD id FROM [lib://DataFiles/customers.csv] (txt)', 'ORDER BY id;'],
    line: 2,
    code: 'OrderBy',
    says: 'ORDER BY needs a RESIDENT table',
  },
  {
    what: 'double quotes around a text',
    script: ['LOAD id FROM [lib://DataFiles/customers.csv] (txt)', 'WHERE region = "North";'],
    line: 2,
    code: 'FieldNotFound',
    says: "a text stands in single quotes: 'North'",
  },
  {
    what: 'single quotes around a field',
    script: [...CUSTOMERS, "LOAD Count('id') as n", 'RESIDENT Customers;'],
    line: 3,
    severity: 'warning',
    code: 'TextForField',
    says: "Count('id') aggregates a text",
  },
  {
    what: 'END IF that is missing',
    script: ['LET a = 1;', 'IF a = 1 THEN', '  TRACE one;'],
    line: 2,
    code: 'ControlMismatch',
    says: 'IF has no END IF',
  },
  {
    what: 'END IF that is missing in a loop',
    script: ['FOR i = 1 TO 2', '  IF i = 1 THEN', '    TRACE one;', 'NEXT i'],
    line: 2,
    code: 'ControlMismatch',
    says: 'NEXT stands where IF needs END IF',
  },
  {
    what: 'NEXT without FOR',
    script: ['TRACE a;', 'NEXT i'],
    line: 2,
    code: 'ControlMismatch',
    says: 'NEXT stands outside of a block',
  },
  {
    what: 'IF without THEN',
    script: ['LET a = 1;', 'IF a = 1', 'TRACE one;', 'END IF'],
    line: 2,
    code: 'Syntax',
    says: 'expected THEN on the same line',
  },
  {
    what: 'an unknown function',
    script: [...CUSTOMERS, 'LOAD Uper(name) as NAME RESIDENT Customers;'],
    line: 3,
    code: 'Syntax',
    says: 'did you mean Upper()?',
  },
  {
    what: 'a wrong number of arguments',
    script: ["LET a = Left('abc');"],
    line: 1,
    code: 'Syntax',
    says: 'Left() takes 2 argument(s), got 1',
  },
  {
    what: 'ApplyMap to an unknown map',
    script: [
      'Regions: MAPPING LOAD id, region FROM [lib://DataFiles/customers.csv] (txt);',
      "LOAD id, ApplyMap('Region', id) as r FROM [lib://DataFiles/customers.csv] (txt);",
    ],
    line: 2,
    code: 'MapNotFound',
    says: "Mapping table 'Region' not found (did you mean 'Regions'?)",
  },
  {
    what: 'CONCATENATE to an unknown table',
    script: [...CUSTOMERS, 'CONCATENATE (Customer)', 'LOAD 1 as id AUTOGENERATE 1;'],
    line: 3,
    code: 'TableNotFound',
    says: "did you mean 'Customers'?",
  },
  {
    what: 'JOIN to an unknown table',
    script: [...CUSTOMERS, 'LEFT JOIN (Custmers)', 'LOAD 1 as id AUTOGENERATE 1;'],
    line: 3,
    code: 'TableNotFound',
    says: "did you mean 'Customers'?",
  },
  {
    what: 'a table dropped that does not exist',
    script: [...CUSTOMERS, 'DROP TABLE Temp;'],
    line: 3,
    code: 'TableNotFound',
    says: "Table 'Temp' not found",
  },
  {
    what: 'a field dropped that does not exist',
    script: [...CUSTOMERS, 'DROP FIELD nome;'],
    line: 3,
    code: 'FieldNotFound',
    says: "Field 'nome' not found",
  },
  {
    what: 'STORE of an unknown table',
    script: [...CUSTOMERS, 'STORE Customer INTO [lib://DataFiles/out.qvd];'],
    line: 3,
    code: 'TableNotFound',
    says: "did you mean 'Customers'?",
  },
  {
    what: 'STORE without an extension',
    script: [...CUSTOMERS, 'STORE Customers INTO [lib://DataFiles/out];'],
    line: 3,
    code: 'PathInvalid',
    says: 'has no extension',
  },
  {
    what: 'LOAD without a source',
    script: ['Customers:', 'LOAD id, name;', 'TRACE done;'],
    line: 2,
    code: 'Syntax',
    says: 'This LOAD has no source',
  },
  {
    what: '!= for <>',
    script: ['LOAD id FROM [lib://DataFiles/customers.csv] (txt)', "WHERE region != 'North';"],
    line: 2,
    code: 'Syntax',
    says: 'not equal is written <>',
  },
  {
    what: 'an unknown file format',
    script: ['LOAD id FROM [lib://DataFiles/customers.csv] (text);'],
    line: 1,
    code: 'NotSupported',
    says: '"text" is not supported',
  },
  {
    what: 'a text that is never closed',
    script: ['LET a = 1;', "LET b = 'one;", 'TRACE done;'],
    line: 2,
    code: 'Syntax',
    says: 'The quote is never closed',
  },
  {
    what: 'a statement that is none',
    script: ['LOD id FROM [lib://DataFiles/customers.csv] (txt);'],
    line: 1,
    code: 'UnknownStatement',
    says: 'Unknown statement: LOD id',
  },
  {
    what: 'an included file that is missing',
    script: ['$(Must_Include=lib://DataFiles/setings.qvs)'],
    line: 1,
    code: 'FileNotFound',
    says: "did you mean 'settings.qvs'?",
  },
  {
    what: 'a misspelt field behind a variable',
    script: ['SET vFile = customers;', 'LOAD id, nme FROM [lib://DataFiles/$(vFile).csv] (txt);'],
    line: 2,
    code: 'FieldNotFound',
    says: "did you mean 'name'?",
  },
  {
    what: 'a misspelt field of a QVD that the script has stored',
    script: [
      ...CUSTOMERS,
      'STORE Customers INTO [lib://DataFiles/c.qvd] (qvd);',
      'Again: NOCONCATENATE LOAD nmae FROM [lib://DataFiles/c.qvd] (qvd);',
    ],
    line: 4,
    code: 'FieldNotFound',
    says: 'the source has id, name, region',
  },
]

describe('a typical mistake is told at its line with a remedy', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'reprise-mistakes-'))
    await mkdir(path.join(root, 'scripts'))
    await writeFile(path.join(root, 'customers.csv'), 'id,name,region\n1,Ann,North\n')
    await writeFile(path.join(root, 'semicolons.csv'), 'CustomerID;Name;Country\n1;Ann;UK\n')
    await writeFile(path.join(root, 'settings.qvs'), 'SET a = 1;\n')
  })
  afterAll(() => rm(root, { recursive: true }))

  it.each(MISTAKES)('$what', async ({ script, line, severity = 'error', code, says }) => {
    const connections = [{ name: 'DataFiles', root, writable: true }]
    const issues = await issuesWithFiles({ script: script.join('\n'), connections })
    expect(issues[0]).toMatchObject({ line, severity, code, message: expect.stringContaining(says) })
    expect(issues[0]!.remedy.length).toBeGreaterThan(10)
    expect(issues.slice(1)).toEqual([])
  })
})
