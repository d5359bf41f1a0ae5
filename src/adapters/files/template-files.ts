import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { PromptTemplates } from '../../documents/prompt.js'
import { templatesFolder } from './package-files.js'

/** The prompts that come with the package. Rejects when one is missing: the installation is broken. */
export async function readTemplates(): Promise<PromptTemplates> {
  const read = (name: string): Promise<string> => readFile(path.join(templatesFolder, name), 'utf8')
  const [implement, remediate, resolve, review, goOn, reviewGoOn, nudge] = await Promise.all([
    read('implement.md'),
    read('remediate.md'),
    read('resolve.md'),
    read('review.md'),
    read('go-on.md'),
    read('review-go-on.md'),
    read('nudge.md'),
  ])
  return { implement, remediate, resolve, review, goOn, reviewGoOn, nudge }
}
