import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besiegedRig, edit, editsOf, leftoversOf, mergedTo } from '../support/besieged.js'
import { everyHook } from '../support/git-repository.js'
import type { Rig } from '../support/rig.js'

interface Plight {
  readonly name: string
  readonly prepare: (rig: Rig) => void
  /** What each agent does; a file of its own when absent. */
  readonly agent?: string
  /** The folder in which orch is run, relative to the repository. */
  readonly cwd?: string
  readonly branch?: string
  readonly expected?: (rig: Rig) => void
}

function script(path: string, body: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
}

/** Stores contents beside the repository and commits pointers, as Git LFS does. */
const pointing = (rig: Rig): void => {
  const store = join(rig.root, 'store')
  mkdirSync(store)
  script(
    join(rig.root, 'clean.sh'),
    `t=$(mktemp); cat > "$t"; h=$(sha256sum "$t" | cut -d' ' -f1); mv "$t" "${store}/$h"; echo "pointer $h"`,
  )
  script(join(rig.root, 'smudge.sh'), `read -r word h; cat "${store}/$h"`)
  rig.git('config', 'filter.lfs.clean', join(rig.root, 'clean.sh'))
  rig.git('config', 'filter.lfs.smudge', join(rig.root, 'smudge.sh'))
  rig.git('config', 'filter.lfs.required', 'true')
  rig.write({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'big.bin': 'large\n' })
}

const submodule = (rig: Rig): void => {
  const lib = join(rig.root, 'lib')
  mkdirSync(lib)
  rig.git('init', '--quiet', lib)
  writeFileSync(join(lib, 'lib.txt'), 'lib\n')
  rig.git('-C', lib, 'add', '.')
  rig.git('-C', lib, 'commit', '--quiet', '-m', 'Lib')
  rig.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib, 'lib')
}

