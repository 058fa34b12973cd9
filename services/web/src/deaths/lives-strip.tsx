// The lives of a container as a strip: each a block in the colour of its end, the one that the death ended marked.
import type { Death } from '../api/types.ts'
import { duration, epochMs } from '../time/format.ts'
import { outcomeWord } from '../ui/outcome.tsx'

type Lives = NonNullable<Death['lives']>

export function LivesStrip({ lives, earlier, restart }: { lives: Lives; earlier: number; restart: number | null }) {
  const text = lives.map(textOf).join('; ')
  return (
    <span className="lives-strip" title={text}>
      <span className="visually-hidden">Lives: {text}</span>
      {earlier > 0 && <span className="faint">{earlier} before</span>}
      {lives.map((life) => (
        <span
          key={`${life.containerId}/${life.restart}`}
          className={`life-block outcome-${life.outcome}${life.restart === restart ? ' is-this' : ''}`}
          title={textOf(life)}
        />
      ))}
    </span>
  )
}

function textOf({ restart, outcome, exitCode, startedAt, endedAt }: Lives[number]): string {
  const lasted =
    startedAt === null || endedAt === null ? '' : ` after ${duration(epochMs(endedAt) - epochMs(startedAt))}`
  const code = exitCode === null || exitCode === 0 ? '' : `, exit code ${exitCode}`
  return `life ${restart ?? '?'} ${outcomeWord(outcome)}${lasted}${code}`
}
