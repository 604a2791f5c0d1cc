/**
 * The header of a QVD file as text, with the elements in the order in which engines write them (QVD, section
 * 2).
 */
import type { QvdFieldHeader, QvdHeader } from './qvd-header.ts'

/** Written by engines only; optional. */
export interface QvdCreation {
  /** `YYYY-MM-DD hh:mm:ss`. */
  readonly createdUtc: string
  readonly creator: string
  readonly buildNumber: string
}

type WrittenHeader = Pick<
  QvdHeader,
  'tableName' | 'fields' | 'rows' | 'recordBytes' | 'offset' | 'length' | 'comment'
>

/** Everything before the body: XML, line end and NUL. */
export function qvdHeaderText(header: WrittenHeader, creation: QvdCreation | undefined): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    '<QvdTableHeader>',
    ...(creation === undefined ? [] : creationLines(creation)),
    element('TableName', header.tableName),
    '<Fields>',
    ...header.fields.map(fieldLine),
    '</Fields>',
    element('Compression', ''),
    element('RecordByteSize', header.recordBytes),
    element('NoOfRecords', header.rows),
    element('Offset', header.offset),
    element('Length', header.length),
    ...(creation === undefined ? [] : [element('Lineage', '')]),
    element('Comment', header.comment),
    '</QvdTableHeader>',
  ]
  return `${lines.join('\r\n')}\r\n\0`
}

const creationLines = ({ createdUtc, creator, buildNumber }: QvdCreation): string[] => [
  element('QvBuildNo', buildNumber),
  element('CreatorDoc', creator),
  element('CreateUtcTime', createdUtc),
  element('SourceCreateUtcTime', ''),
  element('SourceFileUtcTime', ''),
  element('SourceFileSize', -1),
  element('StaleUtcTime', ''),
]

function fieldLine({ numberFormat, tags, ...field }: QvdFieldHeader): string {
  const format = [
    element('Type', numberFormat.type),
    element('nDec', numberFormat.decimals),
    element('UseThou', Number(numberFormat.useThousands)),
    element('Fmt', numberFormat.format),
    element('Dec', numberFormat.decimalSep),
    element('Thou', numberFormat.thousandSep),
  ]
  const parts = [
    element('FieldName', field.name),
    element('BitOffset', field.bitOffset),
    element('BitWidth', field.bitWidth),
    element('Bias', field.bias),
    `<NumberFormat>${format.join('')}</NumberFormat>`,
    element('NoOfSymbols', field.symbols),
    element('Offset', field.offset),
    element('Length', field.length),
    element('Comment', field.comment),
    `<Tags>${tags.map((tag) => element('String', tag)).join('')}</Tags>`,
  ]
  return `<QvdFieldHeader>${parts.join('')}</QvdFieldHeader>`
}

const element = (name: string, content: string | number): string =>
  `<${name}>${typeof content === 'number' ? content : escaped(content)}</${name}>`

/**
 * Replaces characters that XML cannot hold, and halves of pairs, by U+FFFD; escapes a carriage return,
 * which would be read as a line feed.
 */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
    .replaceAll(FORBIDDEN, '\ufffd')
}

/** Whether a header can hold the text as it is. */
export const isStorable = (text: string): boolean => text.search(FORBIDDEN) < 0

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Surrogate}]/gu
