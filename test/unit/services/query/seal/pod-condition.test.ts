import { expect, test } from 'vitest'
import type { Seal } from '#query/seal/evidence.ts'
import { podSeal } from '#query/seal/pod-condition.ts'

const life = (restart: number | null, state: Seal['state']) => ({
  restart,
  seal: { state, lines: 1, gaps: [], text: `${state}: so and so` },
})

test('a pod is complete where every life of it is', () => {
  expect(podSeal([{ name: 'app', lives: [life(0, 'sealed'), life(1, 'sealed')] }])).toEqual({
    condition: {
      type: 'LogsComplete',
      status: 'True',
      reason: 'Sealed',
      message: 'app@0: sealed: so and so; app@1: sealed: so and so',
    },
    annotation: 'app@0: sealed: so and so\napp@1: sealed: so and so',
  })
})

test.each([
  [['sealed', 'tail-unknown'], 'Unknown', 'TailUnknown', 'app@1: tail-unknown: so and so'],
  [['unsealed', 'tail-unknown'], 'Unknown', 'Unsealed', 'app@0: unsealed: so and so'],
  [['unsealed', 'gap', 'sealed'], 'False', 'Gap', 'app@1: gap: so and so'],
] as const)('the worst of %j decides', (states, status, reason, message) => {
  const lives = states.map((state, restart) => life(restart, state))
  expect(podSeal([{ name: 'app', lives }])?.condition).toEqual({ type: 'LogsComplete', status, reason, message })
})

test('a life without a number, or without a seal, is told too; a pod without lives has nothing to tell', () => {
  expect(podSeal([{ name: 'app', lives: [life(null, 'sealed'), { restart: 3, seal: null }] }])).toMatchObject({
    condition: { status: 'Unknown', message: 'app@3: unsealed: nobody looked' },
    annotation: 'app: sealed: so and so\napp@3: unsealed: nobody looked',
  })
  expect(podSeal([{ name: 'app', lives: [] }])).toBeUndefined()
})
