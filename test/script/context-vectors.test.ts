import { describeScripts } from '../support/script-under-test.ts'
import { CONTEXT_VECTORS } from './vectors/context-vectors.ts'

describeScripts('functions of the place', CONTEXT_VECTORS)
