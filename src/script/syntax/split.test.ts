import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectTokensInPlace } from '../../../test/support/tokens-in-place.ts'
import { split } from './split.ts'

const texts = (script: string) => split(script).map(({ text }) => text)
const heads = (script: string) => split(script).map(({ head }) => head)

describe('where a statement ends (LANGUAGE 1.1)', () => {
  it.each<[string, string, string[]]>([
    [
      'regular statements end at a semicolon and may span lines',
      'LET a =\n1;\nDROP TABLE b;',
      ['LET a =\n1', 'DROP TABLE b'],
    ],
    ['the last semicolon may be missing', 'LET a = 1', ['LET a = 1']],
    ['empty statements are none', ';;\n ; ', []],
    ['quotes hide semicolons', `LET a = ';' & ";" & [;];LET b=1;`, [`LET a = ';' & ";" & [;]`, 'LET b=1']],
    ['a doubled mark stays inside', "LET a = 'x'';';LET b=1;", ["LET a = 'x'';'", 'LET b=1']],
    [
      'control clauses end at the line',
      'FOR i=1 to 3\nCALL s(i)\nNEXT',
      ['FOR i=1 to 3', 'CALL s(i)', 'NEXT'],
    ],
    ['or at a semicolon', 'DO WHILE a<3; LOOP;', ['DO WHILE a<3', 'LOOP']],
    [
      'IF ends behind THEN',
      'if a=1 then; drop table xyz; end if;',
      ['if a=1 then', 'drop table xyz', 'end if'],
    ],
    ['THEN in quotes is none', "IF a='then' THEN\nEND IF", ["IF a='then' THEN", 'END IF']],
    ['ELSE ends behind the word', 'ELSE SET a=1;', ['ELSE', 'SET a=1']],
    ['IF without THEN ends with its line (P1)', 'IF a=1\nTHEN', ['IF a=1', 'THEN']],
    ['an assignment ends with its line', 'a = 1\nb=2', ['a = 1', 'b=2']],
    ['also to a quoted or built name', '[my a] = 1\nv$(i).x = 2\n', ['[my a] = 1', 'v$(i).x = 2']],
    [
      'an Include needs no semicolon',
      '$(Include=a b.qvs)\n$(Must_Include=c.qvs); x=1',
      ['$(Include=a b.qvs)', '$(Must_Include=c.qvs)', 'x=1'],
    ],
    [
      'an Include within a statement has an unquoted path too',
      "LOAD d $(Include=lib://a/it's/b.qvs), /* x */ e\nRESIDENT t; x=1",
      ["LOAD d $(Include=lib://a/it's/b.qvs),   e\nRESIDENT t", 'x=1'],
    ],
    ['other macros need one', '$(a)\n$(b);', ['$(a)\n$(b)']],
    ['a label belongs to its LOAD', 'T:\nLOAD 1 as a AutoGenerate 1;', ['T:\nLOAD 1 as a AutoGenerate 1']],
    [
      'before another statement it waits, apart',
      "T:\nTRACE it's;\nS: // a: b\nIF a THEN\n",
      ['T:', "TRACE it's", 'S:', 'IF a THEN'],
    ],
    [
      'a label may be called like a statement',
      'Next: LOAD 1 as Sub AutoGenerate 1;',
      ['Next: LOAD 1 as Sub AutoGenerate 1'],
    ],
  ])('%s', (_rule, script, expected) => {
    expect(texts(script)).toEqual(expected)
  })
})

describe('raw text (LANGUAGE 1.2)', () => {
  it.each<[string, string, string[]]>([
    ['SET with a quoted value may hold semicolons', "SET m='a;b';SET n=1;", ["SET m='a;b'", 'SET n=1']],
    [
      'SET with brackets may hold an apostrophe (O3)',
      "SET v=[This year's; n];SET n=1;",
      ["SET v=[This year's; n]", 'SET n=1'],
    ],
    [
      'SET without quotes is raw',
      "SET v=it's // no comment;SET n=1;",
      ["SET v=it's // no comment", 'SET n=1'],
    ],
    [
      'also behind WHEN and UNLESS',
      "WHEN trace=1 TRACE it's;unless a='x;' and (b) SET v='a;b';WHEN 1 STORE T INTO lib://D/it's.csv (txt);x=1",
      [
        "WHEN trace=1 TRACE it's",
        "unless a='x;' and (b) SET v='a;b'",
        "WHEN 1 STORE T INTO lib://D/it's.csv (txt)",
        'x=1',
      ],
    ],
    ['SET of an apostrophe-free empty value', "SET v=;SET w='x';", ['SET v=', "SET w='x'"]],
    [
      'TRACE and REM take unpaired quotes',
      "TRACE it's;REM don't [ ;x=1",
      ["TRACE it's", "REM don't [", 'x=1'],
    ],
    [
      'a path in FROM may hold // and apostrophes',
      "LOAD a FROM lib://D/it's/*.csv (txt);x=1",
      ["LOAD a FROM lib://D/it's/*.csv (txt)", 'x=1'],
    ],
    [
      'a field may be called From',
      "LOAD From, 'a;' as From RESIDENT T;x=1",
      ["LOAD From, 'a;' as From RESIDENT T", 'x=1'],
    ],
    [
      'a path may be built by macros',
      "LOAD * FROM $(p(';'))/it's.csv;x=1",
      ["LOAD * FROM $(p(';'))/it's.csv", 'x=1'],
    ],
    [
      'a path in INTO too',
      "STORE T INTO lib://D/it's.csv (txt);x=1",
      ["STORE T INTO lib://D/it's.csv (txt)", 'x=1'],
    ],
    [
      'INLINE holds anything',
      "LOAD * INLINE [\na;b//c\nit's\n];x=1",
      ["LOAD * INLINE [\na;b//c\nit's\n]", 'x=1'],
    ],
    [
      'INLINE in double quotes may hold ] (E9)',
      'LOAD * INLINE "a\nx]y";x=1',
      ['LOAD * INLINE "a\nx]y"', 'x=1'],
    ],
    ['an open quote is an ordinary character', "LET a = 'b;x=1", ["LET a = 'b", 'x=1']],
  ])('%s', (_rule, script, expected) => {
    expect(texts(script)).toEqual(expected)
  })
})

