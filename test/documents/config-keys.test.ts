import { expect, test } from 'vitest'
import { z } from 'zod'
import { defaultConfig } from '../../src/core/config.js'
import { parseConfig } from '../../src/documents/config-file.js'
import { configSchema } from '../../src/documents/config-schema.js'
import { readConfigProperties } from '../support/read-properties.js'

interface Shape {
  readonly default?: unknown
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
}

const keysOf = (shape: Shape, path: readonly string[] = []): (readonly [string, Shape])[] =>
  Object.entries(shape.properties ?? {}).flatMap(([key, value]) => {
    const here = [...path, key]
    return value.properties === undefined ? [[here.join('.'), value] as const] : keysOf(value, here)
  })

const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Shape
const keys = keysOf(schema).filter(([key]) => key !== '$schema')

/** Values of every kind; of a key the first one that it takes and that is not its default. */
const values: readonly unknown[] = [
  ...[7, 3, 77, true, false, '7m', '77MiB', 'other'],
  ...[['other'], ['user'], ['task'], { OTHER: 'x' }],
  ...['off', 'dontAsk', 'guarded', 'api-keys-first', '07:30', 0.5, 'stop', 'finished', 'nit', 'stage', ['correctness', 'tests']],
  ...[[{ name: 'other', env: {} }], [{ to: 'other' }]],
]

const nested = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object

/** The config with only this key set to something else than its default; null: no value is known that it takes. */
function changedBy(key: string): object | null {
  for (const value of values) {
    const text = JSON.stringify(nested(key, value))
    const parsed = parseConfig({ file: 'c', text })
    if (parsed.ok && differences(defaultConfig, parsed.value).length > 0) return parsed.value
  }
  return null
}

function differences(a: unknown, b: unknown, path: readonly string[] = []): string[] {
  const isPart = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
  if (isPart(a) && isPart(b) && path.at(-1) !== 'env')
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], [...path, key]))
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [path.join('.')]
}

test('every key of the config changes something, and what it changes is read', { timeout: 300_000 }, () => {
  const changes = keys.map(([key]) => {
    const config = changedBy(key)
    return { key, properties: config === null ? [] : differences(defaultConfig, config) }
  })
  expect(changes.filter(({ properties }) => properties.length === 0).map(({ key }) => key)).toEqual([])
  const all = changes.flatMap(({ properties }) => properties)
  const read = readConfigProperties(all)
  expect(changes.filter(({ properties }) => !properties.some((p) => read.has(p))).map(({ key }) => key)).toEqual([])
})
