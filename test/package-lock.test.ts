import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly integrity?: string }>
  >
}

const lock = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock
const places = Object.keys(lock.packages)

test('npm ci works on every platform: the lock file holds the packages of all of them', () => {
  const wanted = Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ place, name })),
  )
  expect(wanted.filter(({ name }) => !places.some((place) => place.endsWith(`node_modules/${name}`)))).toEqual([])
})

test('each package is pinned by a digest', () => {
  expect(places.filter((place) => place !== '' && lock.packages[place]?.integrity === undefined)).toEqual([])
})
