// node scripts/compile-ahead.js <program> [arguments]: runs it, and keeps the code that it was compiled to for its next starts.
import { writeFileSync } from 'node:fs'
import { carryOut, compile, fileOf, installed } from '../bin/load.js'

const [name, ...argv] = process.argv.slice(2)
// What the program finds there when it is started by itself.
process.argv.splice(2, 1)
const script = compile(name)
// Only now: what ran has been compiled, and the code holds it.
process.on('exit', () => writeFileSync(fileOf(name, 'code'), script.createCachedData()))
await carryOut(script, name).start?.(argv, installed())
