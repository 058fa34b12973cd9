// Which runs of pod_lookup may answer a filter: each has a row of every pod that matches.
import { expect, test } from 'vitest'
import type { PodFilter } from '#query/pods/pod-filter.ts'
import { runsOf } from '#query/pods/runs.ts'

const kinds = (filter: Partial<PodFilter>, sort: 'created' | 'died' = 'created'): string[] =>
  runsOf({ tenant: 'default', ...filter }, sort).map(({ kind }) => kind)

test('each handle of a filter has a run, each label one of its own', () => {
  const label: PodFilter['label'] = [
    { operator: 'in', key: 'app', values: ['web'] },
    { operator: 'exists', key: 'tier' },
    { operator: 'notin', key: 'team', values: ['a'] },
  ]
  expect(kinds({ label, image: ['nginx'], owner: ['Job/backup'], namespace: ['shop'] })).toEqual([
    'owner',
    'label',
    'label',
    'image',
  ])
  expect(kinds({ node: ['a'], name: ['web'] })).toEqual(['name', 'node'])
})

test('without a handle there is one run: of an outcome, a namespace, or of all pods', () => {
  expect(kinds({ outcome: ['evicted'], namespace: ['shop'] })).toEqual(['outcome'])
  expect(kinds({ namespace: ['shop'] })).toEqual(['namespace'])
  expect(kinds({ namespace: [''] })).toEqual(['all'])
  expect(kinds({ node: [''] })).toEqual(['all'])
  expect(kinds({ outcome: ['evicted'] }, 'died')).toEqual(['dead'])
})
