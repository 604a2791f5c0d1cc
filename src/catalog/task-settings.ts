/**
 * What holds for all tasks of a tenant (contract 03, section 9, and extensions): a pause, and calendars of
 * days on which schedules do not run.
 */
import type { TenantId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import type { Tenant } from '../core/records.ts'
import type { ChangeStore } from '../store/port/change.ts'
import { type Refused, refused } from './refusal.ts'
import { changeTenant } from './tenant.ts'

export const CALENDARS_MAX = 50
export const DAYS_MAX = 1000
const NAME = /^[\w .-]{1,64}$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What becomes due while tasks are paused is recorded as missed. */
export function pauseTasks(
  { store, clock }: { readonly store: ChangeStore; readonly clock: Clock },
  tenantId: TenantId,
  paused: boolean,
): Promise<Tenant | Refused> {
  return changeTenant(store, tenantId, (tenant) => {
    const { tasksPausedAt = clock.now(), ...rest } = tenant
    return paused ? { ...rest, tasksPausedAt } : rest
  })
}

/** @param days local dates such as 2026-12-25, in any order */
export async function putCalendar(
  store: ChangeStore,
  tenantId: TenantId,
  name: string,
  days: readonly string[],
): Promise<Tenant | Refused> {
  if (!NAME.test(name)) {
    const detail = 'the name of a calendar has 1 to 64 letters, digits, blanks, dots, hyphens or underscores'
    return refused('badRequest', detail, { parameter: 'name' })
  }
  const wrong = days.findIndex((day) => !isDay(day))
  if (wrong !== -1)
    return refused('badRequest', 'a day is written as 2026-12-25', { pointer: `/days/${wrong}` })
  let isFull = false
  const answer = await changeTenant(store, tenantId, (tenant) => {
    const { calendars = {} } = tenant
    isFull = !Object.hasOwn(calendars, name) && Object.keys(calendars).length >= CALENDARS_MAX
    if (isFull) return tenant
    return { ...tenant, calendars: { ...calendars, [name]: [...new Set(days)].sort() } }
  })
  return isFull ? refused('badRequest', `a tenant has at most ${CALENDARS_MAX} calendars`) : answer
}

/** Tasks that name it run on all days from then on. */
export async function removeCalendar(
  store: ChangeStore,
  tenantId: TenantId,
  name: string,
): Promise<Tenant | Refused> {
  let isThere = false
  const answer = await changeTenant(store, tenantId, ({ calendars: before = {}, ...tenant }) => {
    isThere = Object.hasOwn(before, name)
    const calendars = Object.fromEntries(Object.entries(before).filter(([one]) => one !== name))
    return Object.keys(calendars).length === 0 ? tenant : { ...tenant, calendars }
  })
  return isThere ? answer : refused('notFound', 'there is no calendar with this name', { parameter: 'name' })
}

function isDay(text: string): boolean {
  const ms = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
