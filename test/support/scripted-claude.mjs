// Stands in for Claude Code: does one thing after the other, as the JSON in SCRIPT says.
//   {"say": {...}}  {"print": "text"}  {"complain": "to stderr"}  {"echo": "VARIABLE"}  {"write": "file"}
//   {"run": "shell command"}  {"ignore": "SIGTERM"}  {"repeat": {...}, "everyMs": 50}  {"hang": true}  {"exit": 1}
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const line = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

function perform(step) {
  if (step.say) line(step.say)
  if (step.print) process.stdout.write(step.print)
  if (step.complain) process.stderr.write(step.complain)
  if (step.echo) line({ type: 'echo', value: process.env[step.echo] })
  if (step.write) writeFileSync(step.write, '')
  if (step.run) spawn('/bin/sh', ['-c', step.run], { stdio: 'ignore', detached: true }).unref()
  if (step.ignore) process.on(step.ignore, () => {})
  if (step.repeat) setInterval(() => line(step.repeat), step.everyMs)
  if (step.hang) setInterval(() => {}, 1000)
  if (step.exit !== undefined) process.exitCode = step.exit
}

process.stdin.resume()
process.stdin.on('end', () => {
  for (const step of JSON.parse(process.env.SCRIPT)) perform(step)
})
