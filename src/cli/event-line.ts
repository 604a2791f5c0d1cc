/** Formats an event as one line for people: time, type, app and reload, result. */
import type { ReloadEvent } from '../receiver/reload-event.ts'
import type { Terminal } from './terminal.ts'

export function eventLine(terminal: Terminal, event: ReloadEvent): string {
  const { text, good } = story(event)
  const style = good === undefined ? 'dim' : good ? 'green' : 'red'
  const [first, ...rest] = text
  return [terminal.paint('dim', event.time), event.type, terminal.paint(style, first!), ...rest].join('  ')
}

/** @returns the parts of the line, the first one coloured by `good` */
function story(event: ReloadEvent): { readonly text: readonly string[]; readonly good?: boolean } {
  switch (event.type) {
    case 'com.qlik.v1.reload.finished': {
      const { status, appId, id, durationSeconds, errorCode, errorMessage, succeeded } = event.data
      const seconds = durationSeconds === undefined ? [] : [`${durationSeconds} s`]
      const error = errorCode === undefined ? [] : [`${errorCode}: ${oneLine(errorMessage ?? '')}`]
      return { text: [status, `app ${appId}`, `reload ${id}`, ...seconds, ...error], good: succeeded }
    }
    case 'com.qlik.v1.app.reload.finished': {
      const { status, reloadId } = event.data
      const app = event.toplevelresourceid ?? ''
      return { text: [status, `app ${app}`, `reload ${reloadId}`], good: status === 'ok' }
    }
    case 'com.qlik.app.data.updated':
      return { text: ['saved', `app ${event.data.id}`, `${event.data.size.file} bytes`] }
    default:
      return { text: [oneLine(JSON.stringify((event as { data?: unknown }).data ?? {}))] }
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}
