import { expect, test } from 'vitest'
import { SharedLook } from '../../../src/adapters/processes/shared-look.js'

test('all who ask while a look is under way share the next one, which began after they asked', async () => {
  let began = 0
  const look = new SharedLook(async () => {
    const mine = ++began
    await Promise.resolve()
    return mine
  })
  const first = look.next()
  await Promise.resolve()
  expect(began).toBe(1)
  const others = Array.from({ length: 50 }, () => look.next())
  expect([await first, ...new Set(await Promise.all(others))]).toEqual([1, 2])
  expect(await look.next()).toBe(3)
})

test('one that fails fails those who wait for it, and no later one', async () => {
  let fails = true
  const look = new SharedLook(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('seen')))
  await expect(look.next()).rejects.toThrow('no')
  fails = false
  expect(await look.next()).toBe('seen')
})
