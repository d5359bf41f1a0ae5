import type { Report } from '../core/report.js'
import { invisible } from './harmless-markdown.js'
import type { Block } from './report-block.js'
import { reportPage } from './report-page.js'
import { reportStyle } from './report-style.js'

/**
 * The report as one HTML file that needs nothing else: no script, no font, no image, nothing from the network. Whatever
 * comes from agents, commands and people is text and cannot become a tag; should it all the same, the page's own policy
 * lets nothing run and nothing load.
 */
export function reportHtml(report: Report): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(`Report of run ${report.run.id}`)}</title>`,
    `<style>${reportStyle}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...reportPage(report).map(block),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function block(piece: Block): string {
  switch (piece.kind) {
    case 'heading': {
      const word = piece.word === null ? '' : ` <span class="word ${piece.mood}">${inline(piece.word)}</span>`
      return `<h${piece.level}>${inline(piece.text)}${word}</h${piece.level}>`
    }
    case 'text':
      return `<p>${inline(piece.text)}</p>`
    case 'bad-news':
      return `<p class="news"><strong>Not done:</strong> ${inline(piece.text)}${piece.next === null ? '' : `<br>Next: ${inline(piece.next)}`}</p>`
    case 'list':
      return `<ul>\n${piece.items.map((item) => `<li>${inline(item)}</li>`).join('\n')}\n</ul>`
    case 'proof':
      return `<ul class="proof">\n${piece.criteria.map(criterion).join('\n')}\n</ul>`
    case 'table':
      return table(piece.head, piece.rows)
  }
}

function criterion({ met, text, evidence }: { met: boolean; text: string; evidence: string }): string {
  const sign = met
    ? '<span class="good">✓<span class="aside"> met</span></span>'
    : '<span class="bad">✗<span class="aside"> not met</span></span>'
  return `<li>${sign} ${inline(text)}<br><span class="evidence">${inline(evidence)}</span></li>`
}

function table(head: readonly string[] | null, rows: readonly (readonly string[])[]): string {
  const first = head === null ? '' : `<thead><tr>${head.map((cell) => `<th scope="col">${inline(cell)}</th>`).join('')}</tr></thead>\n`
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell, i) => (head === null && i === 0 ? `<th scope="row">${inline(cell)}</th>` : `<td>${inline(cell)}</td>`)).join('')}</tr>`
  return `<div class="wide"><table${head === null ? ' class="summary"' : ''}>\n${first}<tbody>\n${rows.map(row).join('\n')}\n</tbody>\n</table></div>`
}

const mostCharacters = 2000

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .slice(0, mostCharacters)
    .trim()
    .replace(/[&<>"']/g, (c) => entities[c] ?? '')

/** Text with what stands between backticks as code. */
const inline = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
