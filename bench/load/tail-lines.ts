// Lines with numbers, posted at a steady rate: line n is of pod n mod podsOfTail and has a word of n mod wordsOfTail. Each
// says when its post began.
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from './post.ts'

export const podsOfTail = 100
export const wordsOfTail = 90

const linesPerBody = 500
const senders = 8

export interface TailLinesOptions {
  url: string
  /** Lines a second. */
  rate: number
  seconds: number
}

/** As many as the machine gives, at most the rate. */
export async function generateTailLines({ url, rate, seconds }: TailLinesOptions): Promise<{ lines: number }> {
  const beganMs = performance.now()
  let next = 0
  const send = async (): Promise<void> => {
    for (;;) {
      const first = next
      next += linesPerBody
      const dueMs = beganMs + (first / rate) * 1000
      if (performance.now() > beganMs + seconds * 1000 || dueMs > beganMs + seconds * 1000) {
        next -= linesPerBody
        return
      }
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
      await post(url, bodyOf(first))
    }
  }
  await Promise.all(Array.from({ length: senders }, send))
  return { lines: next }
}

function bodyOf(first: number): Buffer {
  const sentMs = Date.now()
  const time = new Date(sentMs).toISOString()
  const records: string[] = []
  for (let line = first; line < first + linesPerBody; line++) {
    const pod = line % podsOfTail
    const message = `n=${line} t=${sentMs} pod=${pod} word${line % wordsOfTail}x GET /api/v1/cart/${line} 200 request handled`
    records.push(
      `{"time":"${time}","namespace":"bench","pod":"tail-${pod}","podUid":"uid-${pod}","container":"app","restart":0,"stream":"stdout","offset":${line * 200},"message":"${message}"}`,
    )
  }
  return Buffer.from(records.join('\n'))
}
