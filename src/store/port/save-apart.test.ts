import { expect, test } from 'vitest'
import { saveApart } from './save-apart.ts'

function storeThatRefuses(...bad: readonly number[]) {
  const calls: number[][] = []
  const save = async (items: readonly number[]) => {
    calls.push([...items])
    if (items.some((item) => bad.includes(item))) throw new Error('broken invariant')
  }
  return { calls, save }
}

test('a batch that can be saved is saved in one call', async () => {
  const { calls, save } = storeThatRefuses()
  expect(await saveApart([1, 2, 3], save)).toEqual([])
  expect(calls).toEqual([[1, 2, 3]])
})

test('a bad item does not hold up the others', async () => {
  const { calls, save } = storeThatRefuses(2)
  expect((await saveApart([1, 2, 3], save)).map(({ item }) => item)).toEqual([2])
  expect(calls).toEqual([[1, 2, 3], [1], [2], [3]])
})

test('when nothing can be saved, the world is failing', async () => {
  const { save } = storeThatRefuses(1, 2)
  await expect(saveApart([1, 2], save)).rejects.toThrow('broken invariant')
  await expect(saveApart([1], save)).rejects.toThrow('broken invariant')
})
