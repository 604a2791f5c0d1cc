/**
 * Where a browser goes once somebody has signed in. Only to a path of this very service: whoever could name
 * another address would have us send people to a page that looks like ours (an open redirect).
 */

const RETURN_TO_MAX_CHARACTERS = 2000

/**
 * The path with its query and fragment, or undefined when it may lead elsewhere.
 * @param text a path, or an address of this service as the official client sends it
 * @param origin of this service, as browsers see it
 */
export function ownPath(text: string | undefined, origin: string): string | undefined {
  if (text === undefined || text.length > RETURN_TO_MAX_CHARACTERS) return undefined
  // Browsers take "\" for "/" and leave out tabs and line ends: "/\evil" and "/<tab>/evil" lead elsewhere.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return undefined
  const path = text.startsWith(`${origin}/`) ? text.slice(origin.length) : text
  if (!path.startsWith('/') || path.startsWith('//')) return undefined
  if (!URL.canParse(path, origin)) return undefined
  const url = new URL(path, origin)
  // What is left of "/..//evil" or "/.//evil" begins with two slashes again.
  if (url.origin !== origin || url.pathname.startsWith('//')) return undefined
  const own = url.pathname + url.search + url.hash
  return own.length > RETURN_TO_MAX_CHARACTERS ? undefined : own
}
