/** docs/reference/engine-wall-attacks.md: which wall stops which attack of native code, as it was tried. */
import { readFileSync } from 'node:fs'
import { type Attacked, WALLS } from './attack-under-walls.ts'

/** What each attack of attacks.c does, in the order of the page. */
export const ATTACKS: Readonly<Record<string, string>> = {
  'read-secret': 'reads `secret.key`',
  'read-environment': 'reads the environment of the service',
  'read-tenant': 'reads a data file of another tenant',
  'read-app': 'reads the app data of another tenant',
  'read-session': 'reads in the folder of another engine',
  'write-session': 'writes into the folder of another engine',
  'read-passwd': 'reads `/etc/passwd`',
  'list-processes': 'finds the service in the list of processes',
  'open-memory': 'opens the memory of the service (`/proc/<pid>/mem`)',
  'read-memory': 'reads the memory of the service (`process_vm_readv`)',
  trace: 'traces the service (`ptrace`)',
  kill: 'sends a signal to the service',
  connect: 'connects to an address of the network',
  listen: 'listens on the network',
  abstract: 'connects to an abstract socket',
  socket: 'connects to a socket in a folder',
  netlink: 'opens a netlink socket',
  vsock: 'opens a socket to the host of the machine (`AF_VSOCK`)',
  'io-uring': 'opens an io_uring',
  keys: 'adds a key to a keyring',
  bpf: 'makes a BPF map',
  perf: 'opens a performance counter',
  userfaultfd: 'handles page faults itself (`userfaultfd`)',
  'memory-file': 'makes a file in memory (`memfd_create`)',
  fork: 'makes a process',
  program: 'runs a program of the system',
  'user-namespace': 'makes a user namespace',
  mount: 'mounts a folder',
  handle: 'opens a file by its handle',
  descriptors: 'changes the rights of a device that it was started with',
  'write-input': 'opens a file that it was handed for writing',
  'truncate-input': 'truncates it',
  'chmod-input': 'changes its rights',
  'time-input': 'changes its time',
  'mark-input': 'gives it an extended attribute',
  'plant-input': 'makes another file beside it',
  'link-input': 'links it into its own folder',
  'rename-input': 'renames it',
  'set-uid': 'leaves a set-uid file, made by chmod',
  'born-set-uid': 'leaves a set-uid file, made by open',
  symlink: 'leaves a symbolic link to `secret.key`',
  fifo: 'leaves a FIFO',
  device: 'leaves a device',
}

/** Kernels, their settings and the user of the service decide whether these work at all. */
export const MACHINES_DIFFER: readonly string[] = [
  'vsock',
  'io-uring',
  'bpf',
  'perf',
  'userfaultfd',
  'mount',
  'handle',
  'descriptors',
  'mark-input',
  'device',
]

const PAGE = new URL('../../../docs/reference/engine-wall-attacks.md', import.meta.url)

/** An attack that this machine does not allow anybody keeps the row that another machine gave it. */
export function attacksPage(attacked: ReadonlyMap<string, Attacked>): string {
  const before = readFileSync(PAGE, 'utf8').split('\n')
  const rows = Object.entries(ATTACKS).map(([name, what]) => {
    const tried = WALLS.map((wall) => attacked.get(wall)!.get(name) === 'reached')
    const kept = before.find((line) => line.startsWith(`| ${what} |`))
    if (!tried[0] && kept !== undefined) return kept
    return `| ${what} | ${tried.map((reached) => (reached ? '**succeeds**' : 'stopped')).join(' | ')} |`
  })
  return `${HEAD}
| native code in an engine process | ${WALLS.map((wall) => (wall === 'none' ? "Node's model alone" : wall)).join(' | ')} |
|${'---|'.repeat(WALLS.length + 1)}
${rows.join('\n')}
`
}

const HEAD = `# Attacks of native code on the walls around an engine process

Made as root from \`test/engine/native-attacks.test.ts\`: a shared object is loaded into a process that was started as an engine
process is, and tries each of these (\`test/support/attack/attacks.c\`). Behind both halves of the second wall none may
succeed; without it each must, or it would prove nothing. Where one is stopped in the first column, the system that made this page
allows it to nobody of that user.

What an attacker still can: use processor and memory up to its limits, fill the disk through its \`out\` folder, start its own
program again (under the same filter), answer its service with lies (decision 5), and attack the kernel through the
calls that are left.
`
