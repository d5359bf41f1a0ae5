/** What a side of a merge added to tests. */
export interface AddedTests {
  /** Files that look like tests and were not there before. */
  readonly files: readonly string[]
  /** Lines of tests, without the blanks around them. */
  readonly lines: readonly string[]
}

/** One file of a unified diff. */
interface DiffFile {
  readonly path: string
  readonly isNew: boolean
  readonly added: readonly string[]
}

/** By its folder: `test/`, `tests/`, `__tests__/`, `spec/`, `e2e/`. */
const inTestFolder = /(^|\/)(tests?|__tests__|specs?|e2e)\//i
/** By its own name: `a.test.ts`, `test_a.py`, `a_test.go`, `ASpec.scala`, `ATest.java`. */
const namedAsTest = /(^|\/)([^/]*[._-])?(test|spec)s?[._-][^/]*$|(^|\/)[^/]*(Tests?|Spec)\.[A-Za-z]+$/
/** What declares a test or asserts something, in the frameworks that are about. */
const testLine =
  /\b(it|test|describe|scenario|specify|context)\b\s*[.('"`:]|\b(expect|assert\w*|should\w*|require)\b|@Test|#\[test\]|\b(def|fn|func|fun)\s+[Tt]est|\bTEST(_F|_P)?\(/

export const isTestFile = (path: string): boolean => inTestFolder.test(path) || namedAsTest.test(path)

/**
 * The tests that a diff adds: of files that look like tests, the new ones, and the added lines that declare a test or assert something. In a file
 * that is named as a test and in which no line looks like one, every added line counts.
 * @param diff unified, as git prints it
 */
export function addedTests(diff: string): AddedTests {
  const files = filesOf(diff).filter((file) => isTestFile(file.path))
  return { files: files.filter((f) => f.isNew).map((f) => f.path), lines: [...new Set(files.flatMap(linesThatCount))] }
}

function linesThatCount({ path, added }: DiffFile): readonly string[] {
  const lines = added.map((line) => line.trim()).filter((line) => /\w/.test(line))
  const tests = lines.filter((line) => testLine.test(line))
  return tests.length === 0 && namedAsTest.test(path) ? lines : tests
}

/** What of the tests that two sides added is not in the result any more; a test may have moved to another file that looks like one. */
export function lostTests(sides: readonly string[], result: string): readonly string[] {
  const there = filesOf(result)
  const paths = new Set(there.map((file) => file.path))
  const lines = new Set(there.filter((file) => isTestFile(file.path)).flatMap((file) => file.added.map((line) => line.trim())))
  const added = sides.map(addedTests)
  return [
    ...new Set(added.flatMap((side) => side.files.filter((file) => !paths.has(file)))),
    ...new Set(added.flatMap((side) => side.lines.filter((line) => !lines.has(line)))),
  ]
}

/** Reads what `git diff-tree -p` prints; a line of a file may look like any of git's own, so hunks are counted. */
function filesOf(diff: string): readonly DiffFile[] {
  const files: { path: string; isNew: boolean; added: string[] }[] = []
  let [old, now] = [0, 0]
  for (const line of diff.split('\n')) {
    const file = files.at(-1)
    if (old > 0 || now > 0) {
      if (line.startsWith('+')) file?.added.push(line.slice(1))
      if (!line.startsWith('+') && !line.startsWith('\\')) old--
      if (!line.startsWith('-') && !line.startsWith('\\')) now--
      continue
    }
    const [, before, after] = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) ?? []
    if (line.startsWith('diff --git ')) files.push({ path: pathIn(line.slice(line.lastIndexOf(' b/') + 1)), isNew: false, added: [] })
    else if (line.startsWith('@@ ')) [old, now] = [Number(before ?? 1), Number(after ?? 1)]
    else if (file !== undefined && line.startsWith('new file mode')) file.isNew = true
    else if (file !== undefined && line.startsWith('+++ ') && line !== '+++ /dev/null') file.path = pathIn(line.slice(4))
    else if (file !== undefined && line.startsWith('rename to ')) file.path = line.slice(10)
  }
  return files
}

/** `b/src/a.ts`, in quotation marks where a name has unusual characters, with a tab behind it where it has blanks. */
const pathIn = (name: string): string =>
  name
    .replace(/\t$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^b\//, '')
