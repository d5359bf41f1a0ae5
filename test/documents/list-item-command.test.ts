import { describe, expect, test } from 'vitest'
import { parseMilestone } from '../../src/documents/milestone-file.js'

function commandOf(bullet: string): string | null | undefined {
  const read = parseMilestone({ file: 'milestones/1A.md', text: `text\n\n## Exit Criteria\n\n- ${bullet}\n`, hash: '' })
  return read.ok ? read.value.milestone.criteria[0]?.command : undefined
}

describe('a bullet', () => {
  test.each([
    ['`npm test`', 'npm test'],
    ['`make`', 'make'],
    ['`make`.', 'make'],
    ['[ ] `make`', 'make'],
    ['[x] `./run.sh`;', './run.sh'],
    ['`npm run build` leaves no warning', 'npm run build'],
    ['`make` passes', 'make'],
    ['`make` still passes on Node 20', 'make'],
    ['`pytest` succeeds', 'pytest'],
    ['`true` exits 0', 'true'],
    ['`make` is green', 'make'],
    ['`node` is 20 or newer', 'node'],
    ['`make` builds everything', 'make'],
    ['`[ -f out.csv ]`', '[ -f out.csv ]'],
    ['`test -f "a|b"`', 'test -f "a|b"'],
  ])('%s is the command %j', (bullet, command) => expect(commandOf(bullet)).toBe(command))

  test.each([
    'The suite passes with `npm test`',
    '`parseCsv` is exported',
    '`parseCsv` returns an array',
    '`sum(a, b)` returns the sum',
    '`export function sum` is there',
    '`export const x = 1` works',
    '`class Parser` exists',
    '`async run` works',
    '`import x` works',
    '`--help` prints the usage',
    '`--name <x>` is accepted',
    '`GET /todos` returns 200',
    '`{ "a": 1 }` is accepted',
    '`<App />` shows the list',
    '`version: 2` is written',
    '`x = 1` holds',
    '`README.md` names the flag',
    '**`npm test`** passes',
    '`` ` `` passes',
    'It works',
  ])('%s is for the reviewer', (bullet) => expect(commandOf(bullet)).toBeNull())
})
