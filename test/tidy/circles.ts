/** Circles of a graph: what cannot be understood, tested or replaced one at a time. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The strongly connected parts of more than one node (Tarjan 1972): each node reaches each other one of its
 * part. A node that only points at itself is none. Sorted within and among each other.
 */
export function circlesOf(graph: Graph): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (node: string): void => {
    order.set(node, order.size)
    low.set(node, order.get(node)!)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next)
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!))
    }
    if (low.get(node) !== order.get(node)) return
    const part = stack.splice(stack.indexOf(node))
    if (part.length > 1) circles.push(part.sort())
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return circles.sort((left, right) => (left.join() < right.join() ? -1 : 1))
}
