import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { TerminalEnv } from '../../src/ui/glyphs.js'
import { guarded } from '../../src/ui/guarded-view.js'
import { chooseView, type ViewKind, type ViewOptions, type ViewWish, viewKind } from '../../src/ui/view.js'
import { ended, folded, goodStory, recorded, runStarted, type Story, stageStarted, storyEnd, tell, threeTasks } from '../support/facts.js'
import { Paper, Screen } from '../support/screen.js'

const terminal: ViewWish = { isTTY: true, columns: 80, env: { TERM: 'xterm-256color' }, json: false, quiet: false }
const env = (more: TerminalEnv): Partial<ViewWish> => ({ env: { ...terminal.env, ...more } })

function papers(story: Story, wish: Partial<ViewWish> = {}): ViewOptions & { stdout: Paper; stderr: Paper } {
  return {
    ...terminal,
    isTTY: false,
    ...wish,
    stdout: new Paper(),
    stderr: new Paper(),
    now: () => storyEnd(story),
    timeZone: 'UTC',
  }
}

describe('the view that is chosen', () => {
  const table: readonly [string, Partial<ViewWish>, ViewKind][] = [
    ['a terminal shows the tree', {}, 'tree'],
    ['of 40 columns too', { columns: 40 }, 'tree'],
    ['39 columns are too few', { columns: 39 }, 'plain'],
    ['a pseudo-terminal without columns', { columns: 0 }, 'plain'],
    ['unknown columns', { columns: undefined }, 'plain'],
    ['a pipe', { isTTY: false }, 'plain'],
    ['CI', env({ CI: 'true' }), 'plain'],
    ['CI with another value', env({ CI: 'woodpecker' }), 'plain'],
    ['CI=false is no CI', env({ CI: 'false' }), 'tree'],
    ['an empty CI is no CI', env({ CI: '' }), 'tree'],
    ['a dumb terminal', env({ TERM: 'dumb' }), 'plain'],
    ['no colour is still a tree', env({ NO_COLOR: '1' }), 'tree'],
    ['--json', { json: true }, 'json'],
    ['--json in a pipe, in CI, quietly', { json: true, quiet: true, isTTY: false, ...env({ CI: '1' }) }, 'json'],
    ['--quiet', { quiet: true }, 'quiet'],
    ['--quiet in a pipe', { quiet: true, isTTY: false }, 'quiet'],
  ]
  it.each(table)('%s', (_, wish, kind) => {
    expect(viewKind({ ...terminal, ...wish })).toBe(kind)
  })
})

describe('what goes where', () => {
  it('writes progress to stderr and the result to stdout', async () => {
    const options = papers(goodStory)
    const view = chooseView(options)
    tell(view, goodStory)
    await view.close()
    expect(options.stderr.text).toContain('1A implementing (attempt 1)')
    expect(options.stdout.text).toContain('Run r1 is done')
    expect(options.stdout.text).not.toContain('implementing')
  })

  it('draws the tree on stderr, so that stdout may be a file', async () => {
    const stderr = new Screen(80, 24)
    const stdout = new Paper()
    const view = chooseView({ ...papers(goodStory, { isTTY: true }), stdout, stderr })
    tell(view, goodStory)
    await view.close()
    expect(stderr.text).toContain('Stage 1')
    expect(stdout.text).toContain('Run r1 is done')
    expect(stdout.text).not.toContain('\u001b')
  })

  it('with --quiet writes the result only', async () => {
    const options = papers(goodStory, { quiet: true })
    const view = chooseView(options)
    tell(view, goodStory)
    view.progressed({ type: 'noticed', text: 'x' })
    await view.close()
    expect(options.stderr.text).toBe('')
    expect(options.stdout.text).toContain('Run r1 is done')
  })

  it('with --json writes each fact as it was saved, one per line, and nothing else', async () => {
    const options = papers(goodStory, { json: true })
    const view = chooseView(options)
    tell(view, goodStory)
    view.progressed({ type: 'session-progressed', task: '1A', doing: 'x', costUsd: null })
    await view.close()
    const lines = options.stdout.text.trimEnd().split('\n')
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(recorded(goodStory))))
    expect(options.stderr.text).toBe('')
  })

  it('escapes in JSON what a terminal would obey, without changing what it says', async () => {
    const story: Story = [runStarted(threeTasks), { type: 'milestone-edited', task: '1A', file: 'a\u009b2J\u202eb\u001b[2J' }]
    const options = papers(story, { json: true })
    const view = chooseView(options)
    tell(view, story)
    await view.close()
    const last = options.stdout.text.trimEnd().split('\n').at(-1) ?? ''
    expect(last).toMatch(/^[ -~]*$/)
    expect(JSON.parse(last).file).toBe('a\u009b2J\u202eb\u001b[2J')
  })

  it('prints no result when no run was under way', async () => {
    const options = papers([])
    await chooseView(options).close()
    expect(options.stdout.text).toBe('')
  })
})

describe('a view never stands in the way of the run', () => {
  it('swallows its own faults, and reports the first', async () => {
    const stderr = new Paper()
    const fault = (): never => {
      throw new Error('a bug in the display\u001b[2J')
    }
    const view = guarded({ heard: fault, progressed: fault, close: () => Promise.reject(new Error('x')) }, stderr)
    const [fact] = recorded(goodStory)
    if (fact !== undefined) view.heard(fact, folded(goodStory))
    view.progressed({ type: 'noticed', text: 'x' })
    await view.close()
    expect(stderr.text.trimEnd().split('\n')).toEqual([
      'orch: the display failed (Error: a bug in the display); the run goes on. See it with: orch status',
    ])
  })

  it.each(['json', 'plain', 'quiet'] as const)('goes on when the reader of the %s view has gone away', async (kind) => {
    const options = {
      ...papers(goodStory, { json: kind === 'json', quiet: kind === 'quiet' }),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
    }
    const view = chooseView(options)
    options.stdout.destroy(new Error('EPIPE'))
    options.stderr.destroy(new Error('EPIPE'))
    tell(view, goodStory)
    await view.close()
  })

  it('goes on when the terminal of the tree has gone away', async () => {
    const stderr = new Screen(80, 24)
    const view = chooseView({ ...papers(goodStory, { isTTY: true }), stderr })
    tell(view, [runStarted(threeTasks), stageStarted(1, threeTasks)])
    stderr.destroy(new Error('EIO'))
    tell(view, [runStarted(threeTasks), stageStarted(1, threeTasks), ended('interrupted')])
    await view.close()
  })
})
