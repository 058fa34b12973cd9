// GET, PUT and DELETE /v1/retention: how long lines are kept. The rules are those of the whole store, whatever the
// tenant. Who may change them is said in shared/http/admin-token.ts. A client on another machine that shortens the time
// of stored lines has to send the `confirm` of a dry run too, so that no single request deletes lines. A client on this
// machine could delete the files too, so it need not confirm.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LiveRetention } from '#shared/retention/live-retention.ts'
import type { RetentionVersion } from '#shared/retention/rule-versions.ts'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import type { AdminRequest, CheckAdmin } from '#shared/http/admin-token.ts'
import { isLoopback } from '#shared/http/exposure.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import {
  isRuleName,
  parseDays,
  parseSpan,
  releasedBy,
  retentionOf,
  type LastWords,
  type RetentionSettings,
} from '#shared/retention/retention.ts'
import type { z } from 'zod'
import { readInexactDays } from '#shared/retention/inexact-days.ts'
import { storedPartitions } from '#shared/retention/partitions.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { leavingNamespaces } from './leaving-namespaces.ts'
import {
  droppedBy,
  retentionEffect,
  retentionJson,
  settingsJson,
  unconfirmed,
  type Overdue,
  type RetentionFacts,
} from './retention-json.ts'
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import {
  deleteOperation,
  getOperation,
  putOperation,
  type retentionBody,
  type retentionQuery,
} from './retention-schema.ts'

export interface RetentionRouteOptions extends Pick<QueryRouteOptions, 'store' | 'clock'> {
  retention: LiveRetention
  blockedDays: ReadonlyMap<string, BlockedDay>
  /** Refuses who may not change the rules. */
  checkAdmin: CheckAdmin
}

const rulesMax = 1000

export const retentionRoute =
  ({ store, clock, retention, blockedDays, checkAdmin }: RetentionRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const factsOf = async (settings: RetentionVersion): Promise<RetentionFacts> => ({
      settings,
      environment: retention.environment,
      partitions: await storedPartitions(store),
      nowMs: clock(),
    })

    const overdue = async (): Promise<Overdue> => ({ blocked: blockedDays, inexact: await readInexactDays(store) })

    app.get('/v1/retention', { schema: getOperation }, async (_request, reply) => {
      await retention.compare()
      return reply.send(retentionJson(await factsOf(retention.newest()), await overdue()))
    })

    const onRequest = async (request: AdminRequest): Promise<void> => checkAdmin(request)

    app.put('/v1/retention', { schema: putOperation, onRequest }, async (request, reply) => {
      const settings = (before: RetentionVersion, classes: ReadonlySet<string>): RetentionSettings => {
        const rules = rulesOf(request.body)
        const released = releasedBy(before, rules, request.body.unnamed === 'default' ? classes : [])
        return { rules, lastWords: lastWordsOf(request.body, before.lastWords), released }
      }
      return change(reply, request, { settings, source: 'put', sentence: 'retention rules are put' })
    })

    app.delete('/v1/retention', { schema: deleteOperation, onRequest }, async (request, reply) => {
      const sentence = 'retention rules return to those of the environment'
      const { environment } = retention
      const settings = (before: RetentionVersion): RetentionSettings => ({
        ...environment,
        released: releasedBy(before, environment.rules),
      })
      return change(reply, request, { settings, source: 'environment', sentence })
    })

    async function change(
      reply: FastifyReply,
      { ip, log, query: { dryRun, confirm } }: ChangeRequest,
      { settings, source, sentence }: Change,
    ): Promise<FastifyReply> {
      await retention.compare()
      const before = retention.newest()
      const { partitions } = await factsOf(before)
      const wanted = settings(before, new Set(partitions.map((partition) => partition.class)))
      const planned = await factsOf({ ...wanted, source, inForceMs: clock() })
      const leaving = await leavingNamespaces(store, droppedBy(planned))
      const effect = retentionEffect(before, planned, leaving)
      if (dryRun === 'true') return reply.send({ ...retentionJson(planned, await overdue()), effect })
      const isFree = effect.confirm === null || (confirm === undefined && isLoopback(ip))
      if (!isFree && effect.confirm !== confirm)
        throw new AfterlogError('not-confirmed', unconfirmed(effect), { parameter: 'confirm' })
      log.info({ from: ip, before: settingsJson(before), after: settingsJson(wanted) }, sentence)
      const facts = await factsOf(await retention.put(wanted, source))
      return reply.send({ ...retentionJson(facts, await overdue()), effect: retentionEffect(before, facts, leaving) })
    }
    done()
  }

interface Change {
  /** `classes`: those of stored lines. */
  settings(before: RetentionVersion, classes: ReadonlySet<string>): RetentionSettings
  source: RetentionVersion['source']
  /** What the log says of the change, once it is certain that it will be made. */
  sentence: string
}

interface ChangeRequest extends Pick<FastifyRequest, 'ip' | 'log'> {
  query: z.output<typeof retentionQuery>
}

type Body = z.output<typeof retentionBody>

function rulesOf({ rules }: Body): RetentionSettings['rules'] {
  const entries = Object.entries(rules)
  if (!Object.hasOwn(rules, 'default'))
    throw invalidParameter(
      'rules.default',
      'rules.default is missing: give the time for every namespace without a rule of its own',
    )
  if (entries.length > rulesMax)
    throw invalidParameter(
      'rules',
      `there are ${entries.length} rules: give at most ${rulesMax}, since each has a partition per day`,
    )
  return retentionOf(
    new Map(
      entries.map(([name, text]) => {
        const parameter = `rules.${name}`
        if (!isRuleName(name))
          throw invalidParameter(
            parameter,
            `${JSON.stringify(name)} is no name of a namespace: give whole names, since there are no patterns`,
          )
        return [name, readBy(parseDays, parameter, text)]
      }),
    ),
  )
}

function lastWordsOf({ lastWords = {} }: Body, before: LastWords): LastWords {
  const { first, last, keep } = lastWords
  return {
    firstMs: first === undefined ? before.firstMs : readBy(parseSpan, 'lastWords.first', first),
    lastMs: last === undefined ? before.lastMs : readBy(parseSpan, 'lastWords.last', last),
    keptDays: keep === undefined ? before.keptDays : readBy(parseDays, 'lastWords.keep', keep),
  }
}

function readBy(parse: (text: string) => number, parameter: string, text: string): number {
  try {
    return parse(text)
  } catch (error) {
    throw invalidParameter(
      parameter,
      `${parameter}: ${(error as Error).message} (it is ${JSON.stringify(text.slice(0, 200))})`,
    )
  }
}