describe('comments', () => {
  it.each<[string, string, string[]]>([
    ['to the end of the line', '///$tab Main\r\nLET a=1; // x;\n// y\nLET b=2;', ['LET a=1', 'LET b=2']],
    ['in the middle', 'LET a /* ; */ = 1;', ['LET a   = 1']],
    ['never inside quotes', "LET a = '//' & '/*';", ["LET a = '//' & '/*'"]],
    ['behind a control clause', 'IF a THEN // b\nNEXT /* c */\nEND IF', ['IF a THEN', 'NEXT', 'END IF']],
    ['with an apostrophe', "LET a = 1 // it's\n;LET b = 'x';", ['LET a = 1', "LET b = 'x'"]],
    ['behind an unquoted path', 'LOAD * FROM a.csv // b\nWHERE c;', ['LOAD * FROM a.csv  \nWHERE c']],
    ['left open', 'LET a=1; /* b', ['LET a=1']],
  ])('%s', (_rule, script, expected) => {
    expect(texts(script)).toEqual(expected)
  })

  it('keep their line ends, so that lines can be counted', () => {
    expect(
      split('LOAD a /* 1\n2 */, b\n// c\nRESIDENT T;\nx=1').map(({ line, text }) => [
        line,
        text.split('\n').length,
      ]),
    ).toEqual([
      [1, 4],
      [5, 1],
    ])
  })
})

it('tells the heads that blocks are made of', () => {
  const script = `if a then\nelseif b then\nelse\nend if\nEndIf\nfor i=1 to 2\nnext\ndo\nloop while a
switch a\ncase 1\ndefault\nend switch\nendswitch\nsub s(a)\nend sub\nendsub\ncall s\nexit script when a\nexit for`
  expect(heads(script)).toEqual(
    'if|elseif|else|end if|end if|for|next|do|loop|switch|case|default|end switch|end switch|sub|end sub|end sub|call|exit|exit'.split(
      '|',
    ),
  )
})

it('does not take words for heads that only look like them', () => {
  expect(heads('Iffy: LOAD 1 as a AutoGenerate 1; format = 1\n do_it = 2\n End = 3\n')).toEqual([
    'regular',
    'assign',
    'assign',
    'assign',
  ])
})

const scriptText = fc.string({
  unit: fc.constantFrom(
    ...` \n;'"[](){}=$,:/*`,
    ...[
      'LOAD ',
      'FROM ',
      'IF ',
      'THEN',
      'ELSE ',
      'SET ',
      'LET ',
      'TRACE ',
      '$(',
      '//',
      '/*',
      '*/',
      'a',
      'INLINE ',
      'T: ',
    ],
  ),
  maxLength: 60,
})

describe('any text', () => {
  it('is split without loss: only blanks, comments and semicolons stand between statements', () => {
    fc.assert(
      fc.property(scriptText, (script) => {
        let at = 0
        for (const { start, end } of split(script)) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeGreaterThan(start)
          expect(script.slice(at, start)).toMatch(/^(?:[\s;]|\/\/[^\n]*(?=\n|$)|\/\*[\s\S]*?\*\/)*$/)
          at = end
        }
        expect(script.slice(at)).toMatch(/^(?:[\s;]|\/\/[^\n]*(?=\n|$)|\/\*[\s\S]*?(?:\*\/|$))*$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives statements whose tokens stand in the script where their origin says', () => {
    fc.assert(
      fc.property(scriptText, (script) => expectTokensInPlace(script)),
      { numRuns: 1000 },
    )
  })

  it('gives statements whose text stands in the script at the line they name', () => {
    fc.assert(
      fc.property(scriptText, (script) => {
        const lines = script.split('\n')
        for (const { text, line } of split(script)) {
          if (text !== '') expect(lines[line - 1]).toContain(text.charAt(0))
        }
      }),
      { numRuns: 1000 },
    )
  })
})
