/** The tables and fields that an app's last reload made (contract 05, section 2); empty before the first. */

import { type Static, Type } from 'typebox'
import { appDataLost } from '../../catalog/app.ts'
import type { DataProfile, FieldProfile } from '../../core/data-profile.ts'
import { defined } from '../../core/defined.ts'
import { APP_USAGES, type App, type DataTable } from '../../core/records.ts'
import { AppPath } from '../http/app-path.ts'
import { callerOf } from '../http/authenticate.ts'
import type { ApiDeps, ApiServer } from '../http/deps.ts'
import { done, problems } from '../http/problem.ts'
import { appFor } from '../http/rights.ts'

const DataModel = Type.Object(
  {
    static_byte_size: Type.Integer({ description: 'Bytes of the data file' }),
    has_section_access: Type.Boolean(),
    is_direct_query_mode: Type.Boolean(),
    usage: Type.Enum(APP_USAGES),
    reload_meta: Type.Optional(
      Type.Object(
        {
          fullReloadPeakMemoryBytes: Type.Optional(Type.Integer()),
          partialReloadPeakMemoryBytes: Type.Optional(Type.Integer()),
        },
        { description: 'What the engine of the last reload of each kind held at most' },
      ),
    ),
    tables: Type.Array(
      Type.Object({
        name: Type.String(),
        no_of_rows: Type.Integer(),
        no_of_fields: Type.Integer(),
        no_of_key_fields: Type.Integer({ description: 'Fields that another table has too' }),
        byte_size: Type.Optional(
          Type.Integer({ description: 'Of its values: eight for a number, and the UTF-8 bytes of a text' }),
        ),
        comment: Type.Optional(Type.String()),
        is_system: Type.Boolean(),
        is_semantic: Type.Boolean(),
        is_loose: Type.Boolean(),
      }),
    ),
    fields: Type.Array(
      Type.Object({
        name: Type.String(),
        src_tables: Type.Array(Type.String()),
        total_count: Type.Integer({ description: 'Rows of the tables that have the field' }),
        cardinal: Type.Optional(
          Type.Integer({ description: 'Different values; an estimate for tables of over a million rows' }),
        ),
        byte_size: Type.Optional(Type.Integer()),
        is_numeric: Type.Optional(Type.Boolean()),
        tags: Type.Optional(
          Type.Array(Type.String(), {
            description:
              '$numeric, $integer, $text, $ascii, $date, $timestamp, $key, and those of the script',
          }),
        ),
        hash: Type.Optional(
          Type.String({ description: 'The same while the values of the field are the same' }),
        ),
        comment: Type.Optional(Type.String()),
        is_system: Type.Boolean(),
        is_hidden: Type.Boolean(),
        is_semantic: Type.Boolean(),
      }),
    ),
  },
  { title: 'DataModelMetadata' },
)

export function registerDataModel(server: ApiServer, deps: ApiDeps): void {
  server.get(
    '/api/v1/apps/:appId/data/metadata',
    {
      schema: {
        tags: ['apps'],
        operationId: 'getAppDataMetadata',
        summary: 'Describes the data model of an app',
        description:
          'What is counted (`cardinal`, `byte_size`, `is_numeric`, `tags`, `hash`) is absent for data that was ' +
          'made before it was counted, and beyond the first 500 fields.',
        params: AppPath,
        response: { 200: DataModel, ...problems(403, 404, 409) },
      },
    },
    async (request) => {
      const app = await appFor(deps, callerOf(request), request.params.appId, 'read')
      // Tables of data that nobody can read any more would be told as if they were there.
      if (app.data !== undefined && !(await deps.appData.isWhole(app.data))) done(appDataLost())
      const profile = app.data === undefined ? undefined : await deps.appData.profile(app.data.version)
      return dataModel(app, profile)
    },
  )
}

function dataModel(app: App, profile: DataProfile | undefined): Static<typeof DataModel> {
  const profiled = new Map(profile?.fields.map((field) => [field.name, field]))
  const tableProfiles = new Map(profile?.tables.map((table) => [table.name, table]))
  const tables = app.data?.tables ?? []
  const { full, partial } = app.data?.peakMemoryBytes ?? {}
  const tablesOf = new Map<string, DataTable[]>()
  for (const table of tables) {
    for (const field of table.fields) {
      const having = tablesOf.get(field)
      if (having === undefined) tablesOf.set(field, [table])
      else having.push(table)
    }
  }
  return {
    static_byte_size: app.data?.fileBytes ?? 0,
    has_section_access: profile?.hasSectionAccess ?? false,
    is_direct_query_mode: app.usage === 'DIRECT_QUERY_MODE',
    usage: app.usage,
    ...(app.data?.peakMemoryBytes === undefined
      ? {}
      : {
          reload_meta: defined({ fullReloadPeakMemoryBytes: full, partialReloadPeakMemoryBytes: partial }),
        }),
    tables: tables.map((table) => ({
      name: table.name,
      no_of_rows: table.rows,
      no_of_fields: table.fields.length,
      no_of_key_fields: table.fields.filter((field) => tablesOf.get(field)!.length > 1).length,
      ...defined({
        byte_size: tableProfiles.get(table.name)?.bytes,
        comment: tableProfiles.get(table.name)?.comment,
      }),
      is_system: false,
      is_semantic: false,
      is_loose: false,
    })),
    fields: [...tablesOf].map(([name, having]) => ({
      name,
      src_tables: having.map((table) => table.name),
      total_count: having.reduce((sum, table) => sum + table.rows, 0),
      ...countedOf(profiled.get(name)),
      is_system: profiled.get(name)?.tags.includes('$system') ?? false,
      is_hidden: profiled.get(name)?.tags.includes('$hidden') ?? false,
      is_semantic: false,
    })),
  }
}

function countedOf(field: FieldProfile | undefined) {
  if (field === undefined) return {}
  const { distinct, bytes, isNumeric, tags, hash, comment } = field
  return {
    cardinal: distinct,
    byte_size: bytes,
    is_numeric: isNumeric,
    tags: [...tags],
    hash,
    ...defined({ comment }),
  }
}
