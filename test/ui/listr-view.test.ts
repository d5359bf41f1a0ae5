import { describe, expect, it } from 'vitest'
import { coloursFor } from '../../src/ui/colours.js'
import { displayWidth } from '../../src/ui/display-width.js'
import { glyphsFor } from '../../src/ui/glyphs.js'
import { ListrView } from '../../src/ui/listr-view.js'
import {
  attemptStarted,
  begun,
  combinedAndLanded,
  ended,
  goodStory,
  reviewed,
  runStarted,
  type Story,
  stageStarted,
  storyEnd,
  tell,
  threeTasks,
  wholeLife,
} from '../support/facts.js'
import { eventually, Screen } from '../support/screen.js'
import { aMilestone } from '../support/work.js'

function viewOn(screen: Screen, story: Story, options: { colour?: boolean; now?: () => number; stays?: boolean } = {}): ListrView {
  return new ListrView({
    terminal: screen,
    now: options.now ?? (() => storyEnd(story)),
    timeZone: 'UTC',
    glyphs: glyphsFor(true),
    colours: coloursFor(options.colour === true),
    stays: options.stays ?? true,
    pace: { least: 1, tick: 5 },
  })
}

const manyTasks = Array.from({ length: 30 }, (_, i) =>
  aMilestone({
    id: `1${'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i % 26]}${i < 26 ? '' : 'A'}`,
    title: `A rather long title for task number ${i + 1} of this stage`,
  }),
)

const crowdedStory: Story = [
  runStarted(manyTasks),
  stageStarted(1, manyTasks),
  ...manyTasks.slice(0, 8).flatMap((m) => wholeLife(m.id)),
  ...manyTasks.slice(8, 12).flatMap((m) => begun(m.id)),
]

