import type { Output } from '../../src/adapters/processes/whole-lines.js'

/** What a program said, line by line without their ends; of a line that is gone an empty one. */
export const textsOf = (output: Output): readonly string[] =>
  output.kind === 'dropped'
    ? ['']
    : output.bytes
        .toString('utf8')
        .replace(/\r?\n$/, '')
        .split(/\r?\n/)
