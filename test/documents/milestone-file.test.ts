import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Milestone } from '../../src/core/milestone.js'
import type { Problem } from '../../src/core/problem.js'
import { type ParsedMilestone, parseMilestone } from '../../src/documents/milestone-file.js'

const file = 'milestones/2B-export.md'

function parsed(text: string, name = file): ParsedMilestone {
  const result = parseMilestone({ file: name, text, hash: 'hash' })
  if (!result.ok) throw new Error(`unexpected problems: ${JSON.stringify(result.error)}`)
  return result.value
}

const milestone = (text: string, name = file): Milestone => parsed(text, name).milestone

function problems(text: string, name = file): readonly Problem[] {
  const result = parseMilestone({ file: name, text, hash: 'hash' })
  return result.ok ? [] : result.error
}

/** `line:column message | hint` of each. */
const told = (text: string, name = file): string[] => problems(text, name).map((p) => `${p.line}:${p.column} ${p.message} | ${p.hint}`)

const whole = `---
title: Export to CSV
depends: [1A]
priority: high
paths: ["src/**"]
checks: ["npm test"]
model: opus
effort: high
timeout: 1h30m
retries: 0
budgetUsd: 2.5
optional: true
approval: required
allowEmpty: true
---
# Milestone 2B - Something else
## Description
Write it.
## Entry Requirements
- \`node --version\` is 20 or newer
- The format is agreed on
## Tasks
1. Do this
   - with care
2. [ ] Do *that*
## Exit Criteria
- [ ] \`npm run export\`
- The help text
  names the flag
  - a detail
## Dependencies
- 1A
- 2A - the parser
## Estimated Time
90 minutes
`

