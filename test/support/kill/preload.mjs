/**
 * Loaded into orch by NODE_OPTIONS: counts what it asks of git, the facts that it saves and the files that it changes, and
 * kills it, really, at the chosen one. Nothing in orch knows of it.
 */
import childProcess from 'node:child_process'
import { appendFileSync, writeSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'

const { KILL_LOG: log, KILL_WHERE: where, KILL_AT: at } = process.env
const counts = { git: 0, fact: 0, file: 0 }
const shim = fileURLToPath(new URL('git', import.meta.url))
const die = () => process.kill(process.pid, 'SIGKILL')

/** @returns whether this is the one to die at */
function isLast(kind, what) {
  appendFileSync(log, `${kind} ${what}\n`)
  counts[kind] += 1
  return where?.startsWith(`${kind}-`) === true && counts[kind] === Number(at)
}

function watchFacts(handle) {
  const append = handle.appendFile.bind(handle)
  const sync = handle.datasync.bind(handle)
  let doomed = false
  handle.appendFile = async (text) => {
    doomed = isLast('fact', JSON.parse(text.split('\n', 1)[0]).type)
    if (doomed && where === 'fact-before') die()
    if (doomed && where === 'fact-torn') {
      // A kill does not tear so short a write, a power cut does.
      writeSync(handle.fd, text.slice(0, text.length / 2))
      die()
    }
    await append(text)
  }
  handle.datasync = async () => {
    await sync()
    if (doomed) die()
  }
  return handle
}

/** The script `git` beside this file takes the place of the one that must not end well. */
function watchGit() {
  const { spawn } = childProcess
  childProcess.spawn = (command, args, options) => {
    if (command === '/bin/sh' && args.length === 0) return watchShell(spawn(command, args, options))
    // One that is kept only answers questions: it has no effect to be cut short.
    if (command !== 'git' || args.includes('--batch-command') || !isLast('git', args.join(' '))) return spawn(command, args, options)
    if (where === 'git-before') die()
    return spawn(shim, args, { ...options, env: { ...options.env, KILL_WHERE: where, KILL_PID: String(process.pid) } })
  }
}

/** A shell that is kept is told one git process at a time. */
function watchShell(child) {
  const write = child.stdin.write.bind(child.stdin)
  child.stdin.write = (script) => {
    const [, start] = / exec git (.*?)\) <[/<]/s.exec(script)
    if (!isLast('git', start.replaceAll("'", ''))) return write(script)
    if (where === 'git-before') die()
    return write(script.replace(' exec git ', () => ` export KILL_WHERE=${where} KILL_PID=${process.pid} && exec '${shim}' `))
  }
  return child
}

function watchFiles() {
  for (const name of ['rename', 'link', 'unlink', 'rm', 'rmdir', 'mkdir', 'mkdtemp', 'copyFile', 'writeFile', 'chmod']) {
    const real = fs[name]
    fs[name] = async (...args) => {
      if (isLast('file', `${name} ${args[0]}`)) die()
      return real(...args)
    }
  }
  const open = fs.open
  fs.open = async (path, flags, ...rest) => {
    if (flags !== undefined && flags !== 'r' && isLast('file', `open ${path}`)) die()
    const handle = await open(path, flags, ...rest)
    return String(path).endsWith('facts.ndjson') && flags === 'a' ? watchFacts(handle) : handle
  }
}

if (process.argv[1]?.endsWith('run.js') && log !== undefined) {
  // For the stand-in of the agent: this is the one to kill.
  process.env.KILL_PID = String(process.pid)
  watchGit()
  watchFiles()
  syncBuiltinESMExports()
}
