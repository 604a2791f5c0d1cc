/** Scripts in the manner of real projects, with results worked out by hand from the language. */
import { describeScripts } from '../support/script-under-test.ts'
import { CONTROL } from './projects/control.ts'
import { FILES } from './projects/files.ts'
import { MEASURES } from './projects/measures.ts'
import { MODELS } from './projects/models.ts'
import { WHOLE } from './projects/whole.ts'

describeScripts('Projects: models', MODELS)
describeScripts('Projects: measures and keys', MEASURES)
describeScripts('Projects: control and variables', CONTROL)
describeScripts('Projects: files', FILES)
describeScripts('Whole scripts', WHOLE)
