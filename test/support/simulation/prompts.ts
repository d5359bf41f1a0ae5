import type { PromptSource } from '../../../src/engine/ports/prompt-source.js'

/** Texts by which a simulated session knows what it is asked for. */
export const prompts: PromptSource = {
  implement: (i) => `implement ${i.id}`,
  remediate: (i) => `remediate ${i.id}: ${i.findings}${i.checks.map((c) => c.command).join()}`,
  resolve: (i) =>
    `resolve ${i.id}: ${i.files.join()}${i.refusal === null ? '' : ` refused ${[...i.refusal.outside, ...i.refusal.lostTests].join()}`}`,
  review: (i) => `review ${i.id}${i.before === null ? '' : ` open: ${i.before.round.findings.map((f) => f.id).join()}`}`,
  goOn: (i) => `go on ${i.id}`,
  reviewGoOn: (i) => `go on reviewing ${i.id}`,
  nudge: (i) => `nudge ${i.id}`,
}
