/** A graph of tasks as a picture of text: each chain below what begins it, a task drawn once. */

export interface PicturedGraph {
  /** The task that was asked for: it is marked. */
  readonly taskId: string
  readonly vertices: readonly {
    readonly taskId: string
    readonly task?: { readonly name: string; readonly enabled?: boolean }
    readonly attrs: { readonly missing?: boolean }
  }[]
  readonly edges: readonly { readonly source: string; readonly target: string }[]
}

/** @returns lines */
export function taskPicture({ taskId, vertices, edges }: PicturedGraph): string[] {
  const drawn = new Set<string>()
  const labels = new Map(vertices.map((vertex) => [vertex.taskId, labelOf(vertex, vertex.taskId === taskId)]))
  const childrenOf = (id: string) => edges.filter(({ source }) => source === id).map(({ target }) => target)
  const isRoot = (id: string) => !edges.some(({ target }) => target === id)
  const draw = (id: string, lead: string, hang: string): string[] => {
    const children = childrenOf(id)
    const again = drawn.has(id)
    drawn.add(id)
    const own = `${lead}${labels.get(id) ?? id}${again && children.length > 0 ? ' …' : ''}`
    if (again) return [own]
    return [
      own,
      ...children.flatMap((child, at) => {
        const isLast = at === children.length - 1
        return draw(child, `${hang}${isLast ? '└─ ' : '├─ '}`, `${hang}${isLast ? '   ' : '│  '}`)
      }),
    ]
  }
  return vertices.filter((vertex) => isRoot(vertex.taskId)).flatMap((vertex) => draw(vertex.taskId, '', ''))
}

function labelOf({ taskId, task, attrs }: PicturedGraph['vertices'][number], isAsked: boolean): string {
  const name = attrs.missing === true ? '(deleted)' : (task?.name ?? '(not yours to see)')
  const notes = [...(task?.enabled === false ? ['off'] : []), ...(isAsked ? ['*'] : [])]
  return [name, taskId, ...notes.map((note) => (note === '*' ? '<-' : `[${note}]`))].join('  ')
}
