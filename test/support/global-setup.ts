import { ensureBuilt } from './build.js'

/** Once per test run, before the first test. */
export const setup = (): void => ensureBuilt()
