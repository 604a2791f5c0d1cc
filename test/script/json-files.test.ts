/** Tables in JSON (LANGUAGE, section 7; "Working with JSON files" of the documentation). */
import { describeScripts } from '../support/script-under-test.ts'

const NAMES =
  '[{"name":{"first":"Alice","last":"Stephenson"}},{"name":{"first":"Bob"}},{"name":{"last":"Roberts"}}]'
const ARRAYS = '[{"a":[1,2],"b":[3,4]},{"a":[2,3],"b":[4,5]}]'

describeScripts('JSON', [
  {
    rule: 'nested objects are fields by their path; fields that no row has are NULL',
    script: `T: LOAD * FROM [lib://d/n.json] (json); U: LOAD name.last as l, nix FROM [lib://d/n.json];`,
    files: { 'n.json': NAMES },
    tables: {
      T: 'name.first,name.last: Alice,Stephenson | Bob,∅ | ∅,Roberts',
      U: 'l,nix: Stephenson,∅ | ∅,∅ | Roberts,∅',
    },
    traced: ["Warning: No row of the file 'lib://d/n.json' has the field 'nix', which is NULL"],
  },
  {
    rule: 'a name that no row has is told, with the field of that name in a table within',
    script: `T: LOAD id FROM [lib://d/n.json] (json, table is [/a]);`,
    files: { 'n.json': '{"a":[{"id":1}]}' },
    tables: { T: 'id: ∅' },
    traced: [
      "Warning: No row of the file 'lib://d/n.json' has the field 'id', which is NULL; did you mean 'a.id'?",
    ],
  },
  {
    rule: 'arrays are tables of their own, linked by keys of their content',
    script: `T: LOAD %Key_a, RecNo() as row FROM [lib://d/a.json] (json);
      Left Join (T) LOAD * FROM [lib://d/a.json] (json, table is [/*/a]); DROP FIELD %Key_a;
      U: LOAD DISTINCT b..@1 as b FROM [lib://d/a.json] (json, table is [/*/b]);`,
    files: { 'a.json': ARRAYS },
    tables: { T: 'row,a..@1: 1,1 | 1,2 | 2,2 | 2,3', U: 'b: 3 | 4 | 5' },
  },
  {
    rule: 'arrays of objects, an object as root, values of every kind',
    script: `T: LOAD * FROM [lib://d/o.json] (json); DROP FIELD %Key_items;
      U: LOAD items.id as id, items.tag.x as x FROM [lib://d/o.json] (json, table is [/data/items]);`,
    files: {
      'o.json':
        '{"n":1.50,"t":"007","b":true,"z":null,"long":123456789012345678,"data":{"items":[{"id":1,"tag":{"x":"y"}},{"id":2}]}}',
    },
    tables: { T: 'n,t,b,z,long: 1.5,007#7,true,∅,"123456789012345678"', U: 'id,x: 1,y | 2,∅' },
  },
  {
    rule: 'FROM_FIELD: each value is a document; scalars of the root are @1',
    script: `S: LOAD '{"k":' & RecNo() & '}' as j AUTOGENERATE 2; Concatenate (S) LOAD Null() as j AUTOGENERATE 1; T: LOAD k FROM_FIELD (S, j) (json);
      V: LOAD * FROM [lib://d/v.json] (json);`,
    files: { 'v.json': '[1,"x"]' },
    tables: { S: 'j: {"k":1} | {"k":2} | ∅', T: 'k: 1 | 2', V: '@1: 1 | x' },
  },
  {
    rule: 'a character set of the format, and a byte order mark',
    script: `T: LOAD * FROM [lib://d/1.json] (json, codepage is 1252); U: LOAD * FROM [lib://d/2.json] (json);`,
    files: {
      '1.json': Buffer.from('{"a":"\xe9"}', 'latin1'),
      '2.json': Buffer.from('\ufeff{"b":"é"}', 'utf16le'),
    },
    tables: { T: 'a: é', U: 'b: é' },
  },
  ...(
    [
      ['no JSON', '{"a":', 12, 'cannot be read as JSON'],
      ['depth', `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`, 12, 'nested more than 500 deep'],
      ['no row', '[]', 10, 'no row in it'],
      ['bytes that are no text', Uint8Array.of(0x22, 0xe9, 0x22), 12, 'is not text in utf-8'],
    ] as const
  ).map(([what, content, code, message]) => ({
    rule: `refused: ${what}`,
    script: 'LOAD * FROM [lib://d/a.json] (json);',
    files: { 'a.json': content },
    fault: [code, message] as const,
  })),
])
