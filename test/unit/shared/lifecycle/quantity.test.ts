import { expect, test } from 'vitest'
import { sizeInWords } from '#shared/lifecycle/quantity.ts'

test.each([
  ['8587738521', '8Gi'],
  ['8102748Ki', '7.7Gi'],
  ['655240Ki', '640Mi'],
  ['671088640', '640Mi'],
  ['1536Mi', '1.5Gi'],
  ['512Ki', '512Ki'],
  ['0', '0'],
  ['12Gi', '12Gi'],
  // Decimal units stay: 1G is not 1Gi.
  ['1G', '1G'],
  ['128974848e3', '128974848e3'],
  ['100m', '100m'],
  ['', ''],
])('%j is %j', (text, words) => expect(sizeInWords(text)).toBe(words))
