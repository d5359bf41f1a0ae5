import { readFileSync } from 'node:fs'
import type { PromptTemplates } from '../../src/documents/prompt.js'

const shipped = (name: string): string => readFileSync(new URL(`../../templates/${name}.md`, import.meta.url), 'utf8')

/** The templates that come with the package. */
export const shippedTemplates: PromptTemplates = {
  implement: shipped('implement'),
  remediate: shipped('remediate'),
  resolve: shipped('resolve'),
  review: shipped('review'),
  goOn: shipped('go-on'),
  reviewGoOn: shipped('review-go-on'),
  nudge: shipped('nudge'),
}
