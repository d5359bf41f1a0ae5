import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { milestoneText } from './milestone-text.js'
import { Rig } from './rig.js'

/** Each task writes a file of its own; `shared.txt` grows by a line. */
export const diligent = `
  const { existsSync, readFileSync } = await import('node:fs')
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', scene.task + '\\n')
  const before = existsSync('shared.txt') ? readFileSync('shared.txt', 'utf8') : ''
  if (scene.task.endsWith('A')) scene.write('shared.txt', before + scene.task + '\\n')
  scene.done()
`

/** Two stages, both merged. */
export async function withTwoStages(checks: readonly string[] = []): Promise<Rig> {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A'), '1B': milestoneText('1B'), '2A': milestoneText('2A') } })
  rig.configure({ agent: { command: rig.puppet(diligent) }, checks })
  rig.commit()
  expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
  return rig
}

/** Where the person's branch stands. */
export const tip = (rig: Rig): string => rig.git('rev-parse', 'main')

/** A bare repository beside the rig's, everything pushed to it. */
export function push(rig: Rig): void {
  execFileSync('git', ['init', '--quiet', '--bare', `${rig.root}/remote.git`], { env: rig.env })
  rig.git('remote', 'add', 'origin', `${rig.root}/remote.git`)
  rig.git('push', '--quiet', 'origin', 'main')
}
