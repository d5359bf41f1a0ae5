import { describe, expect, it } from 'vitest'
import { displayWidth, fitWidth, padWidth } from '../../src/ui/display-width.js'
import { harmless, indented, oneLine } from '../../src/ui/harmless.js'

const esc = '\u001b'

describe('text from elsewhere is made harmless', () => {
  it.each([
    ['plain text', 'plain text'],
    ['lines\nand\ttabs', 'lines\nand\ttabs'],
    ['Windows\r\nlines', 'Windows\nlines'],
    [`${esc}[31mred${esc}[0m`, 'red'],
    [`${esc}[2J${esc}[1;1Hcleared`, 'cleared'],
    [`a window${esc}]0;title\u0007 title`, 'a window title'],
    [`the clipboard${esc}]52;c;ZXZpbA==${esc}\\ stays`, 'the clipboard stays'],
    [`device${esc}Pq#0;2;0;0;0${esc}\\ control`, 'device control'],
    ['\u009b31mthe eight-bit kind\u009b0m', 'the eight-bit kind'],
    ['over\rwritten', 'overwritten'],
    ['back\b\bspace', 'backspace'],
    ['bell\u0007 nul\u0000 del\u007f', 'bell nul del'],
    ['abc\u202edef\u202c\u2066g\u2069', 'abcdefg'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['hidden\u{e0041}\u{e0042} tags', 'hidden tags'],
    [`an end without an end${esc}`, 'an end without an end'],
    ['日本語 and é and 👩‍💻', '日本語 and é and 👩‍💻'],
  ])('%j becomes %j', (text, expected) => {
    expect(harmless(text)).toBe(expected)
  })

  it('is put on one line, or behind an indentation', () => {
    expect(oneLine('  several\n\n lines \t here ')).toBe('several lines here')
    expect(indented('\none\n\n  two \n', '> ')).toBe('> one\n\n>   two')
  })
})

describe('the width of text in columns', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['🎉', 2],
    ['👩‍💻', 2],
    ['✔✖◐○…', 5],
  ])('%j takes %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['too long', 5, 'too…'],
    ['日本語日本語', 7, '日本語…'],
    ['日本語日本語', 6, '日本…'],
    ['anything', 1, '…'],
    ['anything', 0, ''],
  ])('%j in %i columns is %j', (text, columns, expected) => {
    expect(fitWidth(text, columns)).toBe(expected)
  })

  it('fills up by columns, not by characters', () => {
    expect(padWidth('日本', 6)).toBe('日本  ')
    expect(padWidth('longer', 3)).toBe('longer')
  })
})
