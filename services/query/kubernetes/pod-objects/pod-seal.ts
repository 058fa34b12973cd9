// Pure: the seals of a pod's lives for `kubectl describe`: one condition for all of them, and the text of an annotation
// with a sentence for each.
import type { Seal } from '#shared/pod-model/seal/evidence.ts'
import type { PodJson } from '#shared/pod-model/pod.ts'

export interface PodSeal {
  condition: object
  text: string
}

/** States from the worst to the best. */
const states = ['gap', 'tail-unknown', 'unsealed', 'sealed'] as const satisfies readonly Seal['state'][]

const words: Record<Seal['state'], { status: 'True' | 'False' | 'Unknown'; reason: string }> = {
  gap: { status: 'False', reason: 'Gap' },
  'tail-unknown': { status: 'Unknown', reason: 'TailUnknown' },
  unsealed: { status: 'Unknown', reason: 'Unsealed' },
  sealed: { status: 'True', reason: 'Sealed' },
}

/** Undefined where no life is known, or none has a seal. */
export function sealOf(pod: PodJson): PodSeal | undefined {
  const seals = pod.containers.flatMap(({ name, lives }) =>
    lives.flatMap(({ restart, seal }) => (seal === null ? [] : [{ life: `${name}@${restart ?? '?'}`, seal }])),
  )
  const worst = states.find((state) => seals.some(({ seal }) => seal.state === state))
  if (worst === undefined) return undefined
  const text = seals.map(({ life, seal }) => `${life} ${seal.text}`).join('; ')
  return { text, condition: { type: 'afterlog.io/Sealed', ...words[worst], message: text, lastTransitionTime: null } }
}
