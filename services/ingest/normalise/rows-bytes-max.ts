// The most bytes that the rows of a body or a message may have.
import { AfterlogError } from '#shared/errors.ts'

const MiB = 1024 * 1024
/** The most bytes of the rows of a message, whose rows were within it in the body that it may be a part of. */
export const messageRowsBytesMax = 256 * MiB
/** The most bytes of the rows of a body. A short record repeats long names of its batch in its row. */
export const bodyRowsBytesMax = (bytes: number): number => Math.min(16 * (MiB + bytes), messageRowsBytesMax)

export const tooManyRows = (bytesMax: number): AfterlogError =>
  new AfterlogError(
    'too-large',
    `the batch becomes more than ${bytesMax} bytes of rows, since each record repeats the names of its batch; ` +
      'send smaller batches',
  )
