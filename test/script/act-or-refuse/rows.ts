/**
 * A pair of scripts for each item of the language, by the name it has in docs/generate/language-elements.ts
 * or in the tables of the parser. What stands in « » is there in one script and not in the other; « a | b »
 * is one or the other.
 */
import type { Scene } from './outcome.ts'

export interface Row extends Scene {
  readonly name: string
  readonly script: string
  /** The item changes nothing, because it is documented so. */
  readonly changesNothing?: Documented
}

export interface Documented {
  /** What the documentation says, in our words. */
  readonly says: string
  readonly at: string
}

export const HELP = 'https://help.qlik.com/en-US/sense/May2023/Subsystems/Hub/Content/Sense_Hub/Scripting'

export const T = 't: LOAD * INLINE [k,a,b\n1,x,10\n2,y,20\n3,,30\n3,z,30];\n'
export const U = 'u: NOCONCATENATE LOAD * INLINE [k,c\n2,p\n9,q];\n'
export const M = 'm: MAPPING LOAD * INLINE [from,to\na,A2\nt,t2\nx,ex\nk,a note];\n'
export const NULLS = 'LOAD k, If(k > 1, b) AS n RESIDENT t;'
export const DEFINITION =
  "d: DECLARE FIELD DEFINITION TAGGED '$date' PARAMETERS p = 1 FIELDS Year($1) AS y TAGGED '$year';\n"
export const TREE = 'INLINE [id,parent,name\n1,,World\n2,1,Europe\n3,2,UK]'
export const CSV = {
  files: { 'f.csv': 'k,a\n1,x\n2,y\n', 'in/f.csv': 'k,a\n7,z\n', 's.qvs': "SET v = 'in';" },
}
export const OLD = { before: 't: LOAD 1 AS k, 2 AS v AUTOGENERATE 1;' }
