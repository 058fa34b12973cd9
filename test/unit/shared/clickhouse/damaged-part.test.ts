import { expect, test } from 'vitest'
import { damagedPartIn } from '#shared/clickhouse/damaged-part.ts'
import { classifyError } from '#shared/clickhouse/classify-error.ts'

const uuid = 'ba78c036-2a8b-4bd4-a189-de3299394303'
const folder = `/data/clickhouse/store/ba7/${uuid}/5a706fd6036efd768acd708f467fdac5_3_3_1`
const reading = `(while reading from part ${folder}/ in table afterlog.logs (${uuid}) located on disk default): While executing MergeTreeSelect`
const part = { uuid, part: '5a706fd6036efd768acd708f467fdac5_3_3_1' }

test.each([
  [`Code: 40. DB::Exception: Checksum doesn't match: corrupted data: ${reading}. (CHECKSUM_DOESNT_MATCH)`],
  [`Code: 33. DB::Exception: Cannot read all data. Bytes read: 3449: ${reading}. (CANNOT_READ_ALL_DATA)`],
  [`Code: 107. DB::Exception: Cannot open file ${folder}/data.bin, errno: 2: ${reading}. (FILE_DOESNT_EXIST)`],
  [
    `Code: 4. DB::Exception: Index file ${folder.slice(folder.indexOf('store/'))}/primary.cidx is unexpectedly long. (EXPECTED_END_OF_FILE)`,
  ],
  [
    `Code: 1001. DB::Exception: filesystem error: in file_size: No such file or directory ["${folder}/data.cmrk4"]. (STD_EXCEPTION)`,
  ],
])('a failure of a damaged part names it: %s', (message) => {
  expect(damagedPartIn(message)).toEqual(part)
  expect(classifyError(new Error(message))).toMatchObject({ code: 'store-damaged', retryAfterS: 5 })
})

test.each([
  [`Code: 241. DB::Exception: Memory limit exceeded: ${reading}. (MEMORY_LIMIT_EXCEEDED)`],
  [
    `Code: 76. DB::Exception: Cannot open file ${folder}/data.bin: errno: 24, Too many open files: ${reading}. (CANNOT_OPEN_FILE)`,
  ],
  [`Code: 33. DB::Exception: Cannot read all data: No space left on device: ${reading}. (CANNOT_READ_ALL_DATA)`],
  [`Code: 159. DB::Exception: Timeout exceeded: ${reading}. (TIMEOUT_EXCEEDED)`],
  [`Code: 107. DB::Exception: Cannot open file /data/store/ba7/${uuid}/tmp_merge_5a70_3_3_1/data.bin. (FILE_DOESNT_EXIST)`],
])('a failure for want of something says nothing about a part: %s', (message) => {
  expect(damagedPartIn(message)).toBeUndefined()
})
