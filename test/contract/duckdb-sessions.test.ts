import { duckDbHarness } from '../support/duckdb-session-harness.ts'
import { exerciseEngineSession } from './engine-session-contract.ts'

exerciseEngineSession('a DuckDB child process', () => duckDbHarness())
