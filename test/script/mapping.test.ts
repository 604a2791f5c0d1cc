/** SEMANTICS block M: mapping tables. */
import { describeScripts, inline } from '../support/script-under-test.ts'

const M = `m: MAPPING LOAD * ${inline('k,v', 'a,1', 'a,2', '01,x', 'j,Jan')};`
const COLOURS = `m: MAPPING LOAD * ${inline('k,v', 'R,Red', 'C,Cotton', 'S,Small', 'B,Blue', 'RR,Double')};`

describeScripts('Mapping tables', [
  {
    rule: 'M1: the first key wins',
    script: `${M} T: LOAD ApplyMap('m','a') as x AutoGenerate 1;`,
    tables: { T: 'x: 1' },
  },
  {
    rule: 'M2: without a match the input or the default',
    script: `${M} T: LOAD ApplyMap('m','z') as x, ApplyMap('m','z','?') as y AutoGenerate 1;`,
    tables: { T: 'x,y: z,?' },
  },
  {
    rule: 'M3: keys compare by identity; NULL has no match',
    script: `${M} T: LOAD ApplyMap('m',1) as x, ApplyMap('m',Null(),'none') as y AutoGenerate 1;`,
    tables: { T: 'x,y: x,none' },
  },
  {
    rule: 'M4: the result keeps both sides',
    script: `m: MAPPING LOAD 'j' as k, Dual('Jan',1) as v AutoGenerate 1; T: LOAD ApplyMap('m','j') as x AutoGenerate 1;`,
    tables: { T: 'x: Jan#1' },
  },
  {
    rule: 'M5: MapSubString replaces every key once, the longest first, case-sensitive',
    script: `${COLOURS} T: LOAD MapSubString('m',v) as x ${inline('v', 'R C S', 'B C with patch', 'RR-r')};`,
    tables: { T: 'x: Red Cotton Small | Blue Cotton with patch | Double-r' },
  },
  {
    rule: 'M7: an unknown map is a fault',
    script: `LOAD ApplyMap('nix',1) as x AutoGenerate 1;`,
    fault: [10, "'nix'"],
  },
  {
    rule: 'M8: a mapping table has two fields',
    script: `m: MAPPING LOAD * ${inline('a,b,c', '1,2,3')};`,
    fault: [16, 'two fields'],
  },
  { rule: 'M8: it is no table of the app', script: M, tables: {} },
  { rule: 'Outside a LOAD', script: `${M} LET v = ApplyMap('m','j','?'); TRACE $(v);`, traced: ['Jan'] },
  {
    rule: 'A mapping table may be loaded with expressions and groups',
    script: `S: LOAD * ${inline('k,v', 'a,1', 'a,2')}; m: MAPPING LOAD k, Sum(v) RESIDENT S GROUP BY k; T: LOAD ApplyMap('m','a') as x AutoGenerate 1; DROP TABLE S;`,
    tables: { T: 'x: 3' },
  },
  {
    rule: 'Fields are renamed by a mapping table',
    script: `m: MAPPING LOAD * ${inline('k,v', 'a,Alpha', 'zz,Nothing')}; T: LOAD 1 as a AutoGenerate 1; RENAME FIELDS USING m;`,
    tables: { T: 'Alpha: 1' },
  },
])
