import { type Look, lookFor } from '../../src/ui/look.js'

/** How text for people looks where no terminal is, at this instant (epoch milliseconds) in UTC. */
export const plainLook = (now: number, env = { LANG: 'C.UTF-8' }): Look => lookFor({ isTTY: false, env, now, timeZone: 'UTC' })
