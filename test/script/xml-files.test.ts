/** Tables in XML: xmlSimple with a path (LANGUAGE, section 7). */
import { expect, it } from 'vitest'
import { describeScripts, withScript } from '../support/script-under-test.ts'

const ORDERS = `<?xml version="1.0"?>
<!-- orders -->
<orders xmlns:x="urn:x" made="2026-01-31">
  <order id="7" x:kind="a&amp;b">
    <customer vip="1"><name> Ann </name><city>Oslo</city></customer>
    <note><![CDATA[5 < 6]]> or more</note>
    <line no="1"><what>pen</what></line><line no="2"><what>ink</what></line>
    <empty/>
  </order>
  <order id="008"><customer><name>Bob</name></customer><tag>x</tag></order>
</orders>
`

describeScripts('XML', [
  {
    rule: 'rows are the elements at a path; fields are attributes, texts and paths below, and repeated elements are tables of their own',
    script: `T: LOAD * FROM [lib://d/o.xml] (XmlSimple, Table is [orders/order]);
      U: LOAD what, no as n FROM [lib://d/o.xml] (XmlSimple, Table is [orders/order/line]);`,
    files: { 'o.xml': ORDERS },
    tables: {
      T:
        'id,x:kind,customer/vip,customer/name,customer/city,note,empty,tag: ' +
        "7,a&b,1,Ann,Oslo,5 < 6 or more,'',∅ | 008#8,∅,∅,Bob,∅,∅,∅,x",
      U: 'what,n: pen,1 | ink,2',
    },
  },
  {
    rule: 'the text of the row itself is name%Table; without a path the root is the row; the extension decides',
    script: `T: LOAD * FROM [lib://d/a.xml] (xml, table is [r/s]); U: LOAD * FROM [lib://d/a.xml];`,
    files: { 'a.xml': '<r k="v"><s a="1">one</s><s>two</s><t><u>3</u></t></r>' },
    tables: { T: 'a,s%Table: 1,one | ∅,two', U: 'k,t/u: v,3' },
  },
  {
    rule: 'keys that a script asks for link the tables of a file',
    script: `T: LOAD id, %Key_order_1A2B3C4D5E6F7081 FROM [lib://d/o.xml] (XmlSimple, Table is [orders/order]);
      Left Join (T) LOAD what, %Key_order_1A2B3C4D5E6F7081 FROM [lib://d/o.xml] (XmlSimple, Table is [orders/order/line]);
      DROP FIELD %Key_order_1A2B3C4D5E6F7081;`,
    files: { 'o.xml': ORDERS },
    tables: { T: 'id,what: 7,pen | 7,ink | 008#8,∅' },
  },
  {
    rule: 'character sets: of the declaration, the mark, the format; what says UTF-16 in bytes is none',
    script: `A: LOAD * FROM [lib://d/1.xml] (XmlSimple); B: LOAD * FROM [lib://d/2.xml] (XmlSimple, codepage is 1250);
      C: LOAD * FROM [lib://d/3.xml] (XmlSimple); D: LOAD * FROM [lib://d/4.xml] (XmlSimple);`,
    files: {
      '1.xml': Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><r><a>\xe9</a></r>', 'latin1'),
      '2.xml': Buffer.from('<r><b>\xb9</b></r>', 'latin1'),
      '3.xml': Buffer.from('\ufeff<r><c>é</c></r>', 'utf16le'),
      '4.xml': '<?xml version="1.0" encoding="utf-16"?><r><d>é</d></r>',
    },
    tables: { A: 'a: é', B: 'b: ą', C: 'c: é', D: 'd: é' },
  },
  {
    rule: 'FROM_FIELD: each value is a document',
    script: `S: LOAD '<r><a>' & RecNo() & '</a></r>' as x AUTOGENERATE 2;
      T: LOAD a as b, Text(a) as c FROM_FIELD (S, x) (XmlSimple, table is [r]);`,
    tables: { S: 'x: <r><a>1</a></r> | <r><a>2</a></r>', T: 'b,c: 1,"1" | 2,"2"' },
  },
  ...(
    [
      ['no XML', 'a,b\n1,2', 'cannot be read as XML'],
      ['a document type', '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', 'document type'],
      ['an unknown entity', '<r>&nix;</r>', 'cannot be read as XML'],
      ['an end within', '<r><a>1</a>', 'ends within its root element'],
      ['tags that do not match', '<r><a>1</b></r>', 'cannot be read as XML'],
      ['depth', '<a>'.repeat(600), 'nested more than 500 deep'],
      ['no such table', '<q><a>1</a></q>', 'no table of this name'],
      ['an unknown character set', '<?xml version="1.0" encoding="nix"?><r/>', "'nix'"],
    ] as const
  ).map(([what, content, message]) => ({
    rule: `refused: ${what}`,
    script: 'LOAD * FROM [lib://d/a.xml] (XmlSimple, table is [r]);',
    files: { 'a.xml': content },
    fault: [what === 'no such table' ? 10 : 12, message] as const,
  })),
  {
    rule: 'a field that no row has',
    script: 'LOAD nix FROM [lib://d/a.xml] (XmlSimple);',
    files: { 'a.xml': '<r><a>1</a></r>' },
    fault: [11, "'nix'"],
  },
])

it('reads the header of a QVD as XML', async () => {
  const script = `T: LOAD RecNo() as n, 'x' as t AUTOGENERATE 1000; STORE T INTO [lib://d/t.qvd] (qvd); DROP TABLE T;
    F: LOAD FieldName, [NumberFormat/Type] as Type FROM [lib://d/t.qvd] (XmlSimple, table is [QvdTableHeader/Fields/QvdFieldHeader]);
    H: LOAD TableName, NoOfRecords FROM [lib://d/t.qvd] (XmlSimple, table is [QvdTableHeader]);
    G: LOAD DISTINCT String%Table as tag FROM [lib://d/t.qvd] (XmlSimple, table is [QvdTableHeader/Fields/QvdFieldHeader/Tags/String]);`
  await withScript(script, {}, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toEqual({
      F: 'FieldName,Type: n,INTEGER | t,UNKNOWN',
      H: 'TableName,NoOfRecords: T,1000',
      G: 'tag: $numeric | $integer | $ascii | $text',
    })
  })
})

it('reads a file of many pieces', async () => {
  const rows = Array.from({ length: 30_000 }, (_, index) => `<r n="${index}"><t>ä😀 ${index % 9}</t></r>`)
  const script = `S: LOAD * FROM [lib://d/a.xml] (XmlSimple, table is [a/r]);
    T: LOAD Count(n) as c, Sum(n) as s, Count(DISTINCT t) as d, Max(Len(t)) as l RESIDENT S; DROP TABLE S;`
  await withScript(script, { 'a.xml': `<a>${rows.join('\n')}</a>` }, ({ run, tables }) => {
    expect(run.end).toEqual({ kind: 'completed' })
    expect(tables).toEqual({ T: 'c,s,d,l: 30000,449985000,9,4' })
  })
})
