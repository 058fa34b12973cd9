// /loki/api/v1/index/stats, volume and volume_range: how many lines a selector has, how many bytes, and of which labels.
// The numbers are those of distinct lines.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { serveForm, success, type LokiApp, type LokiParameter } from './form-routes.ts'
import { parseMatchers } from './logql/syntax/parse-logql.ts'
import { readQueryText } from './query-parameter.ts'
import { readStreamCounts } from './read-label-sets.ts'
import type { RequestForm } from './request-form.ts'
import { readBounds, readCount, readStep } from './request-times.ts'
import { statsJson } from './result-json.ts'
import type { LokiRouteOptions } from './route-options.ts'
import { volumeLabels, volumeMatrix, volumes, volumeVector, type VolumeOptions } from './volume.ts'

const volumesMax = 1000
const parameters: readonly LokiParameter[] = ['query', 'start', 'end', 'limit', 'targetLabels', 'aggregateBy']
const data = z.object({
  resultType: z.enum(['vector', 'matrix']),
  result: z.array(z.unknown()),
  stats: z.looseObject({}),
})

export function indexRoutes(app: LokiApp, options: LokiRouteOptions): void {
  const { store, limits, clock } = options
  serveForm(
    app,
    {
      path: '/loki/api/v1/index/stats',
      operationId: 'queryIndexStats',
      summary: 'How many streams, lines and bytes a selector has',
      parameters: ['query', 'start', 'end'],
      answer: z.object({ streams: z.number(), chunks: z.number(), bytes: z.number(), entries: z.number() }),
    },
    async (form, { tenant }, reply) => {
      const matchers = parseMatchers(readQueryText(form))
      const bounds = readBounds(form, nowNs(clock))
      const counts = await readStreamCounts({
        reading: requestReading({ store, limits }, reply),
        tenant,
        matchers,
        bounds,
      })
      const sum = (of: 'entries' | 'bytes'): number => counts.reduce((total, count) => total + count[of], 0)
      return {
        streams: counts.length,
        chunks: counts.reduce((total, { parts }) => total + parts.size, 0),
        bytes: sum('bytes'),
        entries: sum('entries'),
      }
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/index/volume',
      operationId: 'queryVolume',
      summary: 'Bytes of lines by label',
      parameters,
      answer: success(data),
    },
    async (form, request, reply) => {
      const { list, bounds, stats } = await readVolumes(options, { form, request, reply })
      return { status: 'success', data: { resultType: 'vector', result: volumeVector(list, bounds.end), stats } }
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/index/volume_range',
      operationId: 'queryVolumeRange',
      summary: 'Bytes of lines by label, over time',
      parameters: [...parameters, 'step'],
      answer: success(data),
    },
    async (form, request, reply) => {
      const stepNs = readStep(form, readBounds(form, nowNs(clock)))
      const { list, bounds, stats } = await readVolumes(options, { form, request, reply }, stepNs)
      const result = volumeMatrix(list, { startNs: bounds.start, stepNs })
      return { status: 'success', data: { resultType: 'matrix', result, stats } }
    },
  )
}

interface Asked {
  form: RequestForm
  request: FastifyRequest
  reply: FastifyReply
}

async function readVolumes(
  { store, limits, clock }: LokiRouteOptions,
  { form, request, reply }: Asked,
  stepNs?: bigint,
) {
  const bounds = readBounds(form, nowNs(clock))
  const options = readOptions(form)
  const reading = requestReading({ store, limits }, reply)
  const counts = await readStreamCounts({
    reading,
    tenant: request.tenant,
    matchers: options.matchers,
    bounds,
    names: volumeLabels(options),
    ...(stepNs === undefined ? {} : { stepNs }),
  })
  const lines = counts.reduce((sum, { entries }) => sum + entries, 0)
  const bytes = counts.reduce((sum, count) => sum + count.bytes, 0)
  const list = volumes(counts, options)
  return { bounds, list, stats: statsJson({ lines, bytes, linesOut: 0, elapsedMs: reading.stats().elapsedMs }) }
}

function readOptions(form: RequestForm): VolumeOptions {
  const aggregateBy = form.get('aggregateBy') ?? 'series'
  if (aggregateBy !== 'series' && aggregateBy !== 'labels')
    throw invalidParameter('aggregateBy', `aggregateBy must be series or labels, not ${JSON.stringify(aggregateBy)}`)
  const targetLabels = (form.get('targetLabels') ?? '').split(',').map((name) => name.trim())
  return {
    matchers: parseMatchers(readQueryText(form)),
    targetLabels: targetLabels.filter((name) => name !== ''),
    aggregateBy,
    limit: Math.min(readCount(form, 'limit', 100), volumesMax),
  }
}
