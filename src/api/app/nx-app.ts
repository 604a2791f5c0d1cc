/** An app as the API shows it (contract 05, section 2.1). */
import { type Static, Type } from 'typebox'
import type { Caller } from '../../core/caller.ts'
import { defined } from '../../core/defined.ts'
import { APP_USAGES, type App, STORES_MODES } from '../../core/records.ts'
import { type AppRight, mayUseApp, type SpaceStanding } from '../../core/rights.ts'
import { timeText } from '../../core/time-text.ts'
import type { ApiDeps } from '../http/deps.ts'
import { problems } from '../http/problem.ts'
import { standingIn } from '../http/rights.ts'

export const AppName = Type.String({ minLength: 1, maxLength: 256 })
export const AppDescription = Type.String({ maxLength: 4096 })

export const Stores = Type.Enum(STORES_MODES, {
  description:
    'When others see what the script stores: `atomic` with the end of a reload that succeeds, all of it or ' +
    'nothing; `immediate` at each STORE, also of reloads that fail, and again with each attempt',
})

export const NxApp = Type.Object(
  {
    attributes: Type.Object(
      {
        id: Type.String({ format: 'uuid' }),
        name: Type.String(),
        description: Type.String(),
        ownerId: Type.String(),
        owner: Type.String({ deprecated: true }),
        spaceId: Type.Optional(Type.String({ description: 'Absent for a personal app' })),
        usage: Type.Enum(APP_USAGES),
        stores: Stores,
        createdDate: Type.String({ format: 'date-time' }),
        modifiedDate: Type.String({ format: 'date-time' }),
        lastReloadTime: Type.Optional(Type.String({ format: 'date-time' })),
        published: Type.Boolean(),
        publishTime: Type.Optional(Type.String({ format: 'date-time' })),
        originAppId: Type.Optional(Type.String({ description: 'The app that it was published from' })),
        hasSectionAccess: Type.Boolean(),
        encrypted: Type.Boolean(),
        isDirectQueryMode: Type.Boolean(),
        custom: Type.Object({}),
      },
      { additionalProperties: true },
    ),
    privileges: Type.Array(Type.String()),
    create: Type.Array(Type.Object({ canCreate: Type.Boolean(), resource: Type.String() })),
  },
  { title: 'NxApp' },
)

/** Of the routes that answer an app. */
export function appAnswers() {
  return { 200: NxApp, ...problems(400, 403, 404, 409) }
}

const PRIVILEGES: readonly (readonly [AppRight, readonly string[]])[] = [
  ['read', ['read']],
  ['develop', ['update']],
  ['read-script', ['duplicate', 'publish', 'export']],
  ['reload', ['reload']],
  ['remove', ['delete', 'change_space']],
  ['hand-over', ['change_owner']],
]

export async function nxApp(deps: ApiDeps, caller: Caller, app: App): Promise<Static<typeof NxApp>> {
  const standing = app.spaceId === undefined ? undefined : await standingIn(deps, caller, app.spaceId)
  return nxAppIn(standing, caller, app)
}

/** @param standing of the caller in the app's space; undefined where it has none, and for a personal app */
export function nxAppIn(standing: SpaceStanding | undefined, caller: Caller, app: App): Static<typeof NxApp> {
  return {
    attributes: {
      id: app.id,
      name: app.name,
      description: app.description,
      ownerId: app.ownerId,
      owner: app.ownerId,
      ...defined({ spaceId: app.spaceId }),
      usage: app.usage,
      stores: app.stores ?? 'atomic',
      createdDate: timeText(app.createdAt),
      modifiedDate: timeText(app.modifiedAt),
      ...(app.data === undefined ? {} : { lastReloadTime: timeText(app.data.engineTime) }),
      published: app.publication !== undefined,
      ...publicationOf(app),
      hasSectionAccess: false,
      encrypted: false,
      isDirectQueryMode: app.usage === 'DIRECT_QUERY_MODE',
      custom: {},
    },
    privileges: PRIVILEGES.flatMap(([right, names]) =>
      mayUseApp(caller.user, app, standing, right) ? names : [],
    ),
    create: [],
  }
}

function publicationOf({ publication }: App): {
  readonly publishTime?: string
  readonly originAppId?: string
} {
  if (publication === undefined) return {}
  return { publishTime: timeText(publication.publishedAt), originAppId: publication.originAppId }
}
