import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { group, option, texts, wholeNumber, yesOrNo } from './options.js'

const { worktree } = fallback

const leasedNameError = 'a list of names of environment variables, none of which orch or the system sets'
/** What orch tells by itself, and what a shell needs. */
const takenNames = /^(?:ORCH_.*|PATH|HOME|USER|SHELL|CI|TMPDIR|TEMP|TMP)$/i
const leasedName = z
  .string({ error: leasedNameError })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: leasedNameError })
  .refine((name) => !takenNames.test(name), { error: leasedNameError })

/** What the file may say of `worktree`. */
export const worktreeSection = group(
  {
    setup: option(texts('commands'), 'Commands run once in each new worktree, such as npm ci.', []),
    leases: group(
      {
        ports: option(
          wholeNumber(0, 1000),
          'How many free ports in a row each worktree gets, told as ORCH_PORT (the first) and ORCH_PORTS ("20000-20009").',
          worktree.leases.ports,
        ),
        temp: option(yesOrNo, 'Whether each worktree gets a temporary folder, told as TMPDIR, TEMP and TMP.', worktree.leases.temp),
        names: option(
          z.array(leasedName, { error: leasedNameError }),
          'Environment variables that each get a name no other worktree has, such as COMPOSE_PROJECT_NAME or DATABASE_NAME.',
          worktree.leases.names,
        ),
      },
      'What each worktree has for itself alone on this machine, so that tests of several tasks can run servers at once.',
    ),
  },
  'The folders in which tasks are carried out.',
)
