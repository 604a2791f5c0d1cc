/** What the steps of catalog changes are shown: read by the subject alone. */
import type { DatabaseSync } from 'node:sqlite'
import { defined } from '../../core/defined.ts'
import { isFolderName } from '../../core/file-name.ts'
import type { ScriptVersionId, TenantId } from '../../core/ids.ts'
import type { DataFile, PlacedName, Space, SpaceAssignment } from '../../core/records.ts'
import type { Subscription } from '../../event/subscription.ts'
import type { Change } from '../port/change.ts'
import type { Acceptance } from '../port/reloads.ts'
import type { AcceptanceView } from '../rule/accepting.ts'
import { isAboutPeople } from '../rule/changing.ts'
import { type Judged, judged } from '../rule/judging.ts'
import { prepareMarked } from './apps.ts'
import { prepareAutomationView } from './automations.ts'
import { prepareOnTheWay } from './data-files.ts'
import { prepareDataAudience } from './data-readers.ts'
import { preparePeopleSteps } from './people-views.ts'
import { recordOf, recordsOf } from './row.ts'
import { prepareTaskLists, prepareTaskView } from './task-views.ts'
import type { TenantCache, Views } from './view.ts'

export function prepareCatalogViews(
  db: DatabaseSync,
  views: Views,
  tenantCache: TenantCache,
  stored: (acceptance: Acceptance) => AcceptanceView,
): <Answer>(change: Change<Answer>) => Judged<Answer> {
  const active = db.prepare('SELECT 1 FROM reloads WHERE app_id = ? AND tenant_id = ? AND ended_at IS NULL')
  const scripts = db.prepare('SELECT id FROM scripts WHERE app_id = ? AND tenant_id = ? ORDER BY number DESC')
  const subscriptions = db.prepare(
    'SELECT record FROM subscriptions WHERE tenant_id = ? ORDER BY created_at, id',
  )
  const spaceView = prepareSpaceView(db)
  const fileView = prepareFileView(db)
  const tasks = prepareTaskLists(db)
  const peopleStep = preparePeopleSteps(db, tasks)
  const taskView = prepareTaskView(db, views, tasks)
  const automationView = prepareAutomationView(db)
  return <Answer>(change: Change<Answer>): Judged<Answer> => {
    const { tenantId } = change
    if (change.kind === 'tenant') {
      const tenant = tenantCache.tenant(tenantId)
      return change.step({ ...defined({ tenant }), tenants: () => tenantCache.all() })
    }
    const base = tenantCache.of(tenantId)
    if (isAboutPeople(change)) return peopleStep(change, base)
    switch (change.kind) {
      case 'app': {
        const ids = scripts.all(change.id, tenantId).map((row) => row.id as ScriptVersionId)
        return change.step({
          ...base,
          ...defined({ app: views.app(tenantId, change.id) }),
          scripts: ids,
          tasks: tasks.ofApp(tenantId, change.id),
          isReloading: active.get(change.id, tenantId) !== undefined,
        })
      }
      case 'space':
        return change.step({ ...base, ...spaceView(tenantId, change.id, change.name) })
      case 'data-file':
        return change.step({ ...base, ...fileView(tenantId, change.id, change.wanted) })
      case 'subscription': {
        const all = recordsOf<Subscription>(subscriptions.all(tenantId))
        const subscription = all.find(({ id }) => id === change.id)
        return change.step({ ...base, all, ...defined({ subscription }) })
      }
      case 'task':
        return judged(change, taskView(tenantId, change, base), stored)
      case 'automation':
        return change.step({ ...base, ...automationView(tenantId, change) })
    }
  }
}

function prepareSpaceView(db: DatabaseSync) {
  const one = db.prepare('SELECT record FROM spaces WHERE id = ? AND tenant_id = ?')
  const assignments = db.prepare(
    'SELECT record FROM assignments WHERE space_id = ? AND tenant_id = ? ORDER BY created_at, id',
  )
  const used = db.prepare(`
    SELECT 1 FROM apps WHERE space_id = ?1 AND tenant_id = ?2 UNION ALL
    SELECT 1 FROM data_files WHERE tenant_id = ?2 AND space_id = ?1 LIMIT 1`)
  const named = db.prepare('SELECT 1 FROM spaces WHERE tenant_id = ? AND name = ? AND id <> ?')
  return (tenantId: TenantId, id: string, name: string | undefined) => ({
    ...defined({ space: recordOf<Space>(one.get(id, tenantId)) }),
    assignments: recordsOf<SpaceAssignment>(assignments.all(id, tenantId)),
    isEmpty: used.get(id, tenantId) === undefined,
    nameTaken: name !== undefined && named.get(tenantId, name, id) !== undefined,
  })
}

function prepareFileView(db: DatabaseSync) {
  const one = db.prepare('SELECT record FROM data_files WHERE id = ? AND tenant_id = ?')
  // "0" comes after "/": between the two lies all that begins with the folder's name.
  const belowInSpace = db.prepare(`
    SELECT record FROM data_files WHERE tenant_id = ? AND space_id = ? AND name > ? AND name < ?
    ORDER BY created_at, id`)
  const belowOfOwner = db.prepare(`
    SELECT record FROM data_files
    WHERE tenant_id = ? AND owner_id = ? AND name > ? AND name < ? AND space_id IS NULL
    ORDER BY created_at, id`)
  const onTheWay = prepareOnTheWay(db)
  const marked = prepareMarked(db)
  const audience = prepareDataAudience(db)
  const below = ({ tenantId, spaceId, ownerId, name }: DataFile): DataFile[] => {
    if (!isFolderName(name)) return []
    const end = `${name.slice(0, -1)}0`
    const rows =
      spaceId === undefined
        ? belowOfOwner.all(tenantId, ownerId, name, end)
        : belowInSpace.all(tenantId, spaceId, name, end)
    return recordsOf<DataFile>(rows)
  }
  return (tenantId: TenantId, id: string, wanted: PlacedName | undefined) => {
    const file = recordOf<DataFile>(one.get(id, tenantId))
    return {
      ...defined({ file }),
      below: file === undefined ? [] : below(file),
      onTheWay: wanted === undefined ? [] : onTheWay(tenantId, wanted),
      marked: marked(tenantId),
      ...audience(tenantId),
    }
  }
}
