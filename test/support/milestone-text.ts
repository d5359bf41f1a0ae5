/** What a milestone of a test says; the rest is filled in. */
export interface MilestoneParts {
  readonly title?: string
  /** YAML between the `---` lines. */
  readonly frontMatter?: string
  /** Bullets; inline code is a command. */
  readonly criteria?: readonly string[]
  readonly entry?: readonly string[]
  /** YAML for the understudy. */
  readonly script?: string
}

/** A milestone file as a person would write it. */
export function milestoneText(id: string, parts: MilestoneParts = {}): string {
  const { title = `Task ${id}`, frontMatter, criteria = ['It works'], entry = [], script } = parts
  const bullets = (items: readonly string[]): string => items.map((item) => `- ${item}\n`).join('')
  return [
    frontMatter === undefined ? '' : `---\n${frontMatter.trim()}\n---\n`,
    `# Milestone ${id} - ${title}\n\n## Description\n\nWhat is asked for in ${id}.\n`,
    entry.length === 0 ? '' : `\n## Entry Requirements\n\n${bullets(entry)}`,
    `\n## Tasks\n\n1. Do it\n\n## Exit Criteria\n\n${bullets(criteria)}`,
    script === undefined ? '' : `\n## Rehearsal\n\n\`\`\`\`understudy\n${script.trim()}\n\`\`\`\`\n`,
  ].join('')
}