describe('a milestone file', () => {
  test('says everything that a milestone can say', () => {
    expect(milestone(whole)).toEqual({
      id: '2B',
      stage: 2,
      title: 'Export to CSV',
      file,
      text: whole,
      hash: 'hash',
      entryRequirements: [
        { text: '`node --version` is 20 or newer', command: 'node --version' },
        { text: 'The format is agreed on', command: null },
      ],
      tasks: ['Do this', 'Do *that*'],
      criteria: [
        { n: 1, text: '`npm run export`', command: 'npm run export' },
        { n: 2, text: 'The help text names the flag', command: null },
      ],
      depends: ['1A', '2A'],
      priority: 'high',
      paths: ['src/**'],
      checks: ['npm test'],
      model: 'opus',
      effort: 'high',
      timeoutMs: 5_400_000,
      retries: 0,
      budgetUsd: 2.5,
      estimateMs: 5_400_000,
      optional: true,
      approval: true,
      allowEmpty: true,
    })
  })

  test('needs no more than a line of text', () => {
    expect(milestone('Do it.')).toMatchObject({
      title: '2B',
      priority: 'medium',
      depends: [],
      criteria: [],
      checks: [],
      model: null,
      estimateMs: null,
    })
  })

  test('says the same with Windows line ends and a byte order mark', () => {
    const { text: _, ...windows } = milestone(`\uFEFF${whole.replaceAll('\n', '\r\n')}`)
    const { text: __, ...unix } = milestone(whole)
    expect(windows).toEqual(unix)
  })

  test('keeps its text as it was written', () => {
    const text = '\uFEFF# T\r\n\r\ntext'
    expect(milestone(text).text).toBe(text)
  })

  test.each([
    ['# Milestone 2B - Export', 'Export'],
    ['# 2B: Export', 'Export'],
    ['# milestone 2b — Export `now`', 'Export now'],
    ['# Milestone 2B Export', 'Export'],
    ['# Milestone 2B', '2B'],
    ['# Export to 3D', 'Export to 3D'],
    ['# 2Bits', '2Bits'],
    ['## Description', '2B'],
    ['## Milestone 2B - Export', 'Export'],
    ['', '2B'],
  ])('headed %j is titled %j', (heading, title) => expect(milestone(`${heading}\n\ntext\n`).title).toBe(title))

  test('takes headings in any order and case, sections of tasks, and single words in lists of the front matter', () => {
    const text =
      '---\npaths: src/**\nchecks: npm test\ndepends: 1A, 1C\n---\n## DEPENDENCIES:\nNone\n## Task 1: First\ntext\n## task 2 - Second\n## exit criteria\nIt works.\n'
    expect(milestone(text)).toMatchObject({
      paths: ['src/**'],
      checks: ['npm test'],
      depends: ['1A', '1C'],
      tasks: ['First', 'Second'],
      criteria: [{ n: 1, text: 'It works.', command: null }],
    })
  })

  test.each([
    ['- 1A\n- 1B', ['1A', '1B']],
    ['1A, 1B and 1C.', ['1A', '1B', '1C']],
    ['Depends on: 1A, 1B', ['1A', '1B']],
    ['None', []],
    ['None (first milestone)', []],
    ['- None.', []],
    ['- N/A', []],
    ['-', []],
    ['- 1A (the parser, the lexer), 1B', ['1A', '1B']],
    ['- 1A: the parser, and more\n- **1B** - also', ['1A', '1B']],
    ['- [1A](1A-setup.md) and `1B`', ['1A', '1B']],
    ['- Milestone 1A\n- milestone 1A', ['1A']],
    ['1A\n1AB', ['1A', '1AB']],
    ['', []],
  ])('with the dependencies %j depends on %j', (section, ids) =>
    expect(milestone(`text\n\n## Dependencies\n\n${section}\n\n## Notes\n`).depends).toEqual(ids),
  )

  test.each([
    ['- None', []],
    ['- N/A (nothing yet)', []],
    ['- None of the tests fails', ['None of the tests fails']],
    ['First this\n\nThen that', ['First this', 'Then that']],
    ['Introduction:\n\n- a\n- b', ['a', 'b']],
    ['### Part\n\n- a\n\n### Other\n\n* b', ['a', 'b']],
    ['- a\n-\n- b', ['a', 'b']],
    ['<!-- - hidden -->\n- a', ['a']],
  ])('with %j under Exit Criteria asks for %j', (section, texts) =>
    expect(milestone(`text\n\n## Exit Criteria\n\n${section}\n`).criteria.map((c) => c.text)).toEqual(texts),
  )

  test('tells where its heading and its dependencies stand', () => {
    const { locate } = parsed(whole)
    expect(locate('id', '2B')).toEqual({ line: 16, column: 1 })
    expect(locate('depends', '1A')).toEqual({ line: 3, column: 11 })
    expect(locate('depends', '2A')).toEqual({ line: 33, column: 3 })
    const crlf = parsed('\uFEFFtext\r\n\r\n## Dependencies\r\n- 1C, `1A` and *2A*\r\n')
    expect(crlf.locate('depends', '1A')).toEqual({ line: 4, column: 8 })
    expect(crlf.locate('depends', '2A')).toEqual({ line: 4, column: 17 })
  })
})

