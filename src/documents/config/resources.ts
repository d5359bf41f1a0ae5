import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { writeDuration } from '../duration.js'
import { parseSize, writeSize } from '../size.js'
import { group, limit, option, wholeNumber, yesOrNo } from './options.js'

const { resources } = fallback

const sizeError = 'a size like "700MiB", "2GB", or a number of bytes'
const size = z
  .union([z.string().meta({ pattern: '\\d' }), z.number().meta({ exclusiveMinimum: 0 })], { error: sizeError })
  .refine((value) => parseSize(value) !== null, { error: sizeError })
const percent = wholeNumber(1, 100)
const fullMemory =
  'Nothing starts while more percent of memory are used; half way from there to 100 the youngest session is frozen, then ended to go on later. 100: never.'
const busy = 'Nothing more starts while the processors are busier, in percent, mostly with running sessions. 100: never.'
const subagents =
  'How many subagents all sessions together may have at a time; each session is given its share. null: what the program allows each session.'
const heap = 'Whether sessions get heap settings for Node (NODE_OPTIONS, UV_THREADPOOL_SIZE) by what the machine has: see orch hardware.'

/** What the file may say of `resources`. */
export const resourcesSection = group(
  {
    cpuMax: option(percent, busy, resources.cpuMax),
    memMax: option(percent, fullMemory, resources.memMax),
    diskMax: option(
      percent,
      'Nothing starts while more percent of the disk are used and less than 20 GiB are free. 100: never.',
      resources.diskMax,
    ),
    hysteresis: option(
      wholeNumber(0, 50, 'a whole number from 0 to 50'),
      'Starts go on when use has fallen so many percent below its threshold.',
      resources.hysteresis,
    ),
    sample: option(limit, 'How often the machine is looked at.', writeDuration(resources.sampleMs)),
    perTaskMemory: option(
      size,
      'What a session and what it runs are expected to take, until enough sessions of the project were seen.',
      writeSize(resources.perTaskMemory),
    ),
    maxMemory: option(
      size.nullable(),
      'The most memory that all sessions may use together; null: what the machine has.',
      resources.maxMemory,
    ),
    subagents: option(wholeNumber(1, 1000).nullable(), subagents, resources.subagents),
    nodeOptions: option(yesOrNo, heap, resources.nodeOptions),
  },
  'What sessions may take of the machine.',
)
