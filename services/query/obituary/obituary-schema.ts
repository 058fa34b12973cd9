// Shape of GET /v1/pods/{uid}/obituary, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'
import { timelineKinds } from '#shared/pod-model/timeline.ts'
import { line } from '#query/http/line-schema.ts'
import { cause, evidence, outcome, podDetails, replacement, seal, time } from '#query/pods/pods-schema.ts'

const alsoDied = z
  .object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    outcome,
    reason: z.string(),
    diedAt: time,
    cause,
  })
  .describe('A pod that died beside another one.')
  .meta({ id: 'AlsoDied' })

const errorLine = line.extend({
  text: z.string().describe('What it says: of a structured line its message, of a stack trace the exception.'),
  frames: z.array(z.string()).describe('The top frames of its stack trace, without lines and numbers.'),
  because: z.string().describe('Why the line counts as an error, and of which minutes it is.'),
})

export const obituaryAnswer = z
  .object({
    pod: podDetails.omit({ cause: true, evidence: true }),
    outcome,
    cause,
    evidence,
    timeline: z.array(z.object({ time, kind: z.enum(timelineKinds), text: z.string() })).describe('Oldest first.'),
    lastWords: z
      .array(z.object({ container: z.string(), lines: z.array(line) }))
      .describe('The last 50 lines of each container.'),
    firstError: errorLine
      .nullable()
      .describe('The first error of the last 5 minutes of the life that crashed; null of other deaths.'),
    lastError: errorLine
      .nullable()
      .describe('The last error of these minutes: that of the fingerprint in /v1/deaths. Often it is the same line.'),
    alsoDied: z
      .array(alsoDied)
      .describe('On the same node within 5 minutes, oldest first; completed pods are left out.'),
    replacement,
    seals: z
      .array(seal.extend({ container: z.string(), restart: z.int().nullable() }))
      .describe('The seal of each life.'),
  })
  .describe('How a pod died.')
  .meta({ id: 'Obituary' })
