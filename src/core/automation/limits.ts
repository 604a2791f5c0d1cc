/** Limits of automations that nobody configures. */
import { DAY, HOUR, KIB } from '../units.ts'

/** JSON of the document as it is sent, UTF-8. */
export const DOCUMENT_MAX_BYTES = 32 * KIB
export const DOCUMENT_STEPS_MAX = 30
export const STEP_ID_MAX_CHARACTERS = 64
export const TEMPLATE_MAX_CHARACTERS = 2048
export const WAIT_MAX_MS = 7 * DAY
export const RETRIES_MAX = 5
export const RETRIES_DEFAULT = 2
/** JSON of what a run begins with, UTF-8. */
export const INPUT_MAX_BYTES = 16 * KIB
/** What templates of one step may come to, UTF-16 units. */
export const RENDERED_MAX_CHARACTERS = 64 * KIB
/** What a run remembers of a body that was sent. */
export const SENT_BODY_MAX_CHARACTERS = 2 * KIB
/** What a run remembers of the body that answered. */
export const ANSWER_BODY_MAX_CHARACTERS = 4 * KIB
export const SUBJECT_MAX_BYTES = 200
export const ERROR_MAX_CHARACTERS = KIB
export const CONCURRENT_RUNS_MAX = 10
export const CONCURRENT_RUNS_DEFAULT = 1
/** Runs of one automation that wait for their turn. */
export const WAITING_RUNS_MAX = 100
/** So long a run may last; a run that only waits for reloads and moments stays far below. */
export const RUN_TIME_MAX_MS = 30 * DAY
/** How long after its instant a missed run of a schedule is still made (contract 03, section 9). */
export const CATCH_UP_MS = HOUR
/** Runs that caused one another: a run of an event of a reload of a run, and so on. */
export const CHAIN_MAX = 8
/** Runs of a tenant that events of such runs start: so many at once, and then so many a minute. */
export const CHAINED_RUNS_AT_ONCE = 300
export const CHAINED_RUNS_PER_MINUTE = 60
