// Reads the query of pods/NAME/log: PodLogOptions of k8s.io/api core/v1/types.go. Errors have the words of
// ValidatePodLogOptions.
import type { FastifyRequest } from 'fastify'
import { badRequest, StatusError } from '#shared/kubernetes-status.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { parseLogContainer, type LogContainer } from './log-container.ts'
import { flag, parameters, quoted } from '../api/list-request.ts'

export interface LogRequest {
  container: LogContainer
  previous: boolean
  follow: boolean
  timestamps: boolean
  tailLines: number | undefined
  /** Epoch ns. */
  since: bigint | undefined
  bytesMax: number | undefined
  /** '' for both streams. */
  stream: '' | 'stdout' | 'stderr'
}

export function readLogRequest(request: FastifyRequest, nowNs: bigint): LogRequest {
  const of = parameters(request)
  const container = parseLogContainer(of('container') ?? '')
  const previous = flag(of('previous'))
  if (previous && container.life !== undefined)
    throw badRequest('previous and a life behind the @ of container exclude each other: leave one of them out')
  return {
    container,
    previous,
    follow: flag(of('follow')),
    timestamps: flag(of('timestamps')),
    tailLines: integer('tailLines', of('tailLines'), 0, 'must be greater than or equal to 0'),
    since: sinceOf(of('sinceSeconds'), of('sinceTime'), nowNs),
    bytesMax: integer('limitBytes', of('limitBytes'), 1, 'must be greater than 0'),
    stream: streamOf(of('stream') ?? ''),
  }
}

function sinceOf(seconds: string | undefined, time: string | undefined, nowNs: bigint): bigint | undefined {
  const ago = integer('sinceSeconds', seconds, 1, 'must be greater than 0')
  if (time === undefined || time === '') return ago === undefined ? undefined : nowNs - BigInt(ago) * 1_000_000_000n
  if (ago !== undefined) throw invalid('Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified')
  const at = /^\d{4}-\d\d-\d\d[Tt]/.test(time) ? parseTime(time, nowNs) : undefined
  if (at === undefined)
    throw badRequest(
      `sinceTime: Invalid value: ${quoted(time)}: must be a time in RFC 3339, such as 2026-11-23T10:00:00Z`,
    )
  // The API server passes whole seconds to the kubelet.
  return at - (at % 1_000_000_000n)
}

function integer(name: string, value: string | undefined, least: number, rule: string): number | undefined {
  if (value === undefined || value === '') return undefined
  if (!/^-?\d{1,19}$/.test(value)) throw badRequest(`${name}: Invalid value: ${quoted(value)}: must be a whole number`)
  if (Number(value) < least) throw invalid(`${name}: Invalid value: ${value}: ${rule}`)
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

function streamOf(value: string): LogRequest['stream'] {
  switch (value) {
    case '':
    case 'All':
      return ''
    case 'Stdout':
      return 'stdout'
    case 'Stderr':
      return 'stderr'
    default:
      throw invalid(`stream: Unsupported value: ${quoted(value)}: supported values: "All", "Stderr", "Stdout"`)
  }
}

const invalid = (what: string): StatusError =>
  new StatusError(422, `PodLogOptions "" is invalid: ${what}`, { kind: 'PodLogOptions' })
