import type { Milestone } from '../../../src/core/milestone.js'
import type { RunState } from '../../../src/core/run-state.js'
import { withoutMarkers } from './crew-work.js'
import type { Dice } from './dice.js'
import { drawMilestone, edited } from './draw-milestones.js'
import type { LifeOutcome } from './evidence.js'
import { noteMove } from './evidence.js'
import { hasMarkers, ownFile } from './ground-rules.js'
import type { Tree } from './memory-git.js'
import type { PersonDeed } from './scenario.js'
import type { Universe } from './universe.js'

/** What a person does with git and with the milestone files, each deed at one instant. */
export class PersonsHands {
  #versions = 0

  constructor(
    private readonly universe: Universe,
    private readonly dice: Dice,
  ) {}

  /** A commit of their own on their branch. */
  commit(how: (PersonDeed & { kind: 'commits' })['how'], task: string): void {
    const version = ++this.#versions
    const { git, main } = this.universe
    const mine = `mine-${version}.txt`
    const file = { aside: mine, red: mine, board: 'TASKS.md', conflicting: ownFile(task) }[how]
    const text = how === 'red' ? `bad ${version}\n` : `mine ${version}\n`
    this.#arrive(git.commit({ ...git.get(main).tree, [file]: text }, [main], `My own ${version}`))
  }

  #arrive(to: string): void {
    const { git, main, evidence } = this.universe
    git.branches.set('main', to)
    noteMove(evidence, { by: 'person', from: main, to, state: null, overEdits: false })
  }

  /** In their own checkout, which is watched for what sessions do there. */
  saveFile(): void {
    const version = ++this.#versions
    this.universe.checkout[`notes-${version}.txt`] = `mine ${version}\n`
  }

  edit(task: string): void {
    this.write(this.universe.milestones.map((m) => (m.id === task ? edited(this.dice, m, ++this.#versions) : m)))
  }

  /** A file in the stage of `near`, or in one beside it. */
  add(near: string): void {
    const { milestones } = this.universe
    const stage = Math.max(1, Number.parseInt(near, 10) + this.dice.whole(-1, 1))
    const letter = 'STUVW'[milestones.filter((m) => m.stage === stage).length] ?? 'X'
    const id = `${stage}${letter}`
    if (milestones.some((m) => m.id === id)) return
    this.write([...milestones, { ...drawMilestone(this.dice, id, milestones), paths: [] }])
  }

  /** Not a file that they name on the command line. */
  remove(task: string): void {
    const { milestones, scenario } = this.universe
    const left = milestones.filter((m) => m.id !== task)
    if (left.length > 0 && !scenario.selection.milestones.includes(task)) this.write(left)
  }

  write(milestones: readonly Milestone[]): void {
    const inOrder = (a: Milestone, b: Milestone): number => a.stage - b.stage || (a.id < b.id ? -1 : 1)
    this.universe.milestones = [...milestones].sort(inOrder)
  }

  approve(task: string): void {
    const { run, approvals } = this.universe
    if (run !== null) approvals.add(`${run.id} ${task}`)
  }

  /** On a task's branch, in its worktree; a conflict with what was merged before it is resolved there. */
  commitOnTask(task: string): void {
    const { git, worktrees, state, program } = this.universe
    const work = state?.work[task]
    const place = worktrees.get(work?.workspace?.path ?? '')
    // Nobody commits under the hands of a session, or into a worktree in which a conflict lies open.
    if (place === undefined || place.branch === null || place.conflict?.laid === true || program.running.some((i) => i.task === task))
      return
    const tip = git.branches.get(place.branch) ?? place.head
    const onto = work?.obstacle?.onto
    const merged = onto === undefined ? git.get(tip).tree : git.merge(tip, onto).tree
    const files = resolved(merged)
    if (work?.milestone?.paths.length === 0) files[`mine-${++this.#versions}.txt`] = 'mine\n'
    const made = git.commit(files, onto === undefined ? [tip] : [tip, onto], `My own on ${task}`)
    git.branches.set(place.branch, made)
    Object.assign(place, { head: made, files: { ...files } })
  }

  /** As the hint of a conflict with the person's own commits says: `git merge` of the finished stage, both sides taken. */
  mergeByHand(outcome: LifeOutcome, state: RunState): void {
    const { git, main, log } = this.universe
    if (outcome.kind !== 'ended' || outcome.failure?.reason !== 'base-conflict') return
    const { branch } = outcome.failure
    const stage = git.branches.get(branch)
    if (stage === undefined || git.isAncestor(stage, main)) return
    const files = resolved(git.merge(main, stage).tree)
    log.add(`person merges ${branch} of ${state.run} by hand`)
    this.#arrive(git.commit(files, [main, stage], `Merge ${branch}`))
  }
}

/** Both sides of every conflict. */
const resolved = (files: Tree): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, hasMarkers(text) ? withoutMarkers(text) : text]))
