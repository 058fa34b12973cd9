// What the benchmark asks of every store: data, which each store says in its own language. A question has one right
// answer for a corpus; lines have times of their own, so that the newest ones are in one order only.

/** Which lines; all that is named has to hold. */
export interface Where {
  namespace?: string
  pod?: string
  severity?: string
  /** A whole word of the message. */
  word?: string
  /** Whole words of the message, in this order. */
  phrase?: string
  /** Any text of the message, also within words. */
  substring?: string
  /** RE2 over the message. */
  expression?: string
  /** In the field `traceId`, or as a word of the message. */
  traceId?: string
}

export type Ask =
  | { kind: 'newest'; where: Where; limit: number; /** Behind so many newer ones. */ skip: number }
  | { kind: 'count'; where: Where }
  | { kind: 'groups'; where: Where; by: 'namespace' | 'pod'; /** Only the largest. */ top?: number }
  | { kind: 'buckets'; where: Where; stepSeconds: number }

export interface Question {
  name: string
  ask: Ask
}

export interface AskedPod {
  namespace: string
  pod: string
}

/** Of the texts of the corpus: sayings.ts says how often each stands there. */
export function questionsOf(options: { busy: AskedPod; median: AskedPod; traceId: string }): Question[] {
  const { busy, median, traceId } = options
  const ofPod = ({ namespace, pod }: AskedPod): Where => ({ namespace, pod })
  const newest = (where: Where, limit: number, skip = 0): Ask => ({ kind: 'newest', where, limit, skip })
  const word = { word: 'timeout' }
  return [
    { name: 'newest 1000 of a busy pod', ask: newest(ofPod(busy), 1000) },
    { name: 'newest 1000 of a median pod', ask: newest(ofPod(median), 1000) },
    { name: 'a trace id', ask: newest({ traceId }, 1000) },
    { name: 'a substring, counted', ask: { kind: 'count', where: { substring: 'adline excee' } } },
    { name: 'a phrase, by namespace', ask: { kind: 'groups', where: { phrase: 'connection refused by' }, by: 'namespace' } },
    { name: 'errors, by namespace', ask: { kind: 'groups', where: { severity: 'error' }, by: 'namespace' } },
    { name: 'a word, every 5 minutes', ask: { kind: 'buckets', where: word, stepSeconds: 300 } },
    { name: 'an expression, counted', ask: { kind: 'count', where: { expression: 'retry [2-5] of 5 for order [0-9]*7:' } } },
    { name: 'newest 100 of everything', ask: newest({}, 100) },
    { name: 'newest 100 with a word', ask: newest(word, 100) },
    { name: 'a word that is nowhere', ask: newest({ word: 'kaboomerang' }, 100) },
    { name: 'top 10 pods by errors', ask: { kind: 'groups', where: { severity: 'error' }, by: 'pod', top: 10 } },
    { name: 'all lines, counted', ask: { kind: 'count', where: {} } },
    { name: 'a page 50 pages deep', ask: newest({}, 100, 5000) },
  ]
}
