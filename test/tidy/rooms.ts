/**
 * What each room is for, as the head of its main file says it: one file of a room opens with a paragraph
 * "Room `name`: ...", whose first sentence is what the room is for and whose others are what may enter.
 * ARCHITECTURE.md's tree is made from these.
 */
import { productFiles, roomOf, type SourceTree } from './source-tree.ts'

export interface RoomHead {
  readonly room: string
  readonly mainFile: string
  /** The paragraph without the room's name. */
  readonly sentences: readonly string[]
}

export function roomHeads(tree: SourceTree): RoomHead[] {
  return productFiles(tree).flatMap((path) => {
    const first = tree.parsed(path).comments.find(({ type }) => type === 'Block')
    const [paragraph = ''] = (first?.value ?? '').replace(/^\*\s*(\* )?/, '').split(/\n \*\s*\n/)
    const [, room, text] =
      /^Room `([^`]+)`: ([\s\S]+)$/.exec(paragraph.replace(/\s*\n \* ?/g, ' ').trim()) ?? []
    if (room === undefined || text === undefined) return []
    return [{ room, mainFile: path, sentences: text.split(/(?<=\.) (?=[A-Z])/) }]
  })
}

/** Rooms that do not say what they are for, say it twice, or leave out what may enter. */
export function roomFaults(tree: SourceTree): string[] {
  const heads = roomHeads(tree)
  const faults = heads.flatMap(({ room, mainFile, sentences }) => {
    if (roomOf(mainFile) !== room) return [`${mainFile} speaks for ${room} and does not stand there`]
    return sentences.length < 2 ? [`${mainFile} does not say what may enter ${room}`] : []
  })
  for (const room of new Set(productFiles(tree).map(roomOf))) {
    const speakers = heads.filter((head) => head.room === room).map(({ mainFile }) => mainFile)
    if (speakers.length === 0) faults.push(`no file says what ${room} is for`)
    if (speakers.length > 1) faults.push(`several files say what ${room} is for: ${speakers.join(', ')}`)
  }
  return faults
}

/** The rooms as a table of Markdown, in the order given. */
export function roomTable(heads: readonly RoomHead[], order: readonly string[]): string {
  const rows = order.flatMap((room) => {
    const head = heads.find((each) => each.room === room)
    if (head === undefined) return []
    const name = head.mainFile.slice('src/'.length + room.length + 1)
    const [text = ''] = head.sentences
    return [`| \`${room}\` | ${name} | ${text[0]!.toUpperCase()}${text.slice(1)} |\n`]
  })
  return `| room | begin with | what it is for |\n|---|---|---|\n${rows.join('')}`
}
