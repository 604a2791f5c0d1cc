/**
 * Saving a batch so that one bad item does not hold up the others. A store saves a batch in one transaction,
 * all of it or nothing; an item that trips an assertion would otherwise keep every later round from saving
 * anything.
 */

export interface NotSaved<Item> {
  readonly item: Item
  readonly error: unknown
}

/**
 * Saves all at once; when that fails, one by one.
 *
 * @param save may be called again with an item whose answer was lost
 * @returns the items that could not be saved
 * @throws what the store threw when nothing could be saved: the world is failing, not an item
 */
export async function saveApart<Item>(
  batch: readonly Item[],
  save: (items: readonly Item[]) => Promise<unknown>,
): Promise<NotSaved<Item>[]> {
  try {
    await save(batch)
    return []
  } catch (error) {
    if (batch.length === 1) throw error
    const results = await Promise.allSettled(batch.map((item) => save([item])))
    const notSaved = batch.flatMap((item, i) => {
      const result = results[i]!
      return result.status === 'rejected' ? [{ item, error: result.reason as unknown }] : []
    })
    if (notSaved.length === batch.length) throw error
    return notSaved
  }
}
