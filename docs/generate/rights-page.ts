/** The text of docs/reference/rights.md: who has which right, and which right each operation asks for. */
import type { SpaceId, TenantId, UserId } from '../../src/core/ids.ts'
import { OPERATION_RIGHTS, OPERATIONS, type OperationRight } from '../../src/core/operations.ts'
import { SPACE_TYPES, type SpaceType, type User } from '../../src/core/records.ts'
import { SPACE_ROLES } from '../../src/core/rights.ts'
import { ROLE_ABOUT, ROLES, type Role } from '../../src/core/role.ts'
import { answerTo, type RightAnswer } from './right-answers.ts'

const RIGHTS = Object.keys(OPERATION_RIGHTS) as OperationRight[]
const MARKS: Readonly<Record<RightAnswer, string>> = { yes: 'yes', forbidden: '403', 'not found': '404' }

export function rightsPage(): string {
  return `# Who may do what

Generated from \`src/core/operations.ts\` and \`src/core/rights.ts\`; a test asks every operation as every kind of caller. A user has the
roles of its own and those of its groups, in the tenant as in spaces. **yes**: allowed. **403**: forbidden. **404**: answered as if
it were not there. What another tenant owns is 404 to everybody; who is not active comes in nowhere (401).

## Rights

| right | who has it |
|---|---|
${RIGHTS.map((right) => `| \`${right}\` | ${OPERATION_RIGHTS[right]} |\n`).join('')}
## Roles of the tenant

${ROLES.map((role) => `- **${role}**: ${ROLE_ABOUT[role]}.\n`).join('')}
What they give over an app of somebody else in a shared space, over what belongs to it, and over what its owner made. Over a personal
app it is the same for tenant admins, but that they do not read its script, and nobody else has anything.

${table(['none', ...ROLES], (right, role) =>
  answer(right, 'shared', { roles: role === 'none' ? [] : [role as Role] }),
)}
${SPACE_TYPES.map(spaceSection).join('\n')}
## Operations

| operation | right |
|---|---|
${Object.entries(OPERATIONS)
  .map(([operation, right]) => `| \`${operation}\` | \`${right}\` |\n`)
  .join('')}`
}

function spaceSection(type: SpaceType): string {
  const given = (column: string) =>
    column === 'owner of the space' ? { isSpaceOwner: true } : { spaceRoles: [column] }
  const about = type === 'data' ? /^(space|file):/ : /^(space|file|app|reloads?|task):/
  return `## Roles in ${type} spaces

${table(
  ['owner of the space', ...SPACE_ROLES[type]],
  (right, column) => answer(right, type, given(column)),
  RIGHTS.filter((right) => about.test(right)),
)}`
}

/** One row for each right. */
function table(
  columns: readonly string[],
  cell: (right: OperationRight, column: string) => RightAnswer,
  rights: readonly OperationRight[] = RIGHTS,
): string {
  const rows = rights.map((right) => {
    const cells = columns.map((column) => MARKS[cell(right, column)])
    return `| \`${right}\` | ${cells.join(' | ')} |\n`
  })
  return `| right | ${columns.join(' | ')} |\n|---|${columns.map(() => '---|').join('')}\n${rows.join('')}`
}

interface Given {
  readonly roles?: readonly Role[]
  readonly spaceRoles?: readonly string[]
  readonly isSpaceOwner?: boolean
}

function answer(
  right: OperationRight,
  type: SpaceType,
  { roles = [], spaceRoles = [], isSpaceOwner = false }: Given,
): RightAnswer {
  const tenantId = 'tenant' as TenantId
  const times = { createdAt: 0, updatedAt: 0 }
  const user: User = {
    id: 'who' as UserId,
    tenantId,
    subject: 'who',
    name: 'who',
    roles,
    status: 'active',
    ...times,
  }
  const spaceOwner = (isSpaceOwner ? user.id : 'owner of the space') as UserId
  const space = {
    id: 'space' as SpaceId,
    tenantId,
    name: 'space',
    description: '',
    type,
    ownerId: spaceOwner,
    createdBy: spaceOwner,
    ...times,
  }
  return answerTo(right, {
    user,
    ownerId: 'owner of the app' as UserId,
    standing: { space, roles: spaceRoles },
  })
}
