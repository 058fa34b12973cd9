import { expect, test } from 'vitest'
import { completionPlace } from '#web/logs/completion-place.ts'

/** `|` is the cursor. */
const placeOf = (text: string) => completionPlace(text.replace('|', ''), text.indexOf('|'))

test.each([
  ['sev|', { field: undefined, from: 0, prefix: 'sev', rest: undefined }],
  ['refused sev|', { field: undefined, from: 8, prefix: 'sev', rest: 'refused' }],
  ['refused -sev|', { field: undefined, from: 9, prefix: 'sev', rest: 'refused' }],
  ['pod:|', { field: 'pod', from: 4, prefix: '', rest: undefined }],
  ['pod:| refused', { field: 'pod', from: 4, prefix: '', rest: 'refused' }],
  ['pod:|cart', { field: 'pod', from: 4, prefix: '', rest: undefined }],
  ['refused pod:ca|rt x', { field: 'pod', from: 12, prefix: 'ca', rest: 'refused x' }],
  ['pod:"ca\\"|', { field: 'pod', from: 4, prefix: 'ca"', rest: undefined }],
  ['a OR pod:c|', { field: 'pod', from: 9, prefix: 'c', rest: undefined }],
  ['(a pod:c|)', { field: 'pod', from: 7, prefix: 'c', rest: undefined }],
  ['refused |', { field: undefined, from: 8, prefix: '', rest: 'refused' }],
])('at %j', (text, place) => expect(placeOf(text)).toEqual(place))

test.each(['/ab|c/', 'pod:/ab|/', 'a OR|', '(|'])('nothing is completed at %j', (text) => expect(placeOf(text)).toBeUndefined())
