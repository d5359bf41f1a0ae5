import { expect, it } from 'vitest'
import { z } from 'zod'
import { configSchema } from '../../src/documents/config-schema.js'

interface Shape {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
}

const rows = (shape: Shape, path: string): string[] =>
  Object.entries(shape.properties ?? {}).flatMap(([key, value]) => {
    const name = path === '' ? key : `${path}.${key}`
    if (name === '$schema') return []
    if (value.properties !== undefined) return rows(value, name)
    const standard = value.default === undefined ? '' : `\`${JSON.stringify(value.default)}\``
    return [`| \`${name}\` | ${standard} | ${value.description ?? ''} |`]
  })

it('docs/config.md tells every key, its default and what it does', async () => {
  const shape = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Shape
  const page = `# .orchestratorrc.json

All keys are optional; a key that is not here is refused, with its line and the nearest name. Durations are texts (\`"30m"\`) or milliseconds. Comments are allowed. An
editor that knows JSON schema helps with \`"$schema": "./node_modules/milestone-orch/schema.json"\`. Precedence: flag, environment (\`ORCHESTRATOR_CONFIG\`,
\`ORCH_CONCURRENCY\`, \`ORCH_MODEL\`, \`ORCH_AGENT_COMMAND\`, \`AUTO_RESUME\`), file, default.

| key | default | |
|---|---|---|
${rows(shape, '').join('\n')}
`
  await expect(page).toMatchFileSnapshot('../../docs/config.md')
})
