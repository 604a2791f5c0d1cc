/** A page in a real browser: what it asks for, what it complains about, and how it looks. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './observe.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Undefined where the machine has none. */
export const CHROMIUM = NAMES.find((name) => spawnSync(name, ['--version']).status === 0)

export interface SeenPage {
  /** Addresses of everything that the page asked for, itself first. */
  readonly asked: readonly string[]
  /** What the browser wrote about it, such as breaches of its policy. */
  readonly complaints: readonly string[]
  readonly title: string
  /** Whether its content is wider than its window. */
  readonly overflows: boolean
}

interface Message {
  readonly id?: number
  readonly method?: string
  // biome-ignore lint/suspicious/noExplicitAny: messages of the browser's protocol
  readonly params?: any
  // biome-ignore lint/suspicious/noExplicitAny: messages of the browser's protocol
  readonly result?: any
}

/** @param picture file for a screenshot, if one is wanted */
export async function seePage(url: string, width: number, picture?: string): Promise<SeenPage> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-browser-'))
  const browser = spawn(
    CHROMIUM!,
    [
      ...[
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...[
        '--remote-debugging-port=0',
        `--user-data-dir=${folder}`,
        `--window-size=${width},900`,
        'about:blank',
      ],
    ],
    { stdio: 'ignore' },
  )
  try {
    return await look(await attached(folder), url, picture)
  } finally {
    await ended(browser)
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

async function attached(folder: string): Promise<WebSocket> {
  const file = join(folder, 'DevToolsActivePort')
  await until(
    'the browser listens',
    () => existsSync(file) && /^\d+\n./.test(readFileSync(file, 'utf8')),
    30_000,
  )
  const [port] = readFileSync(file, 'utf8').split('\n')
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string
    webSocketDebuggerUrl: string
  }[]
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')!.webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  return socket
}

async function look(socket: WebSocket, url: string, picture: string | undefined): Promise<SeenPage> {
  const asked: string[] = []
  const complaints: string[] = []
  const waiting = new Map<number, (message: Message) => void>()
  let loaded = false
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    if (message.method === 'Network.requestWillBeSent') asked.push(message.params.request.url)
    if (message.method === 'Log.entryAdded') complaints.push(message.params.entry.text)
    if (message.method === 'Runtime.exceptionThrown') complaints.push(message.params.exceptionDetails.text)
    if (message.method === 'Page.loadEventFired') loaded = true
  })
  let last = 0
  const send = (method: string, params: object = {}) =>
    new Promise<Message>((resolve) => {
      last += 1
      waiting.set(last, resolve)
      socket.send(JSON.stringify({ id: last, method, params }))
    })
  for (const domain of ['Network', 'Log', 'Page', 'Runtime']) await send(`${domain}.enable`)
  await send('Page.navigate', { url })
  await until('the page is loaded', () => loaded, 30_000)
  const evaluated = async (expression: string) =>
    (await send('Runtime.evaluate', { expression, returnByValue: true })).result.result.value
  const title = await evaluated('document.title')
  const overflows = await evaluated('document.documentElement.scrollWidth > innerWidth')
  if (picture !== undefined) {
    const taken = await send('Page.captureScreenshot', { format: 'png' })
    writeFileSync(picture, Buffer.from(taken.result.data, 'base64'))
  }
  socket.close()
  return { asked, complaints, title, overflows }
}

async function ended(browser: ChildProcess): Promise<void> {
  if (browser.exitCode !== null) return
  const gone = new Promise((resolve) => browser.once('exit', resolve))
  browser.kill('SIGKILL')
  await gone
}
