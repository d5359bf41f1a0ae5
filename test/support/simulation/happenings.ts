import type { Orch } from './orch.js'
import type { PersonsHands } from './persons-hands.js'
import type { PersonDeed } from './scenario.js'
import { withEdit } from './settings.js'
import type { Universe } from './universe.js'

/** Lets what the scenario has in store happen when its time comes, until all is calm. @param atWork the orch that runs then, if any */
export async function letHappen(universe: Universe, hands: PersonsHands, atWork: () => Orch | null): Promise<void> {
  const { clock, scenario } = universe
  for (const deed of scenario.deeds) {
    await clock.pass(Math.max(0, deed.at - clock.elapsed))
    if (universe.calm) return
    universe.log.add(`happens: ${JSON.stringify(deed)}`)
    happen(universe, hands, deed, atWork())
  }
}

function happen(universe: Universe, hands: PersonsHands, deed: PersonDeed, orch: Orch | null): void {
  const { clock } = universe
  switch (deed.kind) {
    case 'commits':
      hands.commit(deed.how, deed.task)
      return
    case 'edits':
      hands.edit(deed.task)
      return
    case 'adds':
      hands.add(deed.task)
      return
    case 'removes':
      hands.remove(deed.task)
      return
    case 'approves':
      hands.approve(deed.task)
      return
    case 'commits-on-task':
      hands.commitOnTask(deed.task)
      return
    case 'breaks-milestones':
      universe.milestonesBrokenUntil = clock.elapsed + deed.forMs
      return
    case 'dirties-checkout':
      universe.checkoutDirtyUntil = clock.elapsed + deed.forMs
      return
    case 'fills-disk':
      universe.diskFullUntil = clock.elapsed + deed.forMs
      return
    case 'stops':
      stop(universe, orch, deed.hard)
      return
    case 'clock-jumps':
      clock.jump(deed.byMs)
      return
    case 'edits-config':
      universe.settings = withEdit(universe.settings, deed.edit)
      return
    case 'saves-a-file':
      hands.saveFile()
      return
    case 'power-cut':
      universe.program.killAll()
      orch?.life.die({ kind: 'killed', point: 'power cut' })
  }
}

function stop({ evidence }: Universe, orch: Orch | null, isHard: boolean): void {
  if (orch === null) return
  evidence.stopAsked = true
  const reason = { ending: 'interrupted', failure: { reason: 'interrupted' } } as const
  if (isHard) orch.halt.requestNow(reason)
  else orch.halt.request(reason)
}
