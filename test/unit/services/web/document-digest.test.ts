// The types of the page are those of the API as it is.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { root } from '#test/support/service-process.ts'
import { apiDocument } from '../../../../services/api-document.ts'
import { firstLineOf } from '../../../../services/web/document-digest.ts'

test('`npm run web:types` was run after the last change of the API', async () => {
  const types = await readFile(`${root}services/web/src/api/schema.d.ts`, 'utf8')
  expect(types.split('\n', 1)).toEqual([firstLineOf(await apiDocument())])
})
