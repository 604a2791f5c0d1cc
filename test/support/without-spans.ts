/** What a parser made, without the places it came from: for tests of what a text means. */
export function withoutSpans<Tree>(tree: Tree): Tree {
  return JSON.parse(
    JSON.stringify(tree, (name, value) => (/^(span|\w+Spans?)$/.test(name) ? undefined : value)),
  )
}