describe('the tree on a terminal', () => {
  it('leaves a calm summary with every task in the scrollback', async () => {
    const screen = new Screen(100, 24)
    const view = viewOn(screen, goodStory)
    tell(view, goodStory)
    await view.close()
    expect(screen.text).toMatchInlineSnapshot(`
      "✔ Stage 1  2 of 2 tasks merged · $0.27
        ✔ 1A  Read the file               merged               2m 15s   $0.12
        ✔ 1B  Export to CSV               merged               1m 10s   $0.12
        ✔ all the whole stage             landed               2m 15s   $0.03
      ✔ Stage 2  1 of 1 task merged · $0.15
        ✔ 2A  Write the manual            merged               1m 10s   $0.12
        ✔ all the whole stage             landed               1m 10s   $0.03
      3 of 3 tasks merged · 3m 25s · $0.42"
    `)
  })

  it('shows what each task is at while it runs', async () => {
    const story: Story = [
      runStarted(threeTasks),
      stageStarted(1, threeTasks),
      ...begun('1A'),
      ...begun('1B'),
      61,
      ...reviewed('1B').slice(0, 3),
    ]
    const screen = new Screen(100, 24)
    const view = viewOn(screen, story)
    tell(view, story)
    view.progressed({ type: 'session-progressed', task: '1A', doing: 'Edit src/reader.ts', costUsd: 0.08 })
    await eventually(() => screen.text.includes('Edit src/reader.ts'), 'the row of 1A shows its tool')
    expect(screen.text).toMatchInlineSnapshot(`
      "◐ Stage 1  0 of 2 tasks merged · $0.18
        ◐ 1A  Read the file               implementing         1m 01s   $0.08  Edit src/reader.ts
        ◐ 1B  Export to CSV               reviewing            1m 01s   $0.10
        ○ all the whole stage             waits for 2 tasks
      ○ Stage 2  1 task to come
      0 of 3 tasks merged · 1m 01s · $0.18"
    `)
    await view.close()
  })

  it('counts down to the end of a limit in local time', async () => {
    const story: Story = [
      runStarted(threeTasks),
      stageStarted(1, threeTasks),
      ...begun('1A'),
      30,
      {
        type: 'attempt-interrupted',
        task: '1A',
        attempt: 1,
        cause: 'limit',
        usage: { costUsd: 0.05, inputTokens: 0, outputTokens: 0, durationMs: 30_000, turns: 1, toolUses: 0 },
      },
      { type: 'limit-hit', account: 'default', until: storyEnd([30]) + 750_000, window: 'five_hour', guessed: false },
    ]
    let now = storyEnd(story)
    const screen = new Screen(100, 24)
    const view = viewOn(screen, story, { now: () => now })
    tell(view, story)
    await eventually(() => screen.text.includes('limit until 14:13 (in 12m 30s)'), 'the countdown is shown')
    now += 30_000
    await eventually(() => screen.text.includes('limit until 14:13 (in 12m 00s)'), 'the countdown goes on')
    await view.close()
  })

  it.each([
    [80, 24],
    [40, 24],
    [120, 12],
    [60, 8],
  ])('fits 30 tasks on a terminal of %i columns and %i rows', async (columns, rows) => {
    const screen = new Screen(columns, rows)
    const view = viewOn(screen, crowdedStory)
    tell(view, crowdedStory)
    await eventually(() => screen.text.includes('more waiting'), 'what waits is summed up')
    expect(screen.lines.length).toBeLessThanOrEqual(rows)
    for (const line of screen.lines) expect(displayWidth(line)).toBeLessThan(columns)
    expect(screen.overlong).toBe(0)
    for (const m of manyTasks.slice(8, Math.min(12, rows))) if (rows >= 12) expect(screen.text).toContain(` ${m.id} `)
    await view.close()
    for (const m of manyTasks) expect(screen.text).toContain(` ${m.id} `)
  })

  it('leaves nothing twice in the scrollback, however often it is redrawn and resized', async () => {
    const screen = new Screen(100, 24)
    let now = storyEnd(crowdedStory)
    const view = viewOn(screen, crowdedStory, { now: () => now })
    const state = tell(view, crowdedStory)
    for (let i = 0; i < 5; i++) {
      now += 1000
      const before = screen.writes
      view.progressed({ type: 'session-progressed', task: '1I', doing: `Read ${i}`, costUsd: null })
      await eventually(() => screen.writes > before, 'it is redrawn')
    }
    screen.resize(120, 30)
    await eventually(() => screen.lines.length > 24, 'the new height is used')
    await view.close()
    const rows = screen.lines.filter((line) => line.includes('Stage 1'))
    expect(rows).toHaveLength(1)
    expect(state.ending).toBeNull()
  })

  it('keeps notices above the tree', async () => {
    const screen = new Screen(100, 24)
    const story: Story = [runStarted(threeTasks), stageStarted(1, threeTasks), ...begun('1A')]
    const view = viewOn(screen, story)
    tell(view, story)
    await eventually(() => screen.text.includes('implementing'), 'the tree is drawn')
    view.progressed({ type: 'noticed', text: 'Stopping: press Ctrl-C again to end the agents now' })
    await view.close()
    expect(screen.lines[0]).toBe('Stopping: press Ctrl-C again to end the agents now')
    expect(screen.lines.filter((line) => line.includes('implementing'))).toHaveLength(1)
  })

  it('never leaves the cursor hidden, not even between two redraws', async () => {
    const screen = new Screen(100, 24)
    const view = viewOn(screen, goodStory)
    tell(view, goodStory)
    await view.close()
    const chunks = screen.raw.split('\u001b[?25l')
    expect(chunks.length).toBeGreaterThan(1)
    for (const chunk of chunks.slice(1)) expect(chunk).toContain('\u001b[?25h')
  })

  it('shows nothing of what an agent writes to command the terminal', async () => {
    const screen = new Screen(100, 24)
    const evil = aMilestone({ id: '1A', title: 'Good\u001b]0;owned\u0007 \u202etitle\u001b[2J' })
    const story: Story = [runStarted([evil]), stageStarted(1, [evil]), ...begun('1A')]
    const view = viewOn(screen, story)
    tell(view, story)
    view.progressed({ type: 'session-progressed', task: '1A', doing: 'Bash\u001b[1A\u009b2J \rrm', costUsd: null })
    await eventually(() => screen.text.includes('Bash'), 'the tool is shown')
    await view.close()
    expect(screen.raw).not.toContain('owned')
    expect(screen.raw).not.toContain('\u202e')
    expect(screen.raw).not.toContain('\u009b')
    expect(screen.raw).not.toContain('\u001b[2J')
    expect(screen.text).toContain('Good title')
  })

  it('shows a resumed run from where it is', async () => {
    const before: Story = [runStarted(threeTasks), stageStarted(1, threeTasks), ...begun('1A'), ended('interrupted')]
    const screen = new Screen(100, 24)
    const story: Story = [...before, 60, { type: 'run-resumed' }, attemptStarted('1A', 2)]
    const view = viewOn(screen, story)
    tell({ heard: (fact, state) => (fact.seq > before.length ? view.heard(fact, state) : undefined) }, story)
    await eventually(() => /1A .*implementing/.test(screen.text), 'the row of 1A is there')
    await view.close()
    expect(screen.text).toContain('Stage 2')
  })

  it('says for whom a task waits, and no longer shows a step that is over', async () => {
    const milestones = [aMilestone({ id: '1A' }), aMilestone({ id: '1B', depends: ['1A'] })]
    const story: Story = [
      runStarted(milestones),
      stageStarted(1, milestones),
      ...wholeLife('1A'),
      { type: 'workspace-opened', task: 'stage-1', branch: 'orch/r1/stage-1', path: '/w', base: 'b' },
    ]
    const screen = new Screen(100, 24)
    const view = viewOn(screen, story)
    tell(view, story)
    view.progressed({ type: 'command-running', task: 'stage-1', command: 'npm test' })
    await eventually(() => /all the whole stage .*checking the whole .*npm test/.test(screen.text), 'the combination is checked')
    expect(screen.text).toMatch(/1B .*waits for 1A$/m)
    const merges = [{ task: aMilestone({ id: '1A' }).id, commit: 'c' }]
    const told = story.filter((part) => typeof part !== 'number').length
    tell({ heard: (fact, state) => (fact.seq > told ? view.heard(fact, state) : undefined) }, [
      ...story,
      { type: 'tasks-combined', stage: 1, merges, tip: 'c', results: [], complete: false },
    ])
    await eventually(() => !screen.text.includes('npm test'), 'the check is over')
    expect(screen.text).toMatch(/all the whole stage .*waits for 1 task$/m)
    expect(screen.text).toMatch(/1B .*waiting$/m)
    await view.close()
  })

  it('makes room for the summary where that comes to the same terminal', async () => {
    const screen = new Screen(100, 24)
    const view = viewOn(screen, goodStory, { stays: false })
    tell(view, goodStory)
    await eventually(() => screen.text.includes('Stage 1'), 'it is drawn')
    view.progressed({ type: 'noticed', text: 'the disk is nearly full' })
    await view.close()
    expect(screen.text).toBe('the disk is nearly full')
  })

  it('breaks a notice into lines, and never erases from the very top: a terminal may keep what is erased there', async () => {
    const screen = new Screen(60, 24)
    const view = viewOn(screen, crowdedStory)
    tell(view, crowdedStory)
    await eventually(() => screen.text.includes('more waiting'), 'it is drawn')
    view.progressed({ type: 'noticed', text: 'Stopping: nothing new starts, running sessions finish. Ctrl-C again ends them now.' })
    expect(screen.text).toContain('Stopping: nothing new starts, running sessions finish.\nCtrl-C again ends them now.\n')
    await view.close()
    expect(screen.overlong).toBe(0)
    for (const frame of screen.raw.replaceAll('\u001b', '~').split('~[?25l').slice(1)) expect(frame).toMatch(/\n(~\[\d+A)?~\[J/)
  })

  it('says nothing at all when nothing happened', async () => {
    const screen = new Screen(100, 24)
    await viewOn(screen, []).close()
    expect(screen.raw).toBe('')
  })

  it('settles even when it is closed right after the first fact', async () => {
    const screen = new Screen(100, 24)
    const story: Story = [runStarted(threeTasks)]
    const view = viewOn(screen, story)
    tell(view, story)
    await view.close()
    await view.close()
    expect(screen.text).toContain('Stage 1')
    expect(screen.text).not.toContain('rest')
  })

  it('draws failed work as failed, whatever listr2 thinks of it', async () => {
    const story: Story = [
      runStarted(threeTasks),
      stageStarted(1, threeTasks),
      ...begun('1A'),
      { type: 'task-failed', task: '1A', failure: { reason: 'empty-diff' } },
      ...wholeLife('1B'),
      { type: 'stage-failed', stage: 1, failure: { reason: 'empty-diff' } },
      ended('failed', { reason: 'stage-failed', stage: 1 }),
    ]
    const screen = new Screen(110, 24)
    const view = viewOn(screen, story)
    tell(view, story)
    await view.close()
    expect(screen.text).toMatchInlineSnapshot(`
      "✖ Stage 1  0 of 2 tasks merged · 1 not · $0.12
        ✖ 1A  Read the file                  failed                   0s          the agent says that it is done,…
        ✔ 1B  Export to CSV                  approved                      $0.12
        ✖ all the whole stage                failed
      ○ Stage 2  1 task to come
      0 of 3 tasks merged · 1m 05s · $0.12"
    `)
  })

  it('colours only the signs, and nothing when colour is refused', async () => {
    for (const colour of [true, false]) {
      const screen = new Screen(100, 24)
      const view = viewOn(screen, goodStory, { colour })
      tell(view, goodStory)
      await view.close()
      expect(screen.raw.includes('\u001b[32m✔')).toBe(colour)
      expect(screen.raw.includes('\u001b[3')).toBe(colour)
    }
  })

  it('sums up stages as well when there are more than the screen has rows', async () => {
    const stages = Array.from({ length: 40 }, (_, i) => aMilestone({ id: `${i + 1}A` }))
    const story: Story = [
      runStarted(stages),
      stageStarted(1, stages),
      ...wholeLife('1A'),
      ...combinedAndLanded(1, ['1A']),
      stageStarted(2, stages),
      ...begun('2A'),
    ]
    const screen = new Screen(80, 16)
    const view = viewOn(screen, story)
    tell(view, story)
    await eventually(() => screen.text.includes('more stages'), 'stages are summed up')
    expect(screen.lines.length).toBeLessThanOrEqual(16)
    expect(screen.text).toMatch(/2A .*implementing/)
    await view.close()
  })
})
