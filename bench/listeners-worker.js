// node bench/listeners-worker.js parse|hold <number> <stand-in>: starts so many stand-ins at once; prints the processors that it took itself as JSON.
// parse: reads and parses each line of what they say, and no more. hold: lets them be.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const [what, number, standIn] = process.argv.slice(2)
const children = Array.from({ length: Number(number) }, (_, n) => {
  const env = { ...process.env, ORCH_TASK: `t${n}`, ORCH_STEP: 'implement' }
  const child = spawn(standIn, [], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.end('do it')
  return child
})
let lines = 0
const heard = (line) => void (JSON.parse(line).type && lines++)
if (what === 'parse') for (const { stdout } of children) createInterface({ input: stdout }).on('line', heard)
else for (const { stdout } of children) stdout.resume()
const began = process.cpuUsage()
const startedAt = performance.now()
await Promise.all(children.map((child) => new Promise((resolve) => child.on('close', resolve))))
const { user, system } = process.cpuUsage(began)
process.stdout.write(JSON.stringify({ lines, cpuMs: (user + system) / 1000, wallMs: performance.now() - startedAt }))
