import { describe, expect, it } from 'vitest'
import { Services } from './services.ts'

function part(name: string, told: string[], fails = false) {
  return () => {
    told.push(`start ${name}`)
    return {
      stop: async () => {
        told.push(`stop ${name}`)
        if (fails) throw new Error(name)
      },
    }
  }
}

describe('Services', () => {
  it('stops in reverse order, once', async () => {
    const told: string[] = []
    const services = new Services()
    await services.start('a', part('a', told))
    await services.start('b', part('b', told))
    await Promise.all([services.stop(), services.stop()])
    await services.stop()
    expect(told).toEqual(['start a', 'start b', 'stop b', 'stop a'])
  })

  it('stops what runs when a start fails', async () => {
    const told: string[] = []
    const services = new Services()
    await services.start('a', part('a', told))
    const failing = services.start('b', () => {
      throw new Error('no port')
    })
    await expect(failing).rejects.toThrow('no port')
    expect(told).toEqual(['start a', 'stop a'])
  })

  it('stops the others when one does not stop, and tells it', async () => {
    const told: string[] = []
    const services = new Services()
    await services.start('a', part('a', told))
    await services.start('b', part('b', told, true))
    await expect(services.stop()).rejects.toThrow('some parts did not stop')
    expect(told).toEqual(['start a', 'start b', 'stop b', 'stop a'])
  })

  it('may be stopped before anything was started', async () => {
    await expect(new Services().stop()).resolves.toBeUndefined()
  })
})
