/** Who manages how others come in. */
import type { Caller } from '../core/caller.ts'
import { mayManageWaysIn } from '../core/rights.ts'
import { type Refused, refused } from './refusal.ts'

export function refuseWaysIn({ user }: Caller): Refused | undefined {
  if (mayManageWaysIn(user)) return undefined
  return refused('forbidden', 'ways in are managed by those who have the role TenantAdmin')
}
