/**
 * The order of texts in a language, which CollationLocale names: the help calls it the locale of the sort
 * order (SystemVariables/CollationLocale). It is that of Unicode (CLDR), which the engine knows as well.
 */

/** How texts are sorted where a script names no locale. */
export const DEFAULT_LOCALE = 'en-US'

/** A language, perhaps with a region: what both this order and that of the engine can be asked for. */
const CULTURE_NAME = /^[a-z]{2,3}(-[a-z]{2})?$/i

/** Languages whose own order the engine does not have: it would sort them as any other. */
const UNSHARED: ReadonlySet<string> = new Set(['fy', 'nso', 'tn'])

/** Both written forms of Norwegian have one order, which the engine knows by the older name. */
const NORWEGIAN = /^n[bn]\b/

/** The locale by its usual name, as `sv-SE`; undefined for one whose order is not known. */
export function knownLocale(written: string): string | undefined {
  const name = written.trim()
  if (!CULTURE_NAME.test(name)) return undefined
  const [locale] = Intl.Collator.supportedLocalesOf(name)
  if (locale === undefined || UNSHARED.has(locale.split('-')[0]!)) return undefined
  return locale.replace(NORWEGIAN, 'no')
}

const collators = new Map<string, Intl.Collator>()

/** @param locale of `knownLocale`. Texts that the language holds equal stand by their code units. */
export function collateTexts(left: string, right: string, locale: string): number {
  let collator = collators.get(locale)
  if (collator === undefined) {
    collator = new Intl.Collator(locale)
    collators.set(locale, collator)
  }
  return collator.compare(left, right) || (left < right ? -1 : left > right ? 1 : 0)
}
