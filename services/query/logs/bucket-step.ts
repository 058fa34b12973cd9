// Pure: the parameter `step`, the width of a bucket of time.
import { invalidParameter } from '#shared/errors.ts'
import { parseDuration } from '#shared/time/parse-time.ts'
import { textParameter } from '#query/http/parameters.ts'

export const step = textParameter(
  'Width of a bucket, like `5m`; where none is given, a round one that makes up to 100 buckets.',
  32,
).optional()

export function readStep(text: string): { text: string; ns: bigint } {
  const ns = parseDuration(text)
  if (ns === undefined)
    throw invalidParameter('step', `step is a duration like 30s, 5m, 1h or 1d, not ${JSON.stringify(text)}`)
  return { text, ns }
}

/** Throws 400 where so long a time, in ns, has more buckets of the step than `most`. */
export function checkBuckets({ text, ns }: { text: string; ns: bigint }, extentNs: bigint, most: number): void {
  if (extentNs / ns >= BigInt(most))
    throw invalidParameter(
      'step',
      `step ${text} would make more than ${most} buckets: give a longer step, or a shorter time`,
    )
}
