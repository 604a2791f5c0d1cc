/**
 * All coded errors of the API in one table. docs/reference/errors.md is generated from it. Envelope and
 * codes: contract 02, section 3 (RELOADS-), 03 (CHO-), 05 (DF-, USERS-, TENANTS-); errors without a known
 * code of the original are HTTP-nnn, never invented numbers of its families.
 */
export interface ErrorEntry {
  readonly status: number
  readonly code: string
  readonly title: string
  /** The mistake of the caller, and the remedy. */
  readonly remedy: string
}

export const ERRORS = {
  badRequest: entry(
    400,
    'HTTP-400',
    'Bad request',
    'Mend the field or parameter named in source and send again.',
  ),
  unauthorized: entry(
    401,
    'HTTP-401',
    'Unauthorized',
    'Send "Authorization: Bearer <API key or token>" with one that is good; detail says what is wrong.',
  ),
  forbidden: entry(
    403,
    'HTTP-403',
    'Forbidden',
    'Ask a tenant admin or the owner for the right that detail names.',
  ),
  csrfToken: entry(
    403,
    'CSRF-TOKEN-2',
    'CSRF token missing or wrong',
    'Send the token of GET /api/v1/csrf-token in the header qlik-csrf-token.',
  ),
  notFound: entry(
    404,
    'HTTP-404',
    'Not found',
    'Check the id or path; other tenants’ resources are not found either.',
  ),
  methodNotAllowed: entry(405, 'HTTP-405', 'Method not allowed', 'Use a method that the path offers.'),
  requestTimeout: entry(408, 'HTTP-408', 'Request timeout', 'Send the request without long pauses.'),
  conflict: entry(409, 'HTTP-409', 'Conflict', 'Read the resource again: its state does not allow this.'),
  appDataLost: entry(
    409,
    'HTTP-409',
    "The app's data is lost",
    'Reload the app in full; or let the operator restore its data file from a backup.',
  ),
  gone: entry(410, 'HTTP-410', 'Gone', 'The cursor is not of this service; start again without it.'),
  expired: entry(410, 'HTTP-410', 'Gone', 'Temporary contents are kept for a while: make it again.'),
  preconditionFailed: entry(412, 'HTTP-412', 'Precondition failed', 'Empty the resource first.'),
  tooLarge: entry(413, 'HTTP-413', 'Payload too large', 'Send less than the limit that detail names.'),
  unsupportedMediaType: entry(
    415,
    'HTTP-415',
    'Unsupported media type',
    'Send application/json, or multipart where files are taken.',
  ),
  idempotencyMismatch: entry(
    422,
    'HTTP-422',
    'Idempotency key used before',
    'Take a new Idempotency-Key for another request; the old one answers only what it was used for.',
  ),
  unprocessable: entry(
    422,
    'HTTP-422',
    'Unprocessable content',
    'Send something smaller or simpler: reading it took more time or memory than there is for one request.',
  ),
  busy: entry(
    429,
    'HTTP-429',
    'Too many requests',
    'Wait Retry-After seconds: too much of your tenant is being read already.',
  ),
  rateLimited: entry(429, 'HTTP-429', 'API rate limit reached.', 'Wait Retry-After seconds.'),
  internal: entry(
    500,
    'HTTP-500',
    'Internal server error',
    'Try again; the log has the cause under traceId.',
  ),
  unavailable: entry(
    503,
    'HTTP-503',
    'Service unavailable',
    'The service is starting or stopping; try again.',
  ),
  reloadForbidden: entry(
    403,
    'RELOADS-003',
    'Forbidden',
    'You may not read, start or cancel this reload: ask for the reload right on the app.',
  ),
  reloadNotFound: entry(404, 'RELOADS-004', 'Resource not found.', 'Check the reload id or appId.'),
  reloadPending: entry(
    429,
    'RELOADS-007',
    'Too many requests',
    'A reload of this app is already pending (meta.pendingReloadId): wait for its end or cancel it.',
  ),
  reloadQuota: entry(
    403,
    'RELOADS-013',
    'Reload quota exceeded',
    'The app used up its reloads for today; wait for the next UTC day.',
  ),
  dataFileCursor: entry(
    400,
    'DF-001',
    'Bad page cursor',
    'Take the cursor from links.next or links.prev as it is.',
  ),
  dataFileSort: entry(
    400,
    'DF-002',
    'Bad sort',
    'Sort by name, size, modifiedDate, folder or baseName, with + or - before it.',
  ),
  dataFileTwoFolders: entry(400, 'DF-003', 'folderPath and folderId together', 'Send only one of the two.'),
  dataFileFolderNotCanonical: entry(
    400,
    'DF-004',
    'Folder path is not canonical',
    'Use names separated by "/", without ".", ".." or empty parts.',
  ),
  dataFileFolderNotFound: entry(404, 'DF-005', 'Parent folder not found', 'Check folderId or folderPath.'),
  dataFileOwnerNotFound: entry(404, 'DF-006', 'Owner not found', 'Check ownerId.'),
  dataFileFolderExpected: entry(
    400,
    'DF-008',
    'A folder is expected',
    'The id names a file; send the id of a folder.',
  ),
  dataFileSpaceNotFound: entry(404, 'DF-009', 'Space not found', 'Check spaceId.'),
  dataFileExtension: entry(
    400,
    'DF-011',
    'File extension missing',
    'Give the file a name with an extension, such as sales.csv.',
  ),
  dataFileTemporaryNotFound: entry(
    404,
    'DF-012',
    'Temporary content not found',
    'Upload it again, or send the content in the part File: temporary contents expire.',
  ),
  dataFileSpaceForbidden: entry(
    403,
    'DF-013',
    'Space forbidden',
    'Ask the owner of the space for a role that may do this with its files.',
  ),
  dataFileConnectionNotFound: entry(404, 'DF-014', 'Connection not found', 'Check connectionId.'),
  dataFileNameNotCanonical: entry(
    400,
    'DF-015',
    'File name is not canonical',
    'Use names separated by "/", without ".", ".." , empty parts or any of < > " : | ? * \\.',
  ),
  dataFileSourceNotFound: entry(404, 'DF-017', 'Source not found', 'Check sourceId.'),
  dataFileKindsDiffer: entry(
    400,
    'DF-018',
    'Source and target differ in kind',
    'A file becomes a file, a folder a folder: send content and the field folder accordingly.',
  ),
  dataFileFolderInItself: entry(
    400,
    'DF-019',
    'Target folder inside source',
    'Move the folder to a place outside itself.',
  ),
  dataFileFolderElsewhere: entry(
    400,
    'DF-020',
    'Folder not in that space',
    'Send a folderId of the place that connectionId names.',
  ),
  dataFileParentNotMade: entry(
    409,
    'DF-022',
    'Parent folder could not be made',
    'A file has the name that a folder on the way needs: use another name.',
  ),
  dataFileFoldersTooDeep: entry(400, 'DF-026', 'Folders too deep', 'Use fewer folders in one another.'),
  taskMalformed: entry(
    400,
    'CHO-001',
    'Malformed request',
    'Mend the field or parameter named in source and send again.',
  ),
  taskForbidden: entry(
    403,
    'CHO-003',
    'Forbidden',
    'Tasks of an app need the right to reload it: ask its owner, or check the app id.',
  ),
  taskNotFound: entry(
    404,
    'CHO-004',
    'Task not found',
    'Check the id; a task that is listened to may be gone.',
  ),
  taskNotSaved: entry(
    424,
    'CHO-013',
    'The task could not be saved',
    'No task was made; try again. The log has the cause under traceId.',
  ),
  taskLimitOfApp: entry(
    422,
    'CHO-014',
    'Too many tasks of the app',
    'Delete a task of the app, or ask the operator for more (REPRISE_TASKS_PER_APP).',
  ),
  taskUpstreamForbidden: entry(
    403,
    'CHO-015',
    'Upstream task forbidden',
    'Listening to a task needs the right to read its app.',
  ),
  taskUpstreamUnknown: entry(400, 'CHO-016', 'Unknown upstream task', 'Send the id of a task that is there.'),
  taskSchedule: entry(
    400,
    'CHO-017',
    'Schedule refused',
    'Mend the rule, time or time zone as detail says; POST /api/scheduling/tasks/actions/preview shows what one means.',
  ),
  taskLimitOfUser: entry(
    422,
    'CHO-018',
    'Too many tasks of the user',
    'Delete a task of yours, or ask the operator for more (REPRISE_TASKS_PER_USER).',
  ),
  taskUnavailable: entry(
    503,
    'CHO-024',
    'Scheduler unavailable',
    'The service is starting or stopping, and no task was made: try again.',
  ),
  taskWithoutData: entry(
    422,
    'CHO-030',
    'The app reads no data files',
    'Reload the app once, so that it is known what its script reads.',
  ),
  taskOfDataExists: entry(
    409,
    'CHO-031',
    'The app has a task of this kind',
    'Change that one (value.existingTaskId), or delete it.',
  ),
  userNotFound: entry(404, 'USERS-7', 'User not found', 'Check the user id.'),
  tenantNotFound: entry(404, 'TENANTS-8', 'Tenant not found', 'Check the tenant id.'),
} as const

export type ErrorName = keyof typeof ERRORS

function entry(status: number, code: string, title: string, remedy: string): ErrorEntry {
  return { status, code, title, remedy }
}
