// Stands in for Claude Code: says again what the real program once said, and ends as it ended.
// RECORDED names a transcript in test/fixtures/claude-transcripts.
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../fixtures/claude-transcripts/', import.meta.url)
const name = process.env.RECORDED
const run = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')).find((entry) => entry.name === name)
if (run === undefined) throw new Error(`no recorded run ${name} in ${fileURLToPath(folder)}`)

function say(fd, file) {
  if (!existsSync(file)) return
  const bytes = readFileSync(file)
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

process.stdin.resume()
process.stdin.on('end', () => {
  say(1, new URL(`${name}.jsonl`, folder))
  say(2, new URL(`${name}.stderr.txt`, folder))
  if (run.signal !== null) process.kill(process.pid, run.signal)
  else process.exit(run.exit)
})
