/**
 * The second wall of this service: which one its settings and its machine allow, told at start if there is
 * none, and what the service does not do without one.
 */
import type { Log } from '../core/ports.ts'
import { nodeAlone } from '../engine/wall/node-alone.ts'
import type { FindProgram } from '../engine/wall/programs.ts'
import { raiseWall } from '../engine/wall/raise-wall.ts'
import type { Wall } from '../engine/wall/wall.ts'
import type { WallReport } from '../engine/wall-report.ts'
import { type Config, ConfigError } from './config.ts'
import { SETTINGS } from './settings-table.ts'

const { engineWall: WALL, trustTenants: TRUST } = SETTINGS

/**
 * @param sessionsRoot folder of the sessions' folders
 * @param findProgram tests pass their own
 * @throws ConfigError if the settings ask for a wall that the machine does not have
 */
export async function engineWall(
  { engineWall: wanted }: Pick<Config, 'engineWall'>,
  sessionsRoot: string,
  log: Log,
  findProgram?: FindProgram,
): Promise<Wall> {
  const wall =
    wanted === 'none'
      ? nodeAlone(`${WALL.variable} is none`)
      : await raiseWall(sessionsRoot, log, findProgram)
  const { kind, missing, cause } = wall.report
  if (kind !== 'none') return wall
  if (wanted === 'required') {
    throw new ConfigError(`${WALL.variable} is required, and there is none: ${[missing, cause].join('; ')}`)
  }
  log.warn('no second wall stands around engine processes', { wall: kind, missing, cause })
  return wall
}

/**
 * Scripts of one tenant could read the files of another through a hole in Node or DuckDB, if only Node's
 * permission model stands between them.
 * @throws ConfigError if the service may not serve so many tenants
 */
export function checkTenantsApart(
  tenants: number,
  wall: WallReport,
  { trustTenants }: Pick<Config, 'trustTenants'>,
): void {
  const reason = refuseTenants(tenants, wall, { trustTenants })
  if (reason !== undefined) throw new ConfigError(reason)
}

/** Why not; undefined: it may serve so many. */
export function refuseTenants(
  tenants: number,
  wall: WallReport,
  { trustTenants }: Pick<Config, 'trustTenants'>,
): string | undefined {
  if (tenants <= 1 || wall.kind !== 'none' || trustTenants) return undefined
  return (
    `${tenants} tenants need a second wall around engine processes, and there is none: ${wall.missing}. ` +
    `If no tenant is an enemy of another, start with ${TRUST.flag} (${TRUST.variable}=on)`
  )
}
