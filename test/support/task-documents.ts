/** Task documents as clients send them: the published samples of contract 03, section 3. */

/** A task with a schedule: off unless told otherwise. */
export function scheduledTask(appId: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'nightly sales',
    specVersion: '1.16.0',
    start: {
      stateName: 'reload',
      schedule: {
        recurrence: 'RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0',
        startDateTime: '2026-11-01T00:00:00',
        timezone: 'Europe/Berlin',
      },
    },
    states: [
      {
        name: 'reload',
        type: 'EVENT',
        end: true,
        onEvents: [{ eventRefs: [] as string[], actions: [reloadAction(appId)] }],
      },
    ],
    ...more,
  }
}

/** A task that runs when another one succeeded. */
export function chainedTask(appId: string, upstreamId: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'after nightly sales',
    specVersion: '1.16.0',
    events: [
      {
        name: 'upstream',
        source: 'system-events.task',
        type: 'com.qlik.v1.task.run.finished',
        correlation: [
          { contextAttributeName: 'id', contextAttributeValue: upstreamId },
          { contextAttributeName: 'status', contextAttributeValue: 'SUCCEEDED' },
        ],
      },
    ],
    states: [
      {
        name: 'reload',
        type: 'EVENT',
        exclusive: true,
        end: true,
        onEvents: [{ eventRefs: ['upstream'], actions: [reloadAction(appId)] }],
      },
    ],
    ...more,
  }
}

export function reloadAction(appId: string, partial = false) {
  return { name: 'reload', functionRef: { refName: 'app.reload', arguments: { appId, partial } } }
}
