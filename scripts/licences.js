import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The licences of all packages that files come from, as they ask for it. @param files absolute paths, also of files that are in no package */
export function licencesOf(files) {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []))
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n\n${'-'.repeat(80)}\n\n`)
}

/** The innermost `node_modules/name` or `node_modules/@scope/name`. */
const packageFolder = (file) => /^[^\0].*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(file)?.[0]

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? 'The package holds no text of it.' : readFileSync(path.join(folder, file), 'utf8').trim()
  return `${name} ${version}, ${license}\n\n${text}\n`
}
