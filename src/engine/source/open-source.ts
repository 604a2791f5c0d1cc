/**
 * Room `engine/source`: rows come in: text, fixed width, spreadsheets, XML, HTML, JSON, QVD, QVX and
 * Parquet. One reader a format enters.
 *
 * Opens what a LOAD reads that is no table: which reader its text or file needs.
 */
import type { Database } from '../duckdb/database.ts'
import type { Sources } from '../duckdb/row-source.ts'
import { fileFacts } from './file-facts.ts'
import type { FilePaths } from './file-paths.ts'
import { fixedWidthSource } from './fixed-width-source.ts'
import { htmlSource } from './html-source.ts'
import { jsonFileSource, jsonTextSource } from './json-source.ts'
import { parquetSource } from './parquet-file.ts'
import { qvdSource } from './qvd-source.ts'
import { qvxSource } from './qvx-source.ts'
import { spreadsheetSource } from './spreadsheet-source.ts'
import { fieldTextSource, inlineSource, textFileSource } from './text-source.ts'
import { xmlFileSource, xmlTextSource } from './xml-source.ts'

/** @param warn is told what a reader took for granted */
export function sourcesOf(database: Database, paths: FilePaths, warn: (text: string) => void): Sources {
  return {
    list: (mask) => paths.list(mask, 'files'),
    missing: (path) => paths.missing(path),
    facts: (path) => fileFacts(paths, path),
    inline: inlineSource,
    field({ type, format, asked }, texts, settings, shown) {
      const table = { table: format.table, encoding: undefined, asked }
      const documents = texts.filter((text) => text.trim() !== '')
      if (type === 'xml') return xmlTextSource(documents, table, settings, shown)
      if (type === 'json') return jsonTextSource(documents, table, settings, shown, warn)
      return fieldTextSource(texts, format, settings, shown)
    },
    async file({ type, format, asked }, path, settings) {
      const real = paths.forReading(path)
      switch (type) {
        case 'txt':
          return textFileSource(database, { real, shown: path }, format, settings, warn)
        case 'xml': {
          const { table, encoding } = format
          const interrupted = () => database.checkInterrupted()
          return xmlFileSource({ real, shown: path }, { table, encoding, asked }, settings, interrupted)
        }
        case 'html':
          return htmlSource({ real, shown: path }, format, settings, warn)
        case 'json': {
          const { table, encoding } = format
          return jsonFileSource({ real, shown: path }, { table, encoding, asked }, settings, warn)
        }
        case 'fix':
          return fixedWidthSource({ real, shown: path }, format, settings, asked, warn)
        case 'parquet':
          return parquetSource(database, real, path, settings)
        case 'qvd':
          return qvdSource(database, real, path)
        case 'qvx':
          return qvxSource(database, { real, shown: path }, settings)
        case 'ooxml':
        case 'biff':
          return spreadsheetSource(database, real, path, type, { format, asked }, settings)
      }
    },
  }
}
