import type { Command } from '@oclif/core/command'

/** Every command by its id, each loaded only when it is asked for; a space in what is typed is a colon here. */
export const commands: Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>> = {
  approve: () => import('./approve.js'),
  'auth:list': () => import('./auth/list.js'),
  'auth:test': () => import('./auth/test.js'),
  clean: () => import('./clean.js'),
  cost: () => import('./cost.js'),
  demo: () => import('./demo.js'),
  doctor: () => import('./doctor.js'),
  exec: () => import('./exec.js'),
  hardware: () => import('./hardware.js'),
  init: () => import('./init.js'),
  limits: () => import('./limits.js'),
  logs: () => import('./logs.js'),
  merge: () => import('./merge.js'),
  plan: () => import('./plan.js'),
  ps: () => import('./ps.js'),
  report: () => import('./report.js'),
  resume: () => import('./resume.js'),
  retry: () => import('./retry.js'),
  review: () => import('./review.js'),
  run: () => import('./run.js'),
  status: () => import('./status.js'),
  stop: () => import('./stop.js'),
  undo: () => import('./undo.js'),
  validate: () => import('./validate.js'),
}
