/**
 * Scripts that read what they store, in three sizes, and a reader of all of it. Whatever a script reads it
 * tells by TRACE, as `READ place: run=rows run=rows`: so the contents of files and of app data are seen over
 * the public API, in the script log of the reload that read them.
 *
 * Variables of a reload: `vRun` is its name, `vMood` how it ends when nobody disturbs it: 0 well, 1 by a
 * script error after its last STORE, 2 with more app data than the limit allows, after it as well. The
 * reader takes `vAll`: 1 for every place, else only those that are stored together.
 */
import type { PlannedPlace } from './checker/history.ts'

export const SIZES = ['small', 'medium', 'large'] as const
export type Size = (typeof SIZES)[number]

/** So that mood 2 is over it, and no other reload near it. */
export const APP_DATA_LIMIT = '8m'
const TOO_MANY_ROWS = 1_200_000

interface Shape {
  /** File names, from the name of the app or, if they are shared, of the tenant. */
  readonly files: (app: string, tenant: string) => readonly string[]
  readonly keeps: PlannedPlace['keeps']
  /** Rows that a run stores in each file. */
  readonly fileRows: number
  readonly tables: Readonly<Record<string, number>>
  /** Pauses before and between the STOREs, ms: time to be killed in, at no cost of processor. */
  readonly sleepMs: number
}

const SHAPES: Readonly<Record<Size, Shape>> = {
  small: {
    files: (app) => [`h-${app}.qvd`],
    keeps: 'every',
    fileRows: 1,
    tables: { Few: 50, Many: 2000 },
    sleepMs: 0,
  },
  medium: {
    files: (app) => [`p-${app}.qvd`, `q-${app}.csv`],
    keeps: 'every',
    fileRows: 1,
    tables: { Few: 200, Many: 10_000 },
    sleepMs: 250,
  },
  large: {
    files: (_, tenant) => [`w-${tenant}.qvd`, `v-${tenant}.csv`],
    keeps: 'last',
    fileRows: 8000,
    tables: { Few: 500, Many: 30_000 },
    sleepMs: 850,
  },
}

/** Places of an app: its files, which it may share, and the tables of its data. */
export function placesOf(app: string, tenant: string, size: Size): PlannedPlace[] {
  const { files, keeps, fileRows, tables } = SHAPES[size]
  const names = files(app, tenant)
  return [
    ...names.map((name): PlannedPlace => {
      return { kind: 'place', name, keeps, rows: fileRows, writers: [app], group: names[0]! }
    }),
    ...Object.entries(tables).map(([table, rows]): PlannedPlace => {
      return { kind: 'place', name: `${app}/${table}`, keeps: 'last', rows, writers: [app], group: app }
    }),
  ]
}

export function scriptOf(app: string, tenant: string, size: Size): string {
  const { files, keeps, fileRows, tables, sleepMs } = SHAPES[size]
  const names = files(app, tenant)
  const looks = (all: readonly string[]) => (all.length < 2 ? all : [...all, all[0]!])
  return `
${LOOK}
IF IsPartialReload() THEN
${looks(Object.keys(tables))
  .map((table) => `  CALL look('${app}/${table}', '${table}')`)
  .join('\n')}
ELSE
${looks(names)
  .map((name) => readFile(name, 'Read'))
  .join('\n')}
${sleep(sleepMs)}
${names
  .map(
    (name, at) => `${keeps === 'every' ? loadFile(name, `Out${at}`) : `Out${at}: LOAD * INLINE [run];`}
  CONCATENATE (Out${at}) LOAD '$(vRun)' AS run AUTOGENERATE ${fileRows};
  STORE Out${at} INTO [lib://DataFiles/${name}] (${formatOf(name)});
  DROP TABLE Out${at};
${sleep(sleepMs)}`,
  )
  .join('\n')}
${Object.entries(tables)
  .map(([table, rows]) => `  ${table}: LOAD '$(vRun)' AS run, RecNo() AS [${table} no] AUTOGENERATE ${rows};`)
  .join('\n')}
  IF $(vMood) = 1 THEN
    Broken: LOAD * FROM [lib://DataFiles/there is none.csv] (txt);
  END IF
  IF $(vMood) = 2 THEN
    TooMuch: LOAD Rand() AS big AUTOGENERATE ${TOO_MANY_ROWS};
  END IF
END IF
`
}

/** @param places of its tenant */
export function readerScript(places: readonly PlannedPlace[]): string {
  const files = places.filter(({ name }) => /\.(qvd|csv)$/.test(name))
  const groups = [...new Set(files.map(({ group }) => group))].map((group) =>
    files.filter((file) => file.group === group).map(({ name }) => name),
  )
  const single = groups.filter(({ length }) => length === 1).map(([name]) => readFile(name!, 'Read'))
  const together = groups
    .filter(({ length }) => length > 1)
    .map((names) => [...names, names[0]!].map((name) => readFile(name, 'Read')).join('\n'))
  return `
${LOOK}
${together.join('\n')}
IF $(vAll) = 1 THEN
${single.join('\n')}
END IF
`
}

/** What a script log tells to have been read, in its order. */
export function readsIn(log: string): { readonly place: string; readonly rows: Record<string, number> }[] {
  return [...log.matchAll(/^\S+Z +\d{4} +READ (\S+): ?(.*?)\r?$/gm)].map(([, place, told]) => ({
    place: place!,
    rows: Object.fromEntries(
      told!
        .split(' ')
        .filter((part) => part !== '')
        .map((part) => part.split('='))
        .map(([run, count]) => [run!, Number(count)]),
    ),
  }))
}

/** ADD: in a partial reload, too. */
const LOOK = `
SUB look(place, from)
  Counted: ADD LOAD run & '=' & Count(run) AS part RESIDENT [$(from)] GROUP BY run;
  Told: ADD LOAD Concat(part, ' ') AS parts RESIDENT Counted;
  LET vTold = Peek('parts', 0, 'Told');
  TRACE READ $(place): $(vTold);
  DROP TABLES Counted, Told;
END SUB`

function readFile(name: string, table: string): string {
  return `${loadFile(name, table)}
  CALL look('${name}', '${table}')
  DROP TABLE ${table};`
}

/** Empty where there is no file yet. */
function loadFile(name: string, table: string): string {
  return `  ${table}: LOAD * INLINE [run];
  IF NOT IsNull(FileSize('lib://DataFiles/${name}')) THEN
    CONCATENATE (${table}) LOAD run FROM [lib://DataFiles/${name}] (${formatOf(name)});
  END IF`
}

function formatOf(name: string): string {
  return name.endsWith('.qvd') ? 'qvd' : "txt, utf8, embedded labels, delimiter is ','"
}

function sleep(ms: number): string {
  return ms === 0 ? '' : `  SLEEP ${ms};`
}
