import { expect, test } from 'vitest'
import { evictionInWords } from '#shared/lifecycle/eviction.ts'

test.each([
  [
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 53248Ki. Container app was using 1258291Ki, request is 0, has larger consumption of memory. ',
    'the node was low on memory (threshold 100Mi, available 52Mi; app used 1.2Gi, request 0)',
  ],
  [
    'The node was low on resource: memory. Container a was using 35505620Ki, which exceeds its request of 12Gi. Container b was using 512Ki, which exceeds its request of 0. ',
    'the node was low on memory (a used 33.9Gi, request 12Gi; b used 512Ki, request 0)',
  ],
  [
    'The node was low on resource: ephemeral-storage. Threshold quantity: 8587738521, available: 8102748Ki. Container indexer was using 21643812Ki, request is 0, has larger consumption of ephemeral-storage. ',
    'the node was low on ephemeral-storage (threshold 8Gi, available 7.7Gi; indexer used 20.6Gi, request 0)',
  ],
  [
    'The node was low on resource: inodes. Threshold quantity: 131072, available: 120000. ',
    'the node was low on inodes (threshold 131072, available 120000)',
  ],
  ['The node was low on resource: ephemeral-storage. ', 'the node was low on ephemeral-storage'],
  ['Container app exceeded its local ephemeral storage limit "1Gi". ', 'app exceeded its ephemeral storage limit of 1Gi'],
  [
    'Pod ephemeral local storage usage exceeds the total limit of containers 1536Mi. ',
    'its containers together exceeded their ephemeral storage limits of 1536Mi',
  ],
  ['Usage of EmptyDir volume "cache" exceeds the limit "64Mi". ', 'the emptyDir volume cache exceeded its limit of 64Mi'],
  ['The node had condition: [DiskPressure]. ', 'the node had the condition DiskPressure and took no such pod'],
  ['Somebody else wrote this.', 'Somebody else wrote this'],
  ['', ''],
])('%j', (message, words) => {
  expect(evictionInWords(message)).toBe(words)
})