describe('a problem in a milestone file', () => {
  test('is reported with all others, each at its place', () => {
    const text = `---
titel: x
priority: hihg
depends: [1A, 1a, 3]
paths:
  - /etc/*
timeout: soon
retries: -1
checks: {}
---
# Milestone 2C - Foo

## Dependencies
- 2B
- the parser

## Exit Critera
- x
`
    expect(told(text)).toEqual([
      '2:1 the front matter has no key "titel" | Did you mean title?',
      '3:1 priority must be critical, high, medium or low, not "hihg" | Did you mean high?',
      '4:19 depends[2] must be an id like "1A", not 3 | Correct it, or leave the key out',
      '6:5 paths[0] must be a glob within the repository, with forward slashes, like "src/**", not "/etc/*" | Correct it, or leave the key out',
      '7:1 timeout must be a duration like "30m" or "1h30m", not "soon" | Correct it, or leave the key out',
      '8:1 retries must be a whole number of 0 or more, not -1 | Correct it, or leave the key out',
      '9:1 checks must be a list of commands like ["npm test"], not {} | Correct it, or leave the key out',
      "11:1 the heading says 2C, and the file's name says 2B | Write 2B in the heading, or rename the file",
      '14:3 2B depends on itself | Remove 2B from its dependencies',
      '15:3 "the parser" is no milestone\'s id | Write ids like 1A, one to a list item or with commas between, or None',
      '17:1 the heading "Exit Critera" means nothing to orch | Did you mean "Exit Criteria"?',
    ])
  })

  test.each([
    ['nothing at all', ''],
    ['only a heading', '# Milestone 2B - Foo\n'],
    ['only dependencies', '# Foo\n## Dependencies\n- 1A\n## Estimated Time\n1h\n'],
    ['only a comment and empty bullets', '# Foo\n<!-- later -->\n## Tasks\n-\n'],
  ])('is a file with %s', (_, text) => expect(problems(text).map((p) => p.message)).toEqual(['there is nothing to do in this file']))

  test.each([
    ['- 1b', '"1b" is no milestone\'s id | Write 1B'],
    ['- 1A-setup.md', '"1A-setup.md" is no milestone\'s id | Write 1A'],
    ['- 01A', '"01A" is no milestone\'s id | Write 1A'],
    ['- stage 1', '"stage 1" is no milestone\'s id | Name milestones like 1A; earlier stages are finished before this one begins anyway'],
  ])('of the dependency %j comes with what to write', (section, expected) =>
    expect(told(`text\n## Dependencies\n${section}\n`)).toEqual([`3:3 ${expected}`]),
  )

  test.each([
    ['---js\n{ title: process.exit(1) }\n---\ntext', '1:4 the front matter says that it is "js"; only YAML is read'],
    ['---json\n{"title": "x"}\n---\ntext', '1:4 the front matter says that it is "json"; only YAML is read'],
    ['--- coffee\ntitle: 1\n---\ntext', '1:4 the front matter says that it is "coffee"; only YAML is read'],
    ['---\ntitle: x\ntext', '1:1 the front matter that begins here is never closed'],
    ['---\ntitle: x\n---- \ntext', '3:1 the line that closes the front matter holds more than ---'],
    ['---\ntitle: "x\n---\ntext', '2:10 the front matter is no YAML that can be read: Missing closing "quote'],
    [
      '---\r\na: 1\r\npriority: low\r\npriority: low\r\n---\r\ntext',
      '4:1 the front matter is no YAML that can be read: Map keys must be unique',
    ],
    [
      '---\ntitle: !!js/function x\n---\ntext',
      '2:8 the front matter is no YAML that can be read: Unresolved tag: tag:yaml.org,2002:js/function',
    ],
    ['---\n- a\n---\ntext', '2:1 the front matter is not a list of keys'],
    ['---\n__proto__: {}\n---\ntext', '2:1 the front matter has no key "__proto__"'],
    ['te\0xt', '1:3 the file holds a NUL byte, so it is no text'],
    ['a'.repeat(2 * 1024 * 1024 + 1), '1:1 the file is larger than 2 MiB'],
  ])('%#: text that cannot be read is refused', (text, expected) => {
    expect(problems(text).map((p) => `${p.line}:${p.column} ${p.message}`)).toEqual([expected])
    expect(problems(text)[0]?.hint).not.toBeNull()
  })

  test('is found when YAML multiplies aliases or nests without end', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefg'
      .split('')
      .map((k, i) => `${k}: &${k} [${Array(10).fill(`*${'abcdef'[i]}`).join(', ')}]`)
      .join('\n')}`
    expect(problems(`---\n${bomb}\n---\ntext`)).not.toEqual([])
    expect(problems(`---\n${'['.repeat(20_000)}\n---\ntext`)).not.toEqual([])
  })

  test.each(['1a.md', '1.md', 'A1.md', '01A.md', '0A.md', '1A setup.md', '1A-.md', 'notes.md', '1A.MD'])('is the name %j', (name) =>
    expect(problems('text', `milestones/${name}`)).toMatchObject([{ line: 1, column: 1, message: `${name} is no name for a milestone` }]),
  )

  test.each(['1A.md', '12AB.md', '3Z-some.slug_1.md'])('is not the name %j', (name) =>
    expect(problems('text', `milestones/${name}`)).toEqual([]),
  )

  test('never is an exception, whatever the file holds', () => {
    const piece = fc.constantFrom(
      '---\n',
      '# 2B: x\n',
      '## Dependencies\n',
      '## Exit Criteria\n',
      '- `a b`\n',
      '- 1A, (x\n',
      'title: x\n',
      '[x]: <\n',
      '\r\n',
      '| a |\n',
      '    ',
      '```\n',
    )
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (source) => {
        const lines = source.split(/\r\n|\n|\r/).length
        return problems(source).every((p) => p.line >= 1 && p.line <= lines && p.column >= 1)
      }),
    )
  })
})
