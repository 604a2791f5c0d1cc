/** The commands that a newcomer types first: `reprise demo` and `reprise reload`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { finishedEventFaults } from '../../src/cli/finished-event-check.ts'
import { endAll, newDataFolder } from '../support/service-process.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

afterAll(endAll)

function reprise(...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', timeout: 60_000 })
}

describe('reprise demo', () => {
  it('prints one finished event and nothing else with --json', () => {
    const { stdout, status } = reprise('demo', '--json')
    expect(status).toBe(0)
    const event = JSON.parse(stdout)
    expect(finishedEventFaults(event)).toEqual([])
    expect(event.host).toBe('localhost')
    expect(event.data).toMatchObject({ status: 'SUCCEEDED', succeeded: true, weight: 1 })
  })

  it('shows files, progress, log, tables and the verified event to people, without colour in a pipe', () => {
    const { stdout, status } = reprise('demo')
    expect(status).toBe(0)
    for (const part of [
      'lib://DataFiles/airports.csv',
      'Airports << airports.csv',
      'Regional << ',
      'Busiest',
      'com.qlik.v1.reload.finished',
      'signature, schema and rules hold',
    ]) {
      expect(stdout).toContain(part)
    }
    expect(stdout).not.toContain('\u001b[')
  })
})

describe('reprise reload', () => {
  const folder = newDataFolder()
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'data', 'sales.csv'), 'region,amount\nNorth,10\nSouth,20\nNorth,5\n')
  const script = (text: string) => {
    const path = join(folder, 'script.qvs')
    writeFileSync(path, text)
    return path
  }
  const reload = (text: string, ...more: string[]) =>
    reprise('reload', script(text), '--data', join(folder, 'data'), ...more)

  it('prints log, tables and rows, stores files, and exits with 0', () => {
    const { stdout, status } = reload(`
Sales: LOAD region, amount FROM [lib://DataFiles/sales.csv] (txt);
Totals: LOAD region AS place, Sum(amount) AS total RESIDENT Sales GROUP BY region;
STORE Totals INTO [lib://DataFiles/totals.csv] (txt);`)
    expect(stdout).toContain('Sales << sales.csv 3 Lines fetched')
    expect(stdout).toMatch(/Totals {2}2 rows/)
    expect(stdout).toMatch(/North +15/)
    expect(stdout).toContain('SUCCEEDED')
    expect(status).toBe(0)
    expect(readFileSync(join(folder, 'data', 'totals.csv'), 'utf8')).toContain('North,15')
  })

  it('tells the line of a script error and exits with 1', () => {
    const { stdout, status } = reload('T: LOAD 1 AS a AUTOGENERATE 1;\nLOAD b RESIDENT T;')
    expect(stdout).toMatch(/line 2, column 6: .*b/)
    expect(status).toBe(1)
  })

  it('ends EXCEEDED_LIMIT with exit code 4 on its time limit', () => {
    const { stdout, status } = reload('SLEEP 60000;', '--timeout', '500ms')
    expect(stdout).toContain('EXCEEDED_LIMIT')
    expect(status).toBe(4)
  })

  it('prints one JSON object with --json and takes variables', () => {
    const { stdout, status } = reload(
      "T: LOAD '$(vName)' AS name AUTOGENERATE 1;",
      '--json',
      '--variable',
      'vName=Zoë',
    )
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'SUCCEEDED',
      tables: [{ name: 'T', rows: 1, fields: ['name'] }],
    })
  })

  it.each([
    [['reload'], "missing required argument 'script'"],
    [['reload', MAIN, '--row', '5'], "unknown option '--row'"],
    [['relaod', MAIN], "unknown command 'relaod'"],
    [['reload', 'nowhere.qvs'], 'cannot read the script'],
    [['reload', MAIN, '--rows', 'x'], '--rows takes'],
    [['reload', MAIN, '--variable', 'x'], '--variable takes name=value'],
    [['reload', MAIN, '--timeout', 'x'], '--timeout: "x" is not a duration'],
  ])('refuses wrong use: %j', (args, told) => {
    const { stderr, status } = reprise(...args)
    expect(stderr).toContain(told)
    expect(status).toBe(2)
  })
})
