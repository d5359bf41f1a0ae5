import type { Report } from '../core/report.js'
import { harmlessCell, harmlessLine } from './harmless-markdown.js'
import type { Block } from './report-block.js'
import { reportPage } from './report-page.js'

/** The report as Markdown, for a terminal, a ticket or a mail. */
export const reportMarkdown = (report: Report): string => `${blocksMarkdown(reportPage(report))}\n`

/** Pieces of a page as Markdown. */
export const blocksMarkdown = (blocks: readonly Block[]): string => blocks.map(block).join('\n\n')

function block(piece: Block): string {
  switch (piece.kind) {
    case 'heading':
      return `${'#'.repeat(piece.level)} ${harmlessLine(piece.text)}${piece.word === null ? '' : `: ${piece.word}`}`
    case 'text':
      return harmlessLine(piece.text)
    case 'bad-news':
      return `**Not done:** ${harmlessLine(piece.text)}${piece.next === null ? '' : `\n\nNext: ${harmlessLine(piece.next)}`}`
    case 'list':
      return piece.items.map((item) => `- ${harmlessLine(item)}`).join('\n')
    case 'proof':
      return piece.criteria.map((c) => `- [${c.met ? 'x' : ' '}] ${harmlessLine(c.text)} — ${harmlessLine(c.evidence)}`).join('\n')
    case 'table':
      return table(piece.head, piece.rows)
  }
}

function table(head: readonly string[] | null, rows: readonly (readonly string[])[]): string {
  const columns = head ?? (rows[0] ?? []).map(() => '')
  const all = [columns, columns.map(() => '---'), ...rows.map((row) => row.map((cell) => harmlessCell(cell, 400)))]
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
