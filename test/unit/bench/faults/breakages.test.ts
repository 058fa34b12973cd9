import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '#test/support/service-process.ts'
import { breakages, type Edit } from '../../../../bench/faults/breakages.ts'
import { breakages as kafkaBreakages } from '../../../../bench/faults/kafka/breakages.ts'

/** How often the pattern is in the text. */
const matches = ({ find }: Edit, text: string): number =>
  typeof find === 'string' ? text.split(find).length - 1 : [...text.matchAll(new RegExp(find, `${find.flags}g`))].length

describe.each([
  ['breakages', breakages],
  ['breakages of Kafka', kafkaBreakages],
])('%s', (_, all) => {
  test.each(all)('$name: each pattern is in its file once', ({ edits }) => {
    for (const edit of edits)
      expect([edit.file, String(edit.find), matches(edit, readFileSync(join(root, edit.file), 'utf8'))]).toEqual([
        edit.file,
        String(edit.find),
        1,
      ])
  })
})
