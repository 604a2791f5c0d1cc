/**
 * Scripts in the manner of those found in public: generated headers, folder walkers, calendars, macros. Every
 * statement of them splits, parses and runs; what stands in branches that are not taken parses too.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  parseCall,
  parseCondition,
  parseExit,
  parseFor,
  parseLoopTest,
  parseSub,
} from '../../src/script/parse/parse-control.ts'
import { parseStatement } from '../../src/script/parse/parse-statement.ts'
import { isControl } from '../../src/script/syntax/head.ts'
import { type RawStatement, split } from '../../src/script/syntax/split.ts'
import { type Answers, run } from '../support/scripted-host.ts'

const FOLDER = new URL('corpus/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8')
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.qvs'))
const scripts = names.filter((name) => !name.endsWith('.inc.qvs'))

const ANSWERS: Answers = {
  variables: { vLastRun: '2024-01-01' },
  files: { 'lib://DataFiles/scripts/library.qvs': read('library.inc.qvs') },
  fileLists: {
    'lib://DataFiles/in/*.csv': ['lib://DataFiles/in/a b.csv', 'lib://DataFiles/in/c.csv'],
    'lib://DataFiles/in/*': ['lib://DataFiles/in/sub'],
    'lib://DataFiles/in/sub/*.txt': ['lib://DataFiles/in/sub/d.txt'],
  },
  fieldValues: { Period: ['202212', '202209'] },
  lookups: {
    'filesize(lib://DataFiles/store/facts.qvd)': 1000,
    'noofrows(Facts)': 12,
    'noofrows(Periods)': 6,
    'peek(__Sum,0,__Total)': 99.5,
  },
  maps: { RenameMap: [['cust_id', 'Customer [ID]']] },
}

/** Where the text depends on what macros give, a word stands for each. */
function plain(text: string): string {
  let result = text
  while (/\$\([^()]*(?:\([^()]*\)[^()]*)*\)/.test(result)) {
    result = result.replace(/\$\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '1')
  }
  return result
}

function parse({ head, text }: RawStatement): void {
  const expanded = plain(text)
  if (head === 'if' || head === 'elseif') parseCondition(expanded)
  else if (head === 'for') parseFor(expanded)
  else if (head === 'do' || head === 'loop') parseLoopTest(expanded)
  else if (head === 'sub') parseSub(expanded)
  else if (head === 'call') parseCall(expanded)
  else if (head === 'exit') parseExit(expanded)
  else if (head === 'assign' || (!isControl(head) && head !== 'include' && expanded !== '1'))
    parseStatement(expanded)
}

describe('the corpus', () => {
  it('has scripts to read', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(10)
  })

  it.each(names)('%s splits and parses, each statement at a line of its own text', (name) => {
    const script = read(name)
    const lines = script.split('\n')
    const statements = split(script)
    expect(statements.length).toBeGreaterThan(5)
    for (const statement of statements) {
      expect(lines[statement.line - 1]).toContain(statement.text.split('\n')[0]!.trimEnd().slice(0, 10))
      if (!/^(?:Nothing like this|This would be)/.test(statement.text)) parse(statement)
    }
  })

  it.each(scripts)('%s runs to its end', (name) => {
    const { end, log } = run(read(name), ANSWERS)
    expect(end).toEqual({ kind: 'completed' })
    expect(log.filter((line) => line.includes('Error:'))).toEqual([])
  })

  it.each<[string, string[]]>([
    [
      'walker.qvs',
      [
        "Loading lib://DataFiles/in/a b.csv into a_b - it's file number 0",
        "Loading lib://DataFiles/in/c.csv into c - it's file number 1",
        "Loading lib://DataFiles/in/sub/d.txt into d - it's file number 2",
      ],
    ],
    ['macros.qvs', ['1-A was expected', 'It\'s "quoted" (and long); really']],
    ['incremental.qvs', ['12 rows in Facts']],
    ['main.qvs', ['[main] started', 'The total is 99.5, begun at 3923726400', 'stop']],
    ['loops.qvs', ['Periods are there', 'period 202212', 'period 202209']],
  ])('%s says what it should', (name, traced) => {
    expect(run(read(name), ANSWERS).traced).toEqual(traced)
  })
})
