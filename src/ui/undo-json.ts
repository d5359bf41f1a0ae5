import type { ToldUndo } from './undo-text.js'

/** An undo for programs. */
export const undonePlanJson = ({ landings, ...plan }: ToldUndo) => ({
  ...plan,
  stages: landings.map(({ run, stage, milestones, from, to }) => ({ run, stage, milestones, from, to })),
})
