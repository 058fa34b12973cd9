// Pure: the seals of a pod's lives as Kubernetes clients can show them: one condition for the pod, and a text for an annotation.
import type { Seal } from './evidence.ts'

export interface SealedLife {
  restart: number | null
  seal: Seal | null
}

export interface LogsCondition {
  type: 'LogsComplete'
  /** True where every life is sealed, False where lines are missing. */
  status: 'True' | 'False' | 'Unknown'
  reason: 'Sealed' | 'Gap' | 'TailUnknown' | 'Unsealed'
  message: string
}

export interface PodSeal {
  condition: LogsCondition
  /** A line for each life, `app@2: sealed: 41,207 lines, 0 missing`: a name as `kubectl logs -c` takes it, and its seal. */
  annotation: string
}

/** The worst of the lives decides; undefined of a pod without lives. */
export function podSeal(containers: readonly { name: string; lives: readonly SealedLife[] }[]): PodSeal | undefined {
  const told = containers.flatMap(({ name, lives }) =>
    lives.map(({ restart, seal }) => ({
      state: seal?.state ?? 'unsealed',
      text: `${restart === null ? name : `${name}@${restart}`}: ${seal?.text ?? 'unsealed: nobody looked'}`,
    })),
  )
  const worst = badness.find((state) => told.some((life) => life.state === state))
  if (worst === undefined) return undefined
  const these = told.filter(({ state }) => state === worst).map(({ text }) => text)
  return {
    condition: { type: 'LogsComplete', ...meaning[worst], message: these.join('; ') },
    annotation: told.map(({ text }) => text).join('\n'),
  }
}

const badness = ['gap', 'unsealed', 'tail-unknown', 'sealed'] as const

const meaning: Record<Seal['state'], Pick<LogsCondition, 'status' | 'reason'>> = {
  sealed: { status: 'True', reason: 'Sealed' },
  gap: { status: 'False', reason: 'Gap' },
  'tail-unknown': { status: 'Unknown', reason: 'TailUnknown' },
  unsealed: { status: 'Unknown', reason: 'Unsealed' },
}
