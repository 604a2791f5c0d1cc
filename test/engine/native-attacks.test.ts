/**
 * Native code of an attacker in an engine process, behind each wall alone and both. Without a wall the
 * attacks succeed, else they would prove nothing; the table of the guide is made from what happened.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Attacked,
  AttackedInstallation,
  attackObstacle,
  WALLS,
} from '../support/attack/attack-under-walls.ts'
import { ATTACKS, attacksPage, MACHINES_DIFFER } from '../support/attack/attacks-page.ts'
import { expectReferencePage } from '../support/reference-page.ts'

const obstacle = await attackObstacle()
beforeEach(({ skip }) => skip(obstacle !== undefined, obstacle))

const attacked = new Map<string, Attacked>()
beforeAll(async () => {
  if (obstacle !== undefined) return
  const installation = new AttackedInstallation()
  try {
    await installation.prepare()
    for (const wall of WALLS) attacked.set(wall, await installation.attackedBehind(wall))
  } finally {
    installation.close()
  }
}, 120_000)
afterAll(() => attacked.clear())

const reaching = (wall: string) =>
  Object.keys(ATTACKS).filter((name) => attacked.get(wall)!.get(name) === 'reached')

test('each attack is tried behind each wall', () => {
  for (const wall of WALLS)
    expect([...attacked.get(wall)!.keys()].sort()).toEqual(Object.keys(ATTACKS).sort())
})

test('without a second wall each attack succeeds that the machine allows its user', () => {
  const failed = Object.keys(ATTACKS).filter((name) => !reaching('none').includes(name))
  expect(failed.filter((name) => !MACHINES_DIFFER.includes(name))).toEqual([])
})

test('behind bubblewrap with its filter none succeeds', () => {
  expect(reaching('bubblewrap + seccomp')).toEqual([])
})

test('each half of the wall alone leaves attacks that the other one stops', () => {
  expect(reaching('bubblewrap alone')).toEqual(
    expect.arrayContaining(['fork', 'netlink', 'set-uid', 'symlink']),
  )
  expect(reaching('seccomp alone')).toEqual(
    expect.arrayContaining(['read-secret', 'read-tenant', 'write-input']),
  )
})

test('the table of the reference says what happened', ({ skip }) => {
  skip(process.getuid?.() !== 0, 'the table was made as root, who may more')
  expectReferencePage('engine-wall-attacks.md', attacksPage(attacked))
})
