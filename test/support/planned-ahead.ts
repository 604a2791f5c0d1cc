/**
 * Watches every script that a test runs and plans each of its statements ahead from its text alone, as a
 * checker does: what has run must not have been refused, and what is loaded then must be what was foretold,
 * as far as anything was.
 */

import { ScriptHost } from '../../src/engine/child/script-host.ts'
import type { HostAnswer, HostRequest } from '../../src/script/host.ts'
import type { DataModel } from '../../src/script/model/data-model.ts'
import type { Planned } from '../../src/script/plan/findings.ts'
import {
  type ModelShape,
  otherSectionShape,
  type SectionShape,
  shapeOf,
} from '../../src/script/plan/model-shape.ts'
import {
  planAutoNumber,
  planDropFields,
  planDropMaps,
  planDropTables,
  planMapUse,
  planRenameFields,
  planRenameTables,
} from '../../src/script/plan/plan-change.ts'
import { type PlannedLoad, planLoad } from '../../src/script/plan/plan-load.ts'
import { planStore } from '../../src/script/plan/plan-store.ts'
import type { Section } from '../../src/script/syntax/statement.ts'

interface Foretold {
  readonly section: Section
  readonly shape: ModelShape
}

/** From now on, in this process. */
export function watchPlans(): void {
  const { answer } = ScriptHost.prototype
  const foretold = new WeakMap<ScriptHost, Foretold>()
  ScriptHost.prototype.answer = async function (request: HostRequest): Promise<HostAnswer> {
    const before = foretold.get(this) ?? { section: 'application', shape: shapeOf(this.model, []) }
    const ahead = planAhead(request, before, this.partial)
    const answered = await answer.call(this, request)
    if (answered.kind === 'fault') {
      foretold.set(this, before)
      return answered
    }
    if (ahead?.refused !== undefined) throw new Error(`refused from its text, but ran: ${ahead.refused}`)
    const after = ahead?.after ?? before
    foretold.set(this, after)
    expectForetold(after, this.model, request)
    return answered
  }
}

function planAhead(
  request: HostRequest,
  { section, shape }: Foretold,
  partial: boolean,
): { readonly refused?: string; readonly after: Foretold } | undefined {
  const of = (answer: PlannedLoad | Planned<unknown>) => ({
    ...(answer.kind === 'refused' && { refused: answer.faults.map(({ message }) => message).join('; ') }),
    after: { section, shape: answer.after },
  })
  switch (request.kind) {
    case 'load': {
      const { statement, settings } = request
      const letters = section === 'access' ? 'upper' : request.rules.letters
      const rules = { ...request.rules, letters }
      return of(planLoad(statement, { model: shape, rules, settings, partial, hasVariable: () => undefined }))
    }
    case 'store':
      return of(planStore(request.statement, shape))
    case 'drop-tables':
      return of(planDropTables(request.tables, shape))
    case 'drop-maps':
      return of(planDropMaps(request.maps, shape))
    case 'drop-fields':
      return of(planDropFields(request.fields, request.tables, shape))
    case 'rename-tables':
      return of(planRenameTables(request.pairs, shape))
    case 'rename-fields':
      return of(planRenameFields(request.pairs, shape))
    case 'auto-number':
      return of(planAutoNumber(request.patterns, shape))
    case 'mapping-pairs':
      return of(planMapUse(request.map, shape))
    case 'section':
      return {
        after: {
          section: request.section,
          shape: request.section === section ? shape : otherSectionShape(shape),
        },
      }
    default:
      return undefined
  }
}

function expectForetold({ section, shape }: Foretold, model: DataModel, request: HostRequest): void {
  const [application, access] = section === 'access' ? [shape.aside, shape] : [shape, shape.aside]
  for (const wrong of [
    ...differences(application, model),
    ...differences(access, model.aside ?? { tables: [] }),
  ]) {
    throw new Error(`not what was foretold after ${request.kind}: ${wrong}`)
  }
}

function differences(
  shape: SectionShape,
  { tables, lastCreated }: Pick<DataModel, 'tables' | 'lastCreated'>,
): string[] {
  const wrong: string[] = []
  for (const { name, fields } of tables) {
    const foretold = shape.tables.find((table) => table.name === name)
    if (foretold === undefined && !shape.open) wrong.push(`there is a table ${name}`)
    if (foretold === undefined || foretold.fields.open) continue
    const [given, told] = [fields.map((field) => field.name).sort(), [...foretold.fields.names].sort()]
    if (given.join() !== told.join()) wrong.push(`${name} has ${given.join()}, not ${told.join()}`)
  }
  for (const { name, maybe } of shape.tables) {
    if (!maybe && !tables.some((table) => table.name === name)) wrong.push(`there is no table ${name}`)
  }
  const told = shape.lastCreated
  if (told !== undefined && told !== (lastCreated ?? null)) {
    wrong.push(`created last is ${lastCreated}, not ${told}`)
  }
  return wrong
}
