/**
 * Room `engine/source`: rows come in: text, fixed width, spreadsheets, QVD and Parquet. One reader a format
 * enters.
 *
 * Opens what a LOAD reads that is no table: which reader its text or file needs.
 */
import type { Database } from '../duckdb/database.ts'
import type { Sources } from '../duckdb/row-source.ts'
import { fileFacts } from './file-facts.ts'
import type { FilePaths } from './file-paths.ts'
import { fixedWidthSource } from './fixed-width-source.ts'
import { parquetSource } from './parquet-file.ts'
import { qvdSource } from './qvd-source.ts'
import { spreadsheetSource } from './spreadsheet-source.ts'
import { inlineSource, textFileSource } from './text-source.ts'

export function sourcesOf(database: Database, paths: FilePaths): Sources {
  return {
    list: (mask) => paths.list(mask, 'files'),
    facts: (path) => fileFacts(paths, path),
    text: inlineSource,
    async file({ type, format, positions }, path, settings) {
      const real = paths.forReading(path)
      switch (type) {
        case 'txt':
          return textFileSource(database, real, path, format, settings)
        case 'fix':
          return fixedWidthSource(real, path, format, settings, positions)
        case 'parquet':
          return parquetSource(database, real, path, settings)
        case 'qvd':
          return qvdSource(database, real, path)
        case 'ooxml':
        case 'biff':
          return spreadsheetSource(database, real, path, type, format, settings)
      }
    },
  }
}
