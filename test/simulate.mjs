// npm run simulate -- --seed 7                 tells one story and what the oracle says of it
// npm run simulate -- --runs 100000 [--from N] tells many, each from its own seed
// npm run simulate -- --sabotage 'a secret is written' ...   with that bug built in
import { register } from 'node:module'
import { parseArgs } from 'node:util'

register('./support/typescript-hooks.mjs', import.meta.url)
const { simulate } = await import('./support/simulation/simulate.ts')

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
  },
})
const sabotage = values.sabotage ?? null
const say = (text) => process.stdout.write(`${text}\n`)

const inWords = ({ promise, seen }) => `${promise}: ${seen}`

async function tellOne(seed) {
  const { log, violations, lives, facts, sessions } = await simulate(seed, sabotage)
  for (const line of log) say(line)
  say(`\nseed ${seed}: ${lives} lives of orch, ${facts} facts, ${sessions} sessions`)
  for (const violation of violations) say(inWords(violation))
  if (violations.length === 0) say('every promise was kept')
  return violations.length
}

async function tellMany(from, runs) {
  const began = Date.now()
  let [violated, told] = [0, began]
  const count = { lives: 0, facts: 0, sessions: 0 }
  const perSecond = (done) => ((done / (Date.now() - began)) * 1000).toFixed(0)
  for (let n = 0; n < runs; n++) {
    const { violations, ...story } = await simulate(from + n, sabotage)
    for (const key of Object.keys(count)) count[key] += story[key]
    if (violations.length > 0) {
      violated++
      say(`seed ${from + n}: ${inWords(violations[0])}\n  replay: npm run simulate -- --seed ${from + n}`)
    }
    if (Date.now() - told < 10_000) continue
    told = Date.now()
    say(`${n + 1} of ${runs} runs, ${perSecond(n + 1)} per second, ${violated} violated a promise`)
  }
  say(
    `${runs} runs from seed ${from}, ${perSecond(runs)} per second: ${count.lives} lives of orch, ${count.sessions} sessions, ${count.facts} facts`,
  )
  say(violated === 0 ? 'every promise was kept in every run' : `${violated} violated a promise`)
  return violated
}

const violations = values.seed === undefined ? await tellMany(Number(values.from), Number(values.runs)) : await tellOne(Number(values.seed))
process.exitCode = violations === 0 ? 0 : 1
