import { expect, test } from 'vitest'
import { bareContainerId } from '#shared/container-id.ts'

test.each([
  ['containerd://aa', 'aa'],
  ['cri-o://aa', 'aa'],
  ['docker://aa', 'aa'],
  ['Docker+2.x://aa', 'aa'],
  ['aa', 'aa'],
  ['', ''],
  // No schemes: part of the id.
  ['weird_scheme://abc', 'weird_scheme://abc'],
  ['://abc', '://abc'],
  ['a b://abc', 'a b://abc'],
  ['x\nrunc://abc', 'x\nrunc://abc'],
  // One scheme, and an id that looks like another.
  ['a://b://c', 'b://c'],
  ['containerd://', ''],
])('container id %j is %j', (id, bare) => expect(bareContainerId(id)).toBe(bare))
