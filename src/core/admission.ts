/**
 * Decides whether a reload may be accepted: all rules that need no transaction. These are the limits of the
 * request's fields (contract 02, sections 1.2, 5 and 7), the right to reload the app (sections 3 and 9), and
 * what the app can take. Requests and triggers alike pass here (intake/accept.ts).
 *
 * Returns all faults of fields at once, each with the JSON pointer of the field. The daily quota and a
 * pending reload are checked in the accepting transaction (store).
 */
import {
  VARIABLE_NAME_MAX_CHARACTERS,
  VARIABLE_VALUE_MAX_CHARACTERS,
  VARIABLES_MAX_COUNT,
  WEIGHT_DEFAULT,
  WEIGHT_MAX,
  WEIGHT_MIN,
} from './limits.ts'

export interface ReloadFields {
  readonly weight?: number
  readonly variables?: Readonly<Record<string, string>>
  readonly resourceId?: string
}

export interface AdmissionFault {
  /** JSON pointer (RFC 6901) into the request body. */
  readonly pointer: string
  readonly detail: string
}

/**
 * Our own limit: the contract leaves it open, and the event has to stay under 64 KiB (contract 01, section
 * 3.3, rule 8).
 */
export const RESOURCE_ID_MAX_CHARACTERS = 512

/**
 * Read-only variables of a running script (LANGUAGE, section 11), which a request cannot set.
 * Case-insensitive.
 */
const RESERVED_VARIABLES = new Set([
  'scripterror',
  'scripterrorcount',
  'scripterrordetails',
  'scripterrorlist',
])

export type NotAdmitted =
  | { readonly kind: 'invalid'; readonly faults: readonly AdmissionFault[] }
  | { readonly kind: 'no-app' }
  | { readonly kind: 'no-right' }

/** The user, as far as the rules need to know. */
export interface Asking {
  readonly isActive: boolean
  /** May see the app: such a user is told that it does not exist, others only that they lack the right. */
  readonly seesAllApps: boolean
}

/** The requested app, and whether the user may reload it. */
export interface AskedApp {
  readonly usage: string
  readonly mayReload: boolean
}

/**
 * Returns why the user may not reload this app; undefined if allowed. Check the fields first: a user without
 * the right learns nothing else about the app.
 * @param app undefined if the tenant has no such app
 */
export function refuseApp(
  { isActive, seesAllApps }: Asking,
  app: AskedApp | undefined,
  partial: boolean,
): NotAdmitted | undefined {
  if (!isActive) return { kind: 'no-right' }
  if (app === undefined) return { kind: seesAllApps ? 'no-app' : 'no-right' }
  if (!app.mayReload) return { kind: 'no-right' }
  if (partial && app.usage === 'DATA_PREPARATION') {
    const detail = 'a script app cannot be reloaded partially'
    return { kind: 'invalid', faults: [{ pointer: '/partial', detail }] }
  }
  return undefined
}

/** Returns the faults of the request in the order of its fields; empty if it may be accepted. */
export function checkReloadFields(fields: ReloadFields): AdmissionFault[] {
  return [
    ...checkWeight(fields.weight),
    ...checkVariables(fields.variables ?? {}),
    ...checkResourceId(fields.resourceId),
  ]
}

/**
 * Returns the effective weight: 1 for a personal app whatever was requested (contract 02, section 5), the
 * default if unset.
 */
export function effectiveWeight(asked: number | undefined, personal: boolean): number {
  return personal ? WEIGHT_MIN : (asked ?? WEIGHT_DEFAULT)
}

function checkWeight(weight: number | undefined): AdmissionFault[] {
  if (weight === undefined) return []
  if (Number.isInteger(weight) && weight >= WEIGHT_MIN && weight <= WEIGHT_MAX) return []
  return [{ pointer: '/weight', detail: `weight must be a whole number from ${WEIGHT_MIN} to ${WEIGHT_MAX}` }]
}

function checkVariables(variables: Readonly<Record<string, string>>): AdmissionFault[] {
  const names = Object.keys(variables)
  const tooMany: AdmissionFault[] =
    names.length > VARIABLES_MAX_COUNT
      ? [
          {
            pointer: '/variables',
            detail: `variables must have at most ${VARIABLES_MAX_COUNT} entries, not ${names.length}`,
          },
        ]
      : []
  return [...tooMany, ...names.flatMap((name) => checkVariable(name, variables[name] ?? ''))]
}

function checkVariable(name: string, value: string): AdmissionFault[] {
  const pointer = `/variables/${pointerPart(name)}`
  const faults: AdmissionFault[] = []
  const nameCharacters = characters(name)
  if (nameCharacters < 1 || nameCharacters > VARIABLE_NAME_MAX_CHARACTERS) {
    faults.push({
      pointer,
      detail: `a variable name must have 1 to ${VARIABLE_NAME_MAX_CHARACTERS} characters, not ${nameCharacters}`,
    })
  }
  if (/\p{Cc}/u.test(name)) {
    faults.push({ pointer, detail: 'a variable name must not have control characters' })
  }
  if (RESERVED_VARIABLES.has(name.toLowerCase())) {
    faults.push({ pointer, detail: `the variable name ${name} is reserved by the script language` })
  }
  const valueCharacters = characters(value)
  if (valueCharacters > VARIABLE_VALUE_MAX_CHARACTERS) {
    faults.push({
      pointer,
      detail: `a variable value must have at most ${VARIABLE_VALUE_MAX_CHARACTERS} characters, not ${valueCharacters}`,
    })
  }
  return faults
}

function checkResourceId(resourceId: string | undefined): AdmissionFault[] {
  if (resourceId === undefined) return []
  const count = characters(resourceId)
  if (count >= 1 && count <= RESOURCE_ID_MAX_CHARACTERS) return []
  return [
    {
      pointer: '/resourceId',
      detail: `resourceId must have 1 to ${RESOURCE_ID_MAX_CHARACTERS} characters, not ${count}`,
    },
  ]
}

/** Counts Unicode code points (contract 02, section 7: length unit). */
function characters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/**
 * Returns one part of a JSON pointer, escaped and cut: a name of 60,000 characters is not repeated in full.
 */
function pointerPart(name: string): string {
  const part = [...name].slice(0, 64).join('')
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}