const plights: readonly Plight[] = [
  {
    name: 'whose hooks all fail',
    prepare: (rig) => {
      for (const hook of everyHook) script(join(rig.repo, '.git', 'hooks', hook), 'exit 1')
    },
  },
  {
    name: 'whose core.hooksPath names failing hooks',
    prepare: (rig) => {
      for (const hook of everyHook) script(join(rig.root, 'hooks', hook), 'exit 1')
      rig.git('config', 'core.hooksPath', join(rig.root, 'hooks'))
    },
  },
  {
    name: 'that signs commits and tags with a program that fails',
    prepare: (rig) => {
      for (const [key, value] of [
        ['commit.gpgsign', 'true'],
        ['tag.gpgsign', 'true'],
        ['gpg.program', 'false'],
      ] as const)
        rig.git('config', key, value)
    },
  },
  {
    name: 'with a submodule in which the person has edits, and which an agent fetched',
    prepare: (rig) => {
      submodule(rig)
      rig.commit('Submodule')
      rig.write({ 'lib/lib.txt': 'edited\n' })
    },
    agent: `if (scene.task === '1A') execFileSync('git', ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init'])
scene.write(scene.task + '.txt', 'x\\n')`,
    expected: (rig) => {
      expect(rig.read('lib/lib.txt')).toBe('edited\n')
      expect(rig.git('ls-tree', 'main', 'lib')).toMatch(/^160000 commit/)
    },
  },
  {
    name: 'with pointers to large files, and the program for them',
    prepare: (rig) => {
      pointing(rig)
    },
    agent: `if (scene.task === '1A') scene.write('big.bin', 'larger\\n')\nscene.write(scene.task + '.bin', scene.task)`,
    expected: (rig) => {
      expect(rig.git('show', 'main:big.bin')).toMatch(/^pointer /)
      expect([rig.read('big.bin'), rig.read('1B.bin')]).toEqual(['larger\n', '1B'])
      expect(rig.git('status', '--porcelain', '--', '*.bin')).toBe('')
    },
  },
  {
    name: 'with core.autocrlf',
    prepare: (rig) => {
      rig.git('config', 'core.autocrlf', 'true')
      rig.write({ 'lines.txt': 'one\r\ntwo\r\n' })
    },
    agent: `if (scene.task === '1A') appendFileSync('lines.txt', 'three\\r\\n')\nscene.write(scene.task + '.txt', 'x\\n')`,
    expected: (rig) => {
      expect(rig.git('cat-file', 'blob', 'main:lines.txt')).toBe('one\ntwo\nthree')
      expect(rig.read('lines.txt')).toBe('one\r\ntwo\r\nthree\r\n')
      expect(rig.git('status', '--porcelain', '--', 'lines.txt', '1A.txt')).toBe('')
    },
  },
  {
    name: 'whose attributes ask for CRLF in some files and LF in others',
    prepare: (rig) =>
      rig.write({ '.gitattributes': '*.bat text eol=crlf\n*.sh text eol=lf\n*.txt text=auto\n', 'a.bat': 'one\r\n', 'a.sh': 'one\n' }),
    agent: `if (scene.task === '1A') appendFileSync('a.bat', 'two\\r\\n')\nelse appendFileSync('a.sh', 'two\\n')`,
    expected: (rig) => {
      expect([rig.read('a.bat'), rig.read('a.sh')]).toEqual(['one\r\ntwo\r\n', 'one\ntwo\n'])
      expect(rig.git('cat-file', 'blob', 'main:a.bat')).toBe('one\ntwo')
      expect(rig.git('status', '--porcelain', '--', 'a.bat', 'a.sh')).toBe('')
    },
  },
  {
    name: 'in which names differ by case alone',
    prepare: (rig) => rig.write({ 'Notes.md': 'upper\n', 'notes.md': 'lower\n' }),
    agent: `scene.write(scene.task === '1A' ? 'Plan.md' : 'plan.md', scene.task)`,
    expected: (rig) =>
      expect(['Notes.md', 'notes.md', 'Plan.md', 'plan.md'].map((path) => rig.read(path))).toEqual(['upper\n', 'lower\n', '1A', '1B']),
  },
  {
    name: 'with spaces, quotes, line ends and more than ASCII in its names',
    prepare: (rig) => rig.write({ 'a b/ü "q" 日本.txt': 'one\n', '-dash': '1\n', 'line\nend': '1\n', 'glob[1]*?.txt': '1\n' }),
    agent: `appendFileSync(scene.task === '1A' ? 'a b/ü "q" 日本.txt' : '-dash', 'two\\n')\nscene.write('neu ' + scene.task + '/e\\u0301\\t.txt', 'x')\nappendFileSync('line\\nend', ''); if (scene.task === '1B') appendFileSync('glob[1]*?.txt', '2\\n')`,
    expected: (rig) => {
      expect([rig.read('a b/ü "q" 日本.txt'), rig.read('-dash'), rig.read('glob[1]*?.txt')]).toEqual(['one\ntwo\n', '1\ntwo\n', '1\n2\n'])
      expect(rig.has('neu 1A/e\u0301\t.txt')).toBe(true)
    },
  },
  {
    name: 'that is a shallow clone',
    prepare: (rig) => {
      for (const n of [1, 2, 3]) rig.commit(`More ${n}`)
      rig.git('clone', '--quiet', '--depth', '1', `file://${rig.repo}`, join(rig.root, 'clone'))
      rig.git('fetch', '--quiet', '--depth', '1', `file://${join(rig.root, 'clone')}`)
      writeFileSync(join(rig.repo, '.git', 'shallow'), `${rig.git('rev-parse', 'HEAD')}\n`)
    },
  },
  {
    name: 'of which it is run in a linked worktree, on another branch',
    prepare: (rig) => rig.git('worktree', 'add', '--quiet', '-b', 'linked', join(rig.root, 'linked')),
    cwd: '../linked',
    branch: 'linked',
    expected: (rig) => expect(mergedTo(rig)).toEqual([]),
  },
  {
    name: 'whose branch is checked out in a linked worktree as well, by force',
    prepare: (rig) => rig.git('worktree', 'add', '--quiet', '--force', join(rig.root, 'twin'), 'main'),
    expected: (rig) => expect(rig.git('-C', join(rig.root, 'twin'), 'status', '--porcelain')).toBe(''),
  },
  {
    name: 'whose attributes let both sides of a list stand',
    prepare: (rig) => rig.write({ '.gitattributes': 'CHANGES merge=union\n', CHANGES: 'first\n' }),
    agent: `appendFileSync('CHANGES', scene.task + '\\n')`,
    expected: (rig) => {
      expect(rig.read('CHANGES')).toBe('first\n1A\n1B\n')
      expect(rig.facts().filter((fact) => fact.type === 'merge-conflicted')).toEqual([])
    },
  },
]

describe('a repository', () => {
  it.each(plights.map((plight) => [plight.name, plight] as const))(
    '%s is worked on as any other, and the edits of the person stay',
    async (_name, { prepare, agent, cwd, branch, expected }) => {
      await using rig = besiegedRig(agent)
      prepare(rig)
      rig.git('-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgsign=false', 'add', '--all')
      rig.git('-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--allow-empty', '-m', 'Plight')
      if (branch !== undefined) rig.git('-C', join(rig.repo, cwd ?? ''), 'merge', '--quiet', '--ff-only', 'main')
      edit(rig)
      const before = editsOf(rig)
      const ended = await rig.orch(['run'], { cwd: cwd ?? '.' })
      expect(ended.exitCode, ended.stderr + ended.stdout).toBe(0)
      expect(mergedTo(rig, branch)).toEqual(['1A', '1B'])
      expect(editsOf(rig)).toEqual(before)
      expect(leftoversOf(rig)).toEqual([])
      expected?.(rig)
      expect(rig.processes()).toEqual([])
    },
  )
})
