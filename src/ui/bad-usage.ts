import { nearest } from '../core/nearest.js'
import { oneLine } from './harmless.js'

/** Words that cannot be understood, as the parser of the command line reports them. */
export interface BadUsage {
  /** What was typed behind `orch`. */
  readonly typed: readonly string[]
  readonly commands: readonly string[]
  /** What the parser says. */
  readonly message: string
  /** Flags that the command knows, with their dashes. */
  readonly knownFlags: readonly string[]
}

/** One line: what is wrong with what was typed, and what to type instead. */
export function badUsageText(usage: BadUsage): string {
  const { message, hint } = words({ ...usage, message: cleaned(usage.message) })
  return `Error: ${message}. ${hint}`
}

interface UsageWords {
  readonly message: string
  readonly hint: string
}

const cleaned = (message: string): string =>
  oneLine(
    message
      .split('\n')
      .filter((line) => !line.trim().startsWith('See more help'))
      .join(' '),
  )

function words({ typed, commands, message, knownFlags }: BadUsage): UsageWords {
  const command = typed.find((word) => !word.startsWith('-')) ?? ''
  const help = `Try: orch ${commands.includes(command) ? `${command} ` : ''}--help`
  const extra = /^command (\S+) not found\.?$/i.exec(message)?.[1] ?? /^Unexpected arguments?: (\S+)/.exec(message)?.[1]
  if (extra !== undefined) {
    if (!commands.includes(command)) return { message: `there is no command ${command}`, hint: didYouMean(command, commands) ?? help }
    return {
      message: `orch ${command} does not take "${lastPart(extra)}"`,
      hint: selectionHint(lastPart(extra), command, knownFlags) ?? help,
    }
  }
  const flag = /^Nonexistent flags?: (\S+)/.exec(message)?.[1]
  if (flag !== undefined)
    return {
      message: `orch ${command} has no flag ${flag.replace(/,$/, '')}`,
      hint: didYouMean(flag.replace(/,$/, ''), knownFlags) ?? help,
    }
  const wrong = /^Parsing (--\S+) (.*)$/.exec(message)
  if (wrong !== null) return { message: `${wrong[1]}: ${lowered(wrong[2] ?? '')}`, hint: help }
  const missing = /^Missing \d+ required args?: (\S+) *(.*)$/.exec(message)
  if (missing !== null) return { message: `orch ${command} needs an ID: ${missing[2] || missing[1]}`, hint: `Try: orch ${command} 1A` }
  return { message, hint: help }
}

/** What people type who mean a part of the plan: `orch run 2B`, `orch run 2`. */
function selectionHint(word: string, command: string, knownFlags: readonly string[]): string | null {
  if (/^\d+$/.test(word) && (knownFlags.includes('--stage') || command === 'run')) return `Did you mean orch ${command} --stage ${word}?`
  if (/^\d+[A-Za-z]+$/.test(word) && (knownFlags.includes('--milestone') || command === 'run'))
    return `Did you mean orch ${command} --milestone ${word.toUpperCase()}?`
  return null
}

const lastPart = (words: string): string => words.split(':').at(-1)?.replace(/,$/, '') ?? words

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

function didYouMean(word: string, known: readonly string[]): string | null {
  const near = nearest(word, known)
  return near === null ? null : `Did you mean ${near}?`
}
